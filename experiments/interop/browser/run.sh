#!/usr/bin/env bash
# Opens docs/lab.html in Chromium and in Firefox, from its file and without a network, and uses it as a student would:
# guesses, every control by mouse and one section by keyboard alone, every experiment to its end, own files, links with
# settings, English and Korean, on paper, without SIMD. Fails if a number differs from that of the native program by
# more than check.mjs says; on a console error, a request, more than 200 MB of memory (WebAssembly's, and in Chromium
# JavaScript's), or a serious finding of axe-core; and on a task of the main thread that works for more than 50 ms, as
# Chromium's trace tells. Firefox has no such trace: there, on a machine that does nothing else, on a timer late by that.
#
#   experiments/interop/browser/run.sh [FOLDER FOR SCREENSHOTS]
#
# Needs Debian's chromium, firefox-esr and fonts-nanum (installed if missing, as root) and node with npm. With MNIST_DIR
# set, the files there are chosen too, and again with one label changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
shots=${1:-$(mktemp -d)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for program in chromium firefox-esr; do
  command -v $program >/dev/null || { apt-get update -qq && apt-get install -y -qq $program fonts-nanum; }
done
cp "$here"/{package.json,check.mjs} "$work"
(cd "$work" && npm install --silent --no-audit --no-fund)

native() {
  cargo run -q -p experiments --bin "$1" -- "${@:3}" --dataset synthetic --quiet --out "$work/native/$2" >/dev/null
}
native sec6_1_optimizers ravine --part ravine --precision f64
native sec6_1_optimizers race --part mnist --train-size 10000 --iterations 200
native sec6_2_weight_init activations --part activations
native sec6_2_weight_init symmetry --part symmetry
native sec6_2_weight_init starts --part mnist --train-size 10000 --iterations 200
native sec6_3_batchnorm scales --runs 3
native sec6_4_regularization overfit --part overfit --quick --epochs 201
native sec6_4_regularization regularise --quick --epochs 201
native sec6_5_hyperparameters search --part search --trials 20
# Digits in IDX files, as a reader would drop them.
cargo run -q -p mnist-io --example make_digits -- "$work/digits" >/dev/null
node "$work/check.mjs" docs/lab.html "$work" "$shots"
echo "screenshots in $shots"
