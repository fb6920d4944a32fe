#!/usr/bin/env bash
# rustc 1.95.0 (LLVM 22): `#[inline(never)]` has no effect on a function that also has `#[target_feature]`.
#
# Expected: both attributes reach LLVM; the function is never part of its caller.
# Seen: the function's LLVM attributes hold the target features, and no `noinline`. Without `target_feature` the same
# function has `noinline`. No warning is given. So a caller with the same features may take the function in, as
# LLVM sees fit: kernels that were written apart to keep their loops in registers end up in one function, where
# a loop of ours read a spilled address in every turn (6 % of a sparse product).
# Way round: an `inline(never)` function without features that calls the one with them.
#
# Needs rustc for x86-64 alone. Fails if that changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
rustc --version
cat > attributes.rs <<'RUST'
#![crate_type = "lib"]
#[inline(never)]
pub fn alone(x: f32) -> f32 { x + 1.0 }
#[inline(never)]
#[target_feature(enable = "avx2")]
pub fn both(x: f32) -> f32 { x + 2.0 }
RUST
rustc -O --target x86_64-unknown-linux-gnu --emit=llvm-ir -C no-prepopulate-passes attributes.rs

# The attributes of the function whose name holds $1.
attributes() {
  local group
  group=$(grep -E "^define .*$1" attributes.ll | grep -oE '#[0-9]+')
  grep -E "^attributes $group = " attributes.ll
}
has_noinline() { attributes "$1" | grep -qw noinline && echo yes || echo no; }
echo "inline(never) alone: noinline $(has_noinline 5alone); with target_feature: noinline $(has_noinline 4both)"
[ "$(has_noinline 5alone)" = yes ] && [ "$(has_noinline 4both)" = no ]
