#!/usr/bin/env bash
# Would the comparison with the original find a fault? Plants six, one at a time, in a copy of this
# revision, runs the section that should show it over thirty seeds, and prints what it says.
#
#   docs/figures/planted.sh          all six; about half an hour on two cores
#   docs/figures/planted.sh NAME     one of them
#
# The results stay in results/planted/NAME, where docs/figures/make.sh takes them into the record.
# Needs MNIST, as make.sh does.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git clone --quiet . "$copy/repo"
if [ -d data/mnist ]; then ln -s "$root/data/mnist" "$copy/repo/data/mnist"; fi

# name, section and part, file, what stands there, the fault
plant() {
  local name=$1 run=$2 file=$3 right=$4 wrong=$5
  [ -z "$wanted" ] || [ "$wanted" = "$name" ] || return 0
  cd "$copy/repo"
  git checkout --quiet .
  local text
  text=$(<"$file")
  [[ $text == *"$right"* ]] || { echo "$file has no: $right" >&2; exit 1; }
  printf '%s\n' "${text/"$right"/"$wrong"}" >"$file"
  echo "== $name"
  # shellcheck disable=SC2086
  cargo run --quiet -p experiments --bin $run --runs 30 --dataset mnist --no-progress --force \
    --out "$root/results/planted/$name" | grep '^original'
  cd "$root"
}
wanted=${1:-}

plant momentum-0.85 "sec6_1_optimizers -- --part mnist" crates/optimizers/src/rules/momentum.rs \
  "lr: 0.01, momentum: 0.9" "lr: 0.01, momentum: 0.85"
plant batch-norm-epsilon-1e-3 "sec6_3_batchnorm --" crates/layers/src/batch_norm.rs \
  "eps: 1e-6," "eps: 1e-3,"
plant he-of-1-over-n "sec6_2_weight_init -- --part mnist" crates/init/src/initializer.rs \
  "normal(weights, (2.0 / n_in).sqrt(), rng)" "normal(weights, (1.0 / n_in).sqrt(), rng)"
plant without-replacement "sec6_4_regularization --" crates/training/src/batches.rs \
  "(0..size).map(|_| rng.random_range(0..count) as usize)" \
  "rand::seq::index::sample(rng, count as usize, size)"
plant batch-norm-by-batch-statistics "sec6_3_batchnorm --" crates/layers/src/batch_norm.rs \
  "        if mode == Mode::Train {" "        let mode = Mode::Train; {"
plant dropout-0.25 "sec6_4_regularization --" experiments/src/bin/sec6_4_regularization/networks.rs \
  "flags.dropout.unwrap_or(0.2)" "flags.dropout.unwrap_or(0.25)"
