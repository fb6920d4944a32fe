#!/usr/bin/env bash
# Trains on other processors: one with AVX2 (Haswell) and one without fused multiply-adds (Nehalem), both emulated, beside
# this one. With fused multiply-adds every number of every section's --quick run must equal the published one; without,
# the losses of the first epoch must agree to a relative 1e-4, as every manifest promises. Prints how far the later ones
# lie apart.
#
#   experiments/interop/processors/run.sh
#
# Needs x86-64 and Debian's qemu-user (installed if missing, as root), and python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
[ "$(uname -m)" = x86_64 ] || { echo "this machine is no x86-64, whose processors are emulated"; exit 1; }
command -v qemu-x86_64 >/dev/null || { apt-get update -qq && apt-get install -y -qq qemu-user; }
cargo build -q -p experiments --bins
binaries=$(cargo metadata --format-version 1 --no-deps | python3 -c \
  'import json, sys; print(json.load(sys.stdin)["target_directory"])')/debug
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for section in sec6_1_optimizers sec6_2_weight_init sec6_3_batchnorm sec6_4_regularization sec6_5_hyperparameters; do
  for precision in f32 f64; do
    for processor in "" "qemu-x86_64 -cpu Haswell"; do
      echo "$section, $precision, ${processor:-this processor}"
      # qemu warns of every instruction that it cannot emulate.
      $processor "$binaries/$section" --quick --dataset synthetic --verify --precision $precision --quiet \
        --out "$out/results" 2>&1 | grep -v "^qemu-x86_64: warning" | tail -1
    done
  done
done
python3 "$here/check.py" "$binaries/sec6_5_hyperparameters"
