#!/usr/bin/env bash
# Trains on other processors: one without fused multiply-adds (Nehalem) and one with AVX2 (Haswell), both
# emulated, beside this one. Fails unless the losses of the first epoch agree to a relative 1e-4, as every
# manifest promises; prints how far the later ones lie apart.
#
#   experiments/interop/processors/run.sh
#
# Needs x86-64 and Debian's qemu-user (installed if missing, as root), and python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
[ "$(uname -m)" = x86_64 ] || { echo "this machine is no x86-64, whose processors are emulated"; exit 1; }
command -v qemu-x86_64 >/dev/null || { apt-get update -qq && apt-get install -y -qq qemu-user; }
cargo build -q -p experiments --bin sec6_5_hyperparameters
binary=$(cargo metadata --format-version 1 --no-deps | python3 -c \
  'import json, sys; print(json.load(sys.stdin)["target_directory"])')/debug/sec6_5_hyperparameters
python3 "$here/check.py" "$binary"
