#!/usr/bin/env bash
# Saves networks as safetensors, loads them into the same layers of PyTorch, and compares the outputs:
# first small ones of every layer, then those that the sections train, on the 10,000 test images of MNIST.
#
#   experiments/interop/torch/run.sh [FOLDER FOR THE VIRTUAL ENVIRONMENT]
#
# Needs python3 with venv; installs torch and safetensors (a few GB) into the folder. MNIST is taken from
# $MNIST_DIR, or downloaded.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../.."
venv=${1:-${TMPDIR:-/tmp}/layers-with-torch}
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet numpy torch safetensors
PYTHON_WITH_TORCH="$venv/bin/python" \
  cargo test -q -p layers --test it files_that_we_save -- --nocapture

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
section() {
  cargo run -q -p experiments --bin "$1" -- --save-model --quiet --out "$work/$1" "${@:2}" >/dev/null
}
section sec6_1_optimizers --part mnist
section sec6_2_weight_init --part mnist
section sec6_3_batchnorm
section sec6_4_regularization --part dropout
section sec6_5_hyperparameters --part search --trials 10 --space lr=log:1e-3:1e-1 \
  --space activation=choice:tanh,silu,gelu --space batch_norm=choice:true,false
data=${MNIST_DIR:-data/mnist}
# The two that diverged at the largest scales hold no numbers to compare.
mapfile -t models < <(find "$work" -name '*.safetensors' | sort | grep -v '/0[12]/plain/')
[ "${#models[@]}" = $((4 + 3 + 30 + 1 + 1)) ] || { echo "${#models[@]} models were saved"; exit 1; }
for model in "${models[@]}"; do
  cargo run -q -p experiments --example scores -- "$model" "$data" "${model%.safetensors}.scores" >/dev/null
done
"$venv/bin/python" "$here/models.py" "$data" "${models[@]}"
echo "PyTorch gives our outputs for all ${#models[@]} models"
