#!/usr/bin/env bash
# Runs what other libraries call by the names that ours have, and writes docs/reference/peers.json and the
# tables of docs/peers.md.
#
#   experiments/interop/peers/run.sh [FOLDER FOR THE VIRTUAL ENVIRONMENT AND THE BUILDS]
#
# Needs python3 with venv, and the package indexes of Python and Rust: a few GB, as PyTorch brings CUDA with it.
# The book's code comes from GitHub; where that cannot be reached, BOOK_KO and BOOK_JA name folders that hold its
# folder `common` at the commits below.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
work=${1:-${TMPDIR:-/tmp}/peers}
mkdir -p "$work"
[ -x "$work/venv/bin/python" ] || python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 jax==0.10.2 optax==0.2.8 flax==0.12.8 \
  keras==3.15.1 scikit-learn==1.9.1 optuna==5.0.0 ConfigSpace==1.2.2 numpy==2.4.6 scipy==1.17.1 pytensor==3.0.7
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps Lasagne==0.1

export BOOK_KO_COMMIT=4fafa7151783f31c9ebc8fb24a4193dfb0e0a2ec BOOK_JA_COMMIT=07b11618cdb5d5f78ad45464de0730efc07b0a4a
book() { # NAME OF THE VARIABLE, REPOSITORY, COMMIT
  [ -z "${!1:-}" ] || return 0
  [ -d "$work/$1" ] || git clone --quiet --filter=blob:none --no-checkout "https://github.com/$2" "$work/$1"
  git -C "$work/$1" checkout --quiet "$3" -- common
  export "$1=$work/$1"
}
book BOOK_KO WegraLee/deep-learning-from-scratch "$BOOK_KO_COMMIT"
book BOOK_JA oreilly-japan/deep-learning-from-scratch "$BOOK_JA_COMMIT"

for peer in burn candle; do
  cargo run -q --locked --manifest-path "$here/$peer/Cargo.toml" --target-dir "$work/target-$peer" >"$work/$peer.json"
done
export BURN=$work/burn.json CANDLE=$work/candle.json KERAS_BACKEND=jax JAX_PLATFORMS=cpu
"$work/venv/bin/python" "$here/write.py" docs/reference/peers.json
"$work/venv/bin/python" "$here/page.py" docs/reference/peers.json docs/peers.md
