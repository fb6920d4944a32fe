#!/usr/bin/env bash
# Packs the five sections into a wheel and installs it, both in fresh virtual environments; then starts the
# programs by their names in a folder outside the repository, as somebody without a compiler does.
#
#   experiments/interop/wheel/run.sh
#
# Needs python3 with venv; installs maturin from PyPI.
set -euo pipefail
cd "$(dirname "$0")/../../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

python3 -m venv "$work/maturin"
"$work/maturin/bin/pip" install --quiet --disable-pip-version-check maturin==1.16.0
"$work/maturin/bin/maturin" build --quiet --locked --manifest-path experiments/Cargo.toml --out "$work"
wheel=$(echo "$work"/dlfs_chapter6-*.whl)
python3 -m venv "$work/installed"
"$work/installed/bin/pip" install --quiet --disable-pip-version-check --no-index "$wheel"

sections=()
for source in experiments/src/bin/sec*; do sections+=("$(basename "$source")"); done
mkdir "$work/elsewhere"
cd "$work/elsewhere"
PATH=$work/installed/bin:$PATH
for section in "${sections[@]}"; do
  [ "$(command -v "$section")" = "$work/installed/bin/$section" ] || { echo "$section is not in the wheel"; exit 1; }
  "$section" --version | grep -q "^$section [0-9]" || { echo "$section does not tell its version"; exit 1; }
  "$section" --help | grep -q "^  $section --quick$" || { echo "--help of $section does not say how it is started"; exit 1; }
done
sec6_3_batchnorm --quick --dataset synthetic --quiet --out results >/dev/null
for file in metrics.csv index.html figures/sec6_3_batchnorm.svg figures/sec6_3_batchnorm.png; do
  [ -s "results/$file" ] || { echo "results/$file is missing"; exit 1; }
done
grep -q '<pre>sec6_3_batchnorm --quick' results/index.html || { echo "the page does not say what made it"; exit 1; }
echo "$(basename "$wheel"), $(du -h "$wheel" | cut -f 1): installed, and its programs run"
