#!/usr/bin/env bash
# onnx 1.23.2: its reference implementation computes Erf, and with it Gelu, of 64-bit floats with 32 bits.
#
# Expected: a node whose input and output are tensor(double) is computed with the precision of its type, as Tanh, Sigmoid
# and Exp are; the reference is what other implementations are tested against.
# Seen: erf of doubles comes back as doubles that are off by up to 3e-8, and Gelu by 4e-8: `op_erf.py` has
# np.vectorize(erf, otypes=["f"]), which rounds to float32 before it returns to the type of the input.
# Way round: give ReferenceEvaluator an operator of your own, new_ops=[Erf]. Gelu needs its own: the body of a function,
# which Gelu is, does not see new_ops.
#
# Needs Python 3.11 or newer and the package index. Fails if that changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check onnx==1.23.2 numpy==2.4.6
"$dir/venv/bin/python" - <<'PYTHON'
import math

import numpy as np
from onnx import TensorProto, checker, helper
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun


class Erf(OpRun):
    op_domain = ""

    def _run(self, x):
        return (np.vectorize(math.erf)(x),)


def largest_error(operator, exact, new_ops=None):
    x = np.linspace(-3, 3, 601)
    value = lambda name: helper.make_tensor_value_info(name, TensorProto.DOUBLE, [601])
    graph = helper.make_graph([helper.make_node(operator, ["x"], ["y"])], "one", [value("x")], [value("y")])
    model = helper.make_model(graph, ir_version=9, opset_imports=[helper.make_opsetid("", 20)])
    checker.check_model(model, full_check=True)
    y, = ReferenceEvaluator(model, new_ops=new_ops).run(None, {"x": x})
    assert y.dtype == np.float64
    error = np.abs(y - np.vectorize(exact)(x)).max()
    print(f"{operator}{' of our own' if new_ops else ''}: off by up to {error:.1e}")
    return error


gelu = lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2)))
assert largest_error("Tanh", math.tanh) < 1e-15
assert largest_error("Erf", math.erf) > 1e-8
assert largest_error("Gelu", gelu) > 1e-8
assert largest_error("Erf", math.erf, [Erf]) < 1e-15
assert largest_error("Gelu", gelu, [Erf]) > 1e-8
PYTHON
