#!/usr/bin/env bash
# Opens the page of every section in a real browser and uses it as a reader would: guesses, reads values by
# pointer and keyboard (they are those of the files), switches series, scales and seeds, sorts tables; light,
# dark, as wide as a phone, on paper, without script. Fails on a figure that does not show or is cut, a console
# error, a request that leaves the folder, a file to save that is not what the page shows, or a serious finding of axe-core.
# Then opens them with few fonts installed, and fails on a character that is not drawn or a figure whose texts
# overlap. Where mdbook is installed, a chapter of the book with the figures of these runs is tried in the same way.
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
node "$work/check.mjs" "$work/results" "$shots" index.html
node "$work/fonts.mjs" "$work/results" "$work/fonts" "$PWD/crates/viz/assets/NanumSquareR.ttf" "$(dejavu)"

if command -v mdbook >/dev/null; then
  # The pictures of the chapters are those of these runs.
  cp -r docs "$work/docs"
  ln -s "$PWD"/{crates,experiments} "$work"
  for section in "$work"/results/*; do
    [[ $section = *_in_korean ]] || cp "$section"/figures/*.svg "$work/docs/figures"
  done
  for lang in en ko; do
    MDBOOK_BOOK__LANGUAGE=$lang mdbook build -d "$work/books/$lang" "$work/docs"
    cp crates/viz/assets/NanumSquareR.ttf "$work/books/$lang"
    cargo run -q -p experiments --example book -- "$work/results" "$work/books/$lang"
  done
  node "$work/check.mjs" "$work/books" "$shots" 6_3_batchnorm.html
else
  echo "not run: the book (no mdbook here)"
fi
echo "screenshots in $shots"
