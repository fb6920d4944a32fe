#!/usr/bin/env bash
# Opens a study file in optuna-dashboard, in headless Chromium. Fails unless the page shows the study
# and its trials; saves screenshots.
#
#   experiments/interop/dashboard/run.sh [FOLDER FOR SCREENSHOTS] [FOLDER FOR THE VIRTUAL ENVIRONMENT]
#
# Needs Debian's chromium (installed if missing, as root) and python3 with venv.
set -euo pipefail
cd "$(dirname "$0")/../../.."
shots=${1:-$(mktemp -d)}
venv=${2:-${TMPDIR:-/tmp}/sec6_5-dashboard}
mkdir -p "$shots"
command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; }
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet optuna optuna-dashboard
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
cargo run -q -p experiments --bin sec6_5_hyperparameters -- --part search --trials 30 --epochs 10 \
  --pruner median --dataset synthetic --quiet --study "$work/study.log" --out "$work/out" >/dev/null
port=$("$venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$venv/bin/optuna-dashboard" "$work/study.log" --host 127.0.0.1 --port "$port" >"$work/server.log" 2>&1 &
server=$!
base=http://127.0.0.1:$port
for _ in $(seq 100); do curl -sf "$base/api/studies" >/dev/null && break || sleep 0.2; done
curl -sf "$base/api/studies" | grep -q sec6_5-seed-0
browse() {
  timeout 90 chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/browser" \
    --window-size=1400,1600 --virtual-time-budget=20000 "$@" 2>/dev/null
}
for page in studies/0 studies/0/trials; do
  browse --screenshot="$shots/$(basename "$page").png" "$base/dashboard/$page" || true
  browse --dump-dom "$base/dashboard/$page" >"$work/dom"
  grep -q sec6_5-seed-0 "$work/dom" || { echo "$page does not show the study"; exit 1; }
done
grep -q 'Trial 29' "$work/dom" || { echo "the list of trials does not show the last one"; exit 1; }
echo "optuna-dashboard shows the study; screenshots in $shots"
