#!/usr/bin/env bash
# Saves networks as safetensors, loads them into the same layers of PyTorch, and compares the outputs.
#
#   experiments/interop/torch/run.sh [FOLDER FOR THE VIRTUAL ENVIRONMENT]
#
# Needs python3 with venv; installs torch and safetensors (a few GB) into the folder.
set -euo pipefail
cd "$(dirname "$0")/../../.."
venv=${1:-${TMPDIR:-/tmp}/layers-with-torch}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet numpy torch safetensors
PYTHON_WITH_TORCH="$venv/bin/python" \
  cargo test -q -p layers --test interop -- --nocapture files_that_we_save
