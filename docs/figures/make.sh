#!/usr/bin/env bash
# The figures, in English and Korean, and the record of README and book: all sections over ten
# seeds, with MNIST, and over thirty, as many as the original has, to be judged beside it.
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
sections=$(basename -a experiments/src/bin/sec*)

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

# A run: the folder in $results, the program, its flags.
run() {
  echo "== $1 ${*:3}"
  target/release/"$2" "${@:3}" --out $results/"$1" >/dev/null
}

# A run with figures of the book, in both languages.
shown() {
  run "$@"
  run ko/"$1" "${@:2}" --lang ko
}

if [ "${1:-}" != --no-run ]; then
  cargo build --release -p experiments --bins
  for section in $sections; do
    shown "$section" "$section" --runs 10 --dataset mnist
  done
  run sec6_1_optimizers_30_seeds sec6_1_optimizers --part mnist --runs 30 --dataset mnist
  run sec6_2_weight_init_30_seeds sec6_2_weight_init --part mnist --runs 30 --dataset mnist
  run sec6_3_batchnorm_30_seeds sec6_3_batchnorm --runs 30 --dataset mnist
  shown sec6_4_regularization_30_seeds sec6_4_regularization --runs 30 --dataset mnist
  run sec6_5_hyperparameters_30_seeds sec6_5_hyperparameters --part search --runs 30 --dataset mnist
  # In the original's precision.
  run sec6_3_batchnorm_30_seeds_f64 sec6_3_batchnorm --runs 30 --precision f64 --dataset mnist
  # Only on request in the programs, since they take the longest.
  shown sec6_1_rates sec6_1_optimizers --part rates --runs 10 --dataset mnist
  # Section 6.2 has no such part.
  for section in sec6_1_optimizers sec6_3_batchnorm sec6_4_regularization sec6_5_hyperparameters; do
    shown "${section:0:6}"_luck "$section" --part luck --runs 10 --dataset mnist
  done
  for part in samplers pruners; do
    shown $part sec6_5_hyperparameters --part $part --runs 10
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
  file=${figure%/*}/figures/${figure#*/}.svg
  cp $results/"$file" docs/figures/
  cp $results/ko/"$file" docs/figures/ko/
done
cargo run --release -p experiments --example seeds -- docs/figures
cargo run --release -p experiments --example record -- $results docs/figures/record.json
echo "cargo test -p experiments --test it docs: says which sentences of README and book the record changes"
for folder in docs/figures docs/figures/ko; do
  size=$(cat $folder/*.svg | wc -c)
  echo "$folder: $size bytes"
  [ "$size" -le 3000000 ] || { echo "more than the 3 MB that the repository takes" >&2; exit 1; }
done
