"""Checks networks that this crate exported, runs them in ONNX Runtime, and compares the outputs.

    python3 run_in_onnxruntime.py <folder>/<network> …

tests/it/onnx.rs runs this after writing <network>.onnx and, with inputs and outputs, <network>.json.
experiments/interop/onnx/run.sh installs what is needed and runs that test.
"""
import json
import math
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun
from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented as LacksKernel

# What the page of Sequential::to_onnx says that ONNX Runtime cannot do with 64-bit floats.
LACKING = {"Conv", "AveragePool", "Gelu"}


class Gelu(OpRun):
    """ONNX's own rounds erf to 32 bits; see findings/onnx-erf-of-doubles-as-floats.sh."""

    op_domain = ""

    def _run(self, x, approximate="none"):
        assert approximate in (None, "none"), approximate
        return (0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))),)


def sizes(value):
    return [dim.dim_param or dim.dim_value for dim in value.type.tensor_type.shape.dim]


def runner(model):
    """What runs the model, and its name."""
    try:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        session = onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return session, f"onnxruntime {onnxruntime.__version__}"
    except LacksKernel:
        return ReferenceEvaluator(model, new_ops=[Gelu]), f"the reference of onnx {onnx.__version__}"


def check(stem):
    model = onnx.load(stem.with_suffix(".onnx"))
    onnx.checker.check_model(model, full_check=True)
    golden = json.loads(stem.with_suffix(".json").read_text())
    dtype, tolerance = (np.float64, 1e-12) if stem.name.endswith("-f64") else (np.float32, 1e-5)
    (entry,), (exit_,) = model.graph.input, model.graph.output
    x = np.array(golden["x"], dtype).reshape(-1, *sizes(entry)[1:])
    ours = np.array(golden["y"])

    network, name = runner(model)
    lacking = LACKING & {node.op_type for node in model.graph.node} if dtype is np.float64 else set()
    assert name.startswith("onnxruntime") != bool(lacking), (
        f"{stem.name} runs in {name}, but should lack {lacking or 'nothing'}: "
        "bring LACKING and the page of Sequential::to_onnx up to date")
    difference = 0.0
    for batch in (len(x), 1):
        y, = network.run(None, {"input": x[:batch]})
        assert y.dtype == dtype and list(y.shape) == [batch, *sizes(exit_)[1:]], (y.dtype, y.shape)
        difference = max(difference, np.abs(y.reshape(batch, -1) - ours[:batch]).max())
    print(f"{stem.name}: {name}, {sizes(entry)} to {sizes(exit_)}, outputs up to {np.abs(ours).max():.2f}, "
          f"largest difference {difference:.1e}")
    assert difference <= tolerance * max(1.0, np.abs(ours).max()), f"{stem.name}: outputs differ by {difference}"


for stem in sys.argv[1:]:
    check(pathlib.Path(stem))
