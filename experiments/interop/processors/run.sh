#!/usr/bin/env bash
# Trains on other processors: this one without AVX-512, one with AVX2 (Haswell) and one without fused multiply-adds
# (Nehalem), both emulated, beside this one. With fused multiply-adds every number of every section's --quick run must
# equal the published one; without, the losses of the first epoch must agree to a relative 1e-4, as every manifest
# promises. Prints how far the later ones lie apart.
#
#   experiments/interop/processors/run.sh
#
# Needs x86-64 with AVX2, Debian's qemu-user and gdb (installed if missing, as root), and python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
[ "$(uname -m)" = x86_64 ] || { echo "this machine is no x86-64, whose processors are emulated"; exit 1; }
packages=()
command -v qemu-x86_64 >/dev/null || packages+=(qemu-user)
command -v gdb >/dev/null || packages+=(gdb)
[ ${#packages[@]} = 0 ] || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}"; }
cargo build -q -p experiments --locked --bins
binaries=$(cargo metadata --format-version 1 --no-deps | python3 -c \
  'import json, sys; print(json.load(sys.stdin)["target_directory"])')/debug
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
for section in $(basename -a experiments/src/bin/sec*); do
  for precision in f32 f64; do
    for processor in here without-avx512 Haswell; do
      case $processor in
        here) on=() ;;
        without-avx512) on=(gdb -batch -return-child-result -x "$here/without_avx512.py" --args) ;;
        Haswell) on=(qemu-x86_64 -cpu Haswell) ;;
      esac
      # The last line is the program's: qemu's warnings of instructions that it cannot emulate and gdb's farewell are not.
      said=$("${on[@]}" "$binaries/$section" --quick --dataset synthetic --verify --precision $precision --quiet \
        --out "$out/results" 2>&1 | grep -vE "^(qemu-x86_64: warning|\[Inferior)" | tail -1) ||
        { echo "$section, $precision, $processor: $said"; exit 1; }
      instructions=$(grep -oP '"instructions": "\K\w+' "$out/results/manifest.json")
      [ $processor = here ] || [ "$instructions" = avx2 ] || { echo "$processor: ran with $instructions"; exit 1; }
      echo "$section, $precision, $processor ($instructions): $said"
    done
  done
done
python3 "$here/check.py" "$binaries/sec6_5_hyperparameters"
