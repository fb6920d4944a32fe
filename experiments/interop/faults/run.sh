#!/usr/bin/env bash
# Kills a section and the hyperparameter search 200 times each at random times, fills a small disk under
# a run, shuts its doors, and gives it a gzip of 10 GiB of zeros for data. The test suite does the same,
# but for the last, a few times.
#
#   experiments/interop/faults/run.sh [KILLS]
#
# Needs Linux, and root or user namespaces to mount a tmpfs; fails where there is neither. Needs python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
KILLS=${1:-200} cargo test -p experiments --locked --test it faults:: -- --nocapture --test-threads 1
target=$(cargo metadata --format-version 1 --no-deps | python3 -c \
  'import json, sys; print(json.load(sys.stdin)["target_directory"])')
python3 "$here/bomb.py" "$target/debug/sec6_4_regularization"
