#!/usr/bin/env bash
# Opens the page of every section in a real browser and uses it as a reader would: guesses, reads values by
# pointer and keyboard (they are those of the files), switches series, scales and seeds, sorts tables; light,
# dark, as wide as a phone, on paper, without script. Fails on a figure that does not show or is cut, a console
# error, a request that leaves the folder, or a serious finding of axe-core. Then opens them with few fonts
# installed, and fails on a character that is not drawn or a figure whose texts overlap.
#
#   experiments/interop/page/run.sh [FOLDER FOR SCREENSHOTS]
#
# Needs Debian's chromium and DejaVu Sans (installed if missing, as root) and node with npm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
shots=${1:-$(mktemp -d)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; }
dejavu() { fc-list | grep -o '^.*/DejaVuSans\.ttf'; }
dejavu >/dev/null || { apt-get update -qq && apt-get install -y -qq fontconfig fonts-dejavu-core; }
cp "$here"/{package.json,check.mjs,fonts.mjs} "$work"
(cd "$work" && npm install --silent --no-audit --no-fund)

page() {
  cargo run -q -p experiments --bin "$1" -- --quick --dataset synthetic --quiet --out "$work/results/$2" "${@:3}" >/dev/null
}
for source in experiments/src/bin/sec*; do
  section=$(basename "$source" .rs)
  page "$section" "$section"
done
page sec6_5_hyperparameters sec6_5_in_korean --lang ko
node "$work/check.mjs" "$work/results" "$shots"
node "$work/fonts.mjs" "$work/results" "$work/fonts" "$PWD/crates/viz/assets/NanumSquareR.ttf" "$(dejavu)"
echo "screenshots in $shots"
