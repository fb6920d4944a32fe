#!/usr/bin/env bash
# Kills a section and the hyperparameter search 200 times each at random times, fills a small disk under
# a run, and shuts its doors. The test suite does the same a few times.
#
#   experiments/interop/faults/run.sh [KILLS]
#
# Needs Linux, and root or user namespaces to mount a tmpfs; fails where there is neither.
set -euo pipefail
cd "$(dirname "$0")/../../.."
KILLS=${1:-200} cargo test -p experiments --locked --test faults -- --nocapture --test-threads 1
