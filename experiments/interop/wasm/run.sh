#!/usr/bin/env bash
# Checks the types of the library crates for WebAssembly in a browser: all but the download of mnist-io, which
# needs sockets. Programs need files and processes.
#
#   experiments/interop/wasm/run.sh [FOLDER FOR DEBIAN'S RUST, IF RUSTUP CANNOT FETCH THE TARGET]
set -euo pipefail
cd "$(dirname "$0")/../../.."
source experiments/interop/rust_for.sh
target=wasm32-unknown-unknown
rust_for $target "$@"
crates=()
for crate in crates/*; do crates+=(-p "$(basename "$crate")"); done
"${cargo[@]}" check -q --locked "${crates[@]}" --lib --target $target
echo "all library crates have the right types for $target"
