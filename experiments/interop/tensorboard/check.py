"""Event files read by TensorBoard's EventAccumulator, beside metrics.csv and histograms.npz; see run.sh.

    python3 check.py RESULTS          # holds a folder of results for each section
"""
import pathlib
import re
import sys

import numpy as np
import pandas
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

EVERYTHING = {"scalars": 0, "histograms": 0}


def folder(results, part, series, seed):
    def plain(name):
        return re.sub(r"[^A-Za-z0-9._=+/-]", "-", name)

    return results / "tensorboard" / plain(part) / plain(series) / f"seed-{seed}"


def read(path):
    """Steps and values of every scalar, steps and histograms of every other tag."""
    events = EventAccumulator(str(path), size_guidance=EVERYTHING)
    events.Reload()
    tags = events.Tags()
    scalars = {tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in tags["scalars"]}
    histograms = {tag: [(e.step, e.histogram_value) for e in events.Histograms(tag)] for tag in tags["histograms"]}
    return scalars, histograms


def networks(table, name):
    """The rows of each network by the metric's or the histogram's name, in order of steps."""
    for network, rows in table.groupby(["part", "series", "seed"], sort=False):
        yield network, {tag: r.sort_values("step", kind="stable") for tag, r in rows.groupby(name)}


def check(results):
    metrics = pandas.read_csv(results / "metrics.csv", dtype={"series": str})
    # Read at once: an NpzFile unpacks an array anew each time it is asked for.
    npz = dict(np.load(results / "histograms.npz"))
    taken = pandas.DataFrame({name: npz[name] for name in ["part", "series", "seed", "step", "name"]})
    expected_scalars = dict(networks(metrics, "metric"))
    expected_histograms = dict(networks(taken, "name"))
    everywhere = set(expected_scalars) | set(expected_histograms)
    folders = {folder(results, *network) for network in everywhere}
    assert len(folders) == len(everywhere), "two networks in one folder"
    found = {file.parent for file in results.glob("tensorboard/**/events.out.tfevents*")}
    assert found == folders, found ^ folders
    count = [0, 0]
    for network in everywhere:
        scalars, histograms = read(folder(results, *network))
        expected = expected_scalars.get(network, {})
        assert scalars.keys() == expected.keys(), (network, scalars.keys() ^ expected.keys())
        for tag, rows in expected.items():
            steps, values = zip(*scalars[tag])
            assert np.array_equal(steps, rows.step), (network, tag)
            assert np.array_equal(np.float32(values), rows.value.astype(np.float32), equal_nan=True), (network, tag)
            count[0] += len(rows)
        expected = expected_histograms.get(network, {})
        assert histograms.keys() == expected.keys(), (network, histograms.keys() ^ expected.keys())
        for tag, rows in expected.items():
            assert [step for step, _ in histograms[tag]] == list(rows.step), (network, tag)
            for row, (_, histogram) in zip(rows.index, histograms[tag]):
                edges, counts = npz["edges"][row], npz["counts"][row]
                assert np.array_equal([histogram.min, *histogram.bucket_limit], edges), (network, tag)
                assert np.array_equal(histogram.bucket, counts) and histogram.num == counts.sum(), (network, tag)
                assert edges[0] <= histogram.sum / histogram.num <= edges[-1] or np.isclose(edges[0], edges[-1])
            count[1] += len(rows)
    assert count[0] == len(metrics) and count[1] == len(taken)
    print(f"{results.name}: TensorBoard reads {count[0]} numbers and {count[1]} histograms of {len(found)} networks")
    assert count[1] > 0


for results in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    check(results)
