#!/usr/bin/env bash
# Opens the page of every section in a real browser: light, dark and as wide as a phone. Fails on a
# console error, a request that leaves the file, or a figure that does not show.
#
#   experiments/interop/page/run.sh [FOLDER FOR SCREENSHOTS]
#
# Needs Debian's chromium (installed if missing, as root) and node with npm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
shots=${1:-$(mktemp -d)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; }
cp "$here/package.json" "$here/check.mjs" "$work"
(cd "$work" && npm install --silent --no-audit --no-fund)

for source in experiments/src/bin/sec*; do
  section=$(basename "$source" .rs)
  cargo run -q -p experiments --bin "$section" -- \
    --quick --dataset synthetic --quiet --out "$work/results/$section" >/dev/null
done
node "$work/check.mjs" "$work/results" "$shots"
echo "screenshots in $shots"
