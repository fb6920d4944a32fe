#!/usr/bin/env bash
# Writes event files of every section, reads them with TensorBoard's own reader and compares every number
# with metrics.csv and histograms.npz; then starts TensorBoard, and looks in a real browser whether scalars
# and histograms show. Screenshots go to target/tensorboard.
#
#   experiments/interop/tensorboard/run.sh [FOLDER FOR THE VIRTUAL ENVIRONMENT]
#
# Needs python3 with venv, Debian's chromium (installed if missing, as root) and node with npm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
venv=${1:-${TMPDIR:-/tmp}/experiments-with-python}
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet numpy pandas 'setuptools<81' tensorboard
command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; }
cp "$here/package.json" "$here/check.mjs" "$work"
(cd "$work" && npm install --silent --no-audit --no-fund)

for source in experiments/src/bin/sec*; do
  section=$(basename "$source" .rs)
  cargo run -q -p experiments --bin "$section" -- --tensorboard --npz \
    --quick --runs 2 --dataset synthetic --quiet --out "$work/results/$section" >/dev/null
done
"$venv/bin/python" "$here/check.py" "$work/results"

"$venv/bin/tensorboard" --logdir "$work/results" --host 127.0.0.1 --port 0 2>"$work/log" &
server=$!
for _ in $(seq 120); do
  address=$(sed -n 's|.*at \(http://127\.0\.0\.1:[0-9]*/\).*|\1|p' "$work/log")
  [ -z "$address" ] || break
  sleep 0.5
done
[ -n "$address" ] || { cat "$work/log"; echo "TensorBoard did not start"; exit 1; }
runs=$(find "$work/results" -name 'events.out.tfevents*' | wc -l)
node "$work/check.mjs" "$address" "$runs" target/tensorboard
echo "screenshots in target/tensorboard"
