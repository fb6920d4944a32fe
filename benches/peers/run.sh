#!/usr/bin/env bash
# Trains the chapter's networks here and in NumPy, PyTorch, JAX, libtorch, burn and candle, by turns,
# and writes benches/record/<date>-<processor>.md and .csv.
#
#   benches/peers/run.sh [--rounds N] [--minutes M] [--only REGEX] [--share X] [--cache DIR] [--out DIR]
#                        [--setup-only] [--no-setup]
#
# Needs MNIST_DIR, python3 with venv, cargo and a C++ compiler. The peers' environments (7 GB) are made
# from PyPI and crates.io in DIR, or $PEERS_CACHE, or benches/peers/.cache, and used again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
workspace=$(cd "$here/../.." && pwd)
cache=${PEERS_CACHE:-$here/.cache}
setup=yes measure=yes options=() out=$workspace/benches/record

while [ $# -gt 0 ]; do
  case $1 in
    --cache) cache=$2; shift 2 ;;
    --out) out=$2; shift 2 ;;
    --setup-only) measure=no; shift ;;
    --no-setup) setup=no; shift ;;
    --rounds | --minutes | --only | --share) options+=("$1" "$2"); shift 2 ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "$1: no such option; see --help" >&2; exit 2 ;;
  esac
done
if [ -z "${MNIST_DIR:-}" ]; then
  echo "set MNIST_DIR to the folder of the four MNIST files (data/mnist after the first run of a section)" >&2
  exit 3
fi
export MNIST_DIR=$(cd "$MNIST_DIR" && pwd)
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
export TORCHINDUCTOR_CACHE_DIR=$cache/inductor

venv() { # NAME PACKAGE...
  local python=$cache/$1/bin/python
  [ -x "$python" ] || python3 -m venv "$cache/$1"
  "$python" -m pip install --quiet "${@:2}"
}

build() { # NAME FOLDER [ARGUMENT...]
  (cd "$2" && CARGO_TARGET_DIR=$cache/target-$1 cargo build --release --locked "${@:3}")
}

if [ "$setup" = yes ]; then
  venv numpy numpy threadpoolctl
  venv torch torch numpy
  venv jax jax numpy
  # tch is made for one version of libtorch only; see benches/README.md.
  venv libtorch torch==2.13.0 numpy
  build ours "$workspace" -p experiments -p benches --bins --example cnn_mnist
  build burn "$here/burn"
  build candle "$here/candle"
  site=$("$cache/libtorch/bin/python" -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
  RUSTFLAGS="-C link-arg=-Wl,-rpath,$site/torch/lib" PATH=$cache/libtorch/bin:$PATH \
    LIBTORCH_USE_PYTORCH=1 build libtorch "$here/libtorch"
fi
[ "$measure" = yes ] || exit 0

exec "$cache/numpy/bin/python" "$here/harness/compare.py" --cache "$cache" --out "$out" "${options[@]}"
