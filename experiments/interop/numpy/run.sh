#!/usr/bin/env bash
# Opens the NPZ files of every section in NumPy: metrics.npz beside metrics.csv, read by pandas as
# docs/running.md says, and histograms.npz beside np.histogram of the networks that --save-model keeps.
#
#   experiments/interop/numpy/run.sh [FOLDER FOR THE VIRTUAL ENVIRONMENT]
#
# Needs python3 with venv; installs numpy, pandas, matplotlib and safetensors into the folder.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
venv=${1:-${TMPDIR:-/tmp}/experiments-with-python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet matplotlib numpy pandas safetensors
for source in experiments/src/bin/sec*; do
  section=$(basename "$source" .rs)
  cargo run -q -p experiments --bin "$section" -- --npz --save-model \
    --quick --runs 2 --dataset synthetic --quiet --out "$work/results/$section" >/dev/null
done
page=$PWD/docs/running.md
cd "$work"
MPLBACKEND=Agg "$venv/bin/python" "$here/check.py" "$page"
