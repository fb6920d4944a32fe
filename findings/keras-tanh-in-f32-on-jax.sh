#!/usr/bin/env bash
# keras 3.15.1 on JAX 0.10.2: `keras.ops.tanh` and `sin` of a float64 array are float32, although floatx is float64 and JAX
# has its 64-bit numbers on; `sigmoid`, `exp` and `sqrt` of the same array stay float64.
#
# Expected: one precision for all functions, that of the argument. A layer with tanh otherwise computes in float32 in the
# middle of a network of float64, and nothing says so: gradients agree with another library's to 1e-8, not 1e-16.
# Seen: the dtypes below.
#
# Needs python3 with venv and the package index. Fails if that changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 numpy==2.4.6
KERAS_BACKEND=jax JAX_PLATFORMS=cpu "$dir/venv/bin/python" - <<'PY'
import jax
import keras
import numpy as np

jax.config.update("jax_enable_x64", True)
keras.config.set_floatx("float64")
x = np.array([1.0, 3.0])
found = {name: str(getattr(keras.ops, name)(x).dtype) for name in ("tanh", "sin", "sigmoid", "exp", "sqrt")}
print(found)
assert found == {"tanh": "float32", "sin": "float32", "sigmoid": "float64", "exp": "float64", "sqrt": "float64"}
y = np.array(keras.ops.tanh(x), np.float64)
print("off by", abs(y - np.tanh(x)).max())
assert abs(y - np.tanh(x)).max() > 1e-9
PY
