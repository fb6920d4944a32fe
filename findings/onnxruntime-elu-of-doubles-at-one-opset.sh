#!/usr/bin/env bash
# onnxruntime 1.32.0: runs Elu, Selu and Softplus of 64-bit floats in models of opset 18, and in models of no other.
#
# Expected: a model that is loaded at one opset is loaded at the next, whose definition of the operator is the same: Elu is
# that of opset 6 in all of 13 to 21.
# Seen: none of these operators has a 64-bit kernel. Onnxruntime then puts in the function body that ONNX gives the
# operator, which was written for opset 18, but only if the model has this very opset. Models of 17 and of 19 are
# refused with "NOT_IMPLEMENTED : Could not find an implementation for Elu(6)". LeakyRelu runs at 16, 17 and 18. So a
# model that worked is refused after it was raised to a newer opset.
# Way round: write the function as Where, LessOrEqual, Exp, Sub and Mul, which have 64-bit kernels.
#
# Needs Python 3.11 or newer and the package index. Fails if that changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
"$dir/venv/bin/python" - <<'PYTHON'
import numpy as np
import onnxruntime
from onnx import TensorProto, checker, helper, version_converter
from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented as LacksKernel


def model(operator, opset):
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["n"])
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"])], "one", [value("x")], [value("y")])
    made = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", opset)])
    checker.check_model(made, full_check=True)
    return made


def runs(made):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    try:
        session = onnxruntime.InferenceSession(made.SerializeToString(), options, providers=["CPUExecutionProvider"])
    except LacksKernel as error:
        assert "Could not find an implementation" in str(error), error
        return False
    session.run(None, {"x": np.array([-1.0, 2.0])})
    return True


for operator, expected in {"Elu": [18], "Selu": [18], "Softplus": [18], "LeakyRelu": [16, 17, 18],
                           "Tanh": list(range(13, 22))}.items():
    found = [opset for opset in range(13, 22) if runs(model(operator, opset))]
    print(f"{operator} of doubles runs in models of opset {', '.join(map(str, found))}, of 13 to 21")
    assert found == expected
assert not runs(version_converter.convert_version(model("Elu", 18), 20))
PYTHON
