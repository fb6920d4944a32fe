#!/usr/bin/env bash
# Checks the types of everything for Apple's processors: libraries, programs, tests, examples, benchmarks.
# Nothing is linked or run, so C compilers are stand-ins.
#
#   experiments/interop/apple/run.sh [FOLDER FOR DEBIAN'S RUST, IF RUSTUP CANNOT FETCH THE TARGET]
set -euo pipefail
cd "$(dirname "$0")/../../.."
source experiments/interop/rust_for.sh
target=aarch64-apple-darwin
rust_for $target "$@"
export CC_aarch64_apple_darwin=/bin/true AR_aarch64_apple_darwin=/bin/true
"${cargo[@]}" check -q --locked --workspace --all-targets --all-features --target $target
echo "everything has the right types for $target"
