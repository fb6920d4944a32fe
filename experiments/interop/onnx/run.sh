#!/usr/bin/env bash
# Exports networks of every layer and activation as ONNX files, in 32 and 64 bits, checks them with ONNX's checker, and
# compares what ONNX Runtime makes of them with our outputs. Networks that ONNX Runtime cannot run in 64 bits are run
# by ONNX's reference implementation.
#
#   experiments/interop/onnx/run.sh [FOLDER FOR THE VIRTUAL ENVIRONMENT]
#
# Needs Python 3.11 or newer with venv; installs onnx and onnxruntime (220 MB) into the folder. The files of the tests
# are built again with ONNX's package, and must come out equal.
set -euo pipefail
cd "$(dirname "$0")/../../.."
venv=${1:-${TMPDIR:-/tmp}/layers-with-onnx}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$venv/bin/python" docs/reference/layers_onnx.py "$work"
for file in onnx_f32.onnx onnx_f64.onnx; do
  cmp "$work/$file" "crates/layers/tests/goldens/$file"
done
PYTHON_WITH_ONNX="$venv/bin/python" cargo test -q -p layers --test it onnx -- --nocapture
