#!/usr/bin/env bash
# Runs what --verify knows, and writes data/reference/digests.json: every section in full on MNIST and --quick on
# synthetic digits, seed 0, in f32 and f64. A processor with fused multiply-adds is needed, and MNIST ($MNIST_DIR or
# data/mnist).
#
#   data/reference/digests.sh [SECTION...]     all sections, or only these; the others keep their digests
#
# The file changes only with a change of the numbers, which docs/figures/make.sh must then record, too.
set -euo pipefail
cd "$(dirname "$0")/../.."
results=results/digests
rm -rf $results
cargo build -p experiments --bins --example digests
for section in ${*:-$(basename -a experiments/src/bin/sec*)}; do
  for precision in f32 f64; do
    run() { target/debug/$section --precision $precision --quiet "$@" >/dev/null; }
    run --dataset mnist --out $results/$section-$precision-full
    run --dataset synthetic --quick --out $results/$section-$precision-quick
  done
done
target/debug/examples/digests $results data/reference/digests.json
