#!/usr/bin/env bash
# The figures and the record of README and book: all five sections over ten seeds, with MNIST, and
# over thirty, as many as the original has, to be judged beside it.
#
#   docs/figures/make.sh             run everything, copy the figures, write record.json
#   docs/figures/make.sh --no-run    the same from results/book as they are
#   docs/figures/make.sh --zip       nothing of that, but results/handout.zip, to hand out: figures and pages of all
#                                    sections over ten seeds, in English and Korean, each with its command and seeds
#
# Look at every figure before it is committed.
set -euo pipefail
cd "$(dirname "$0")/../.."
results=results/book
sections="sec6_1_optimizers sec6_2_weight_init sec6_3_batchnorm sec6_4_regularization sec6_5_hyperparameters"

if [ "${1:-}" = --zip ]; then
  cargo build --release -p experiments --bins
  rm -rf results/handout results/handout.zip
  for lang in en ko; do
    # A page links to the sections whose folders are beside its own.
    for section in $sections; do mkdir -p results/handout/$lang/"$section"; done
    for section in $sections; do
      echo "== $section, $lang"
      target/release/"$section" --runs 10 --lang $lang --out results/handout/$lang/"$section" >/dev/null
    done
  done
  (cd results && python3 -m zipfile -c handout.zip handout)
  echo "results/handout.zip: open handout/en/sec6_1_optimizers/index.html"
  exit
fi

if [ "${1:-}" != --no-run ]; then
  cargo build --release -p experiments --bins
  for section in $sections; do
    echo "== $section"
    target/release/"$section" --runs 10 --dataset mnist --out $results/"$section" >/dev/null
  done
  for section in $sections; do
    echo "== $section over thirty seeds"
    part=
    case $section in
      sec6_1*|sec6_2*) part="--part mnist" ;;
      sec6_5*) part="--part search" ;;
    esac
    # shellcheck disable=SC2086
    target/release/"$section" $part --runs 30 --dataset mnist --out $results/"$section"_30_seeds >/dev/null
  done
  echo "== sec6_3_batchnorm over thirty seeds in the original's precision"
  target/release/sec6_3_batchnorm --runs 30 --precision f64 --dataset mnist \
    --out $results/sec6_3_batchnorm_30_seeds_f64 >/dev/null
  # Only on request in the programs, since they take the longest.
  echo "== rates"
  target/release/sec6_1_optimizers --part rates --runs 10 --dataset mnist --out $results/sec6_1_rates >/dev/null
  for section in $sections; do
    # Section 6.2 has no such part.
    [ "$section" = sec6_2_weight_init ] && continue
    echo "== luck of $section"
    target/release/"$section" --part luck --runs 10 --dataset mnist --out $results/"${section:0:6}"_luck >/dev/null
  done
  for part in samplers pruners; do
    echo "== $part"
    target/release/sec6_5_hyperparameters --part $part --runs 10 --out $results/$part >/dev/null
  done
  docs/figures/planted.sh
fi

for figure in \
  sec6_1_optimizers/sec6_1_{contours,gradient_field,paths,descent,mnist} \
  sec6_1_rates/sec6_1_rates sec6_1_luck/sec6_1_luck sec6_3_luck/sec6_3_luck sec6_4_luck/sec6_4_luck \
  sec6_2_weight_init/sec6_2_{symmetry,sigmoid,tanh,relu,mnist} \
  sec6_3_batchnorm/sec6_3_{batchnorm,opening,scales} \
  sec6_4_regularization/sec6_4_{comparison,ensemble} \
  sec6_5_hyperparameters/sec6_5_{best,scatter,importance,narrow,printed} sec6_5_luck/sec6_5_luck \
  sec6_4_regularization_30_seeds/sec6_4_original \
  samplers/sec6_5_samplers pruners/sec6_5_pruners; do
  cp "$results/${figure%/*}/figures/${figure#*/}.svg" docs/figures/
done
cargo run --release -p experiments --example seeds -- docs/figures
cargo run --release -p experiments --example record -- $results docs/figures/record.json
size=$(cat docs/figures/*.svg | wc -c)
echo "figures: $size bytes"
[ "$size" -le 3000000 ] || { echo "more than the 3 MB that the repository takes" >&2; exit 1; }
