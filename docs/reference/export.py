"""Golden files of experiments/src/report/export: events as TensorBoard writes them, arrays as NumPy saves them.

    pip install numpy==2.4.6 tensorboard==2.21.0
    python3 docs/reference/export.py          # from the root; writes into experiments/src/report/export/goldens

The numbers are those of the tests beside the files.
"""
import io
import pathlib

import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.summary.writer.record_writer import RecordWriter

GOLDENS = pathlib.Path("experiments/src/report/export/goldens")


def histogram(values):
    """Thirty bins as np.histogram's; equal numbers have bins without width and stand in the last."""
    counts, edges = np.histogram(values, 30)
    if values.min() == values.max():
        counts, edges = np.eye(1, 30, 29)[0] * len(values), np.full(31, values[0])
    return HistogramProto(min=edges[0], max=edges[-1], num=counts.sum(), sum=values.sum(), sum_squares=(values**2).sum(),
                          bucket_limit=edges[1:], bucket=counts)


def events():
    def value(step, tag, **content):
        return Event(step=step, summary=Summary(value=[Summary.Value(tag=tag, **content)]))

    file = io.BytesIO()
    writer = RecordWriter(file)
    for event in [
        Event(file_version="brain.Event:2"),
        value(0, "train_loss", simple_value=2.25),
        value(0, "parameters/0.weight", histo=histogram(np.arange(61) / 2)),
        value(300, "train_loss", simple_value=0.0),
        value(300, "diverged", simple_value=np.nan),
        value(300, "parameters/0.bias", histo=histogram(np.zeros(4))),
    ]:
        writer.write(event.SerializeToString())
    writer.flush()
    return file.getvalue()


(GOLDENS / "events.out.tfevents").write_bytes(events())

np.savez(GOLDENS / "metrics.npz",
         part=np.array(["mnist", "mnist"]),
         series=np.array(["std=0.01", "x²"]),
         seed=np.full(2, 2**64 - 1, np.uint64),
         step=np.array([0, 1999]),
         metric=np.array(["train_loss", "train_loss"]),
         value=np.array([1 / 3, np.nan]))

i = np.arange(1000)
taken = [np.histogram(values, 30) for values in
         (i * i % 997 / 7, ((i * i % 991).astype(np.float32) / np.float32(3) - np.float32(100)).astype(float))]
np.savez(GOLDENS / "histograms.npz",
         part=np.array(["mnist"] * 2),
         series=np.array(["adam"] * 2),
         seed=np.full(2, 7, np.uint64),
         step=np.array([0, 300]),
         name=np.array(["parameters/0.weight", "activations/1.relu"]),
         counts=np.array([counts for counts, _ in taken]),
         edges=np.array([edges for _, edges in taken]))
