#!/usr/bin/env bash
# candle-core 0.11.1: the slope of `relu` at 0 is 1, so that gradients pass through units that are off.
#
# Expected: 0, as in PyTorch, JAX and burn. Inputs of exactly 0 are not rare: they are all that a layer without biases, or
# with new ones of 0, gives for a row of zeros, or for units that an earlier ReLU has switched off.
# Seen: 1. The slopes at -1 and at 2 are 0 and 1, as they should be.
# Cause: the backward pass of `UnaryOp::Relu` keeps the gradient where the input is at least 0 (`ge`), not above it (`gt`).
# Way round: a ReLU of one's own, x·(x > 0).
#
# Needs cargo and the package index. Fails if that changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cargo init --quiet --vcs none --name relu "$dir"
cd "$dir"
cargo add --quiet candle-core@=0.11.1
cat >src/main.rs <<'RUST'
use candle_core::{Device, Result, Var};

fn main() -> Result<()> {
    let x = Var::new(&[-1.0_f64, 0.0, 2.0], &Device::Cpu)?;
    let gradients = x.relu()?.sum_all()?.backward()?;
    let slopes = gradients.get(&x).expect("a gradient").to_vec1::<f64>()?;
    println!("slopes at -1, 0 and 2: {slopes:?}");
    assert_eq!(slopes, [0.0, 1.0, 1.0]);
    let mask = x.gt(&x.zeros_like()?)?.to_dtype(candle_core::DType::F64)?;
    let gradients = (x.as_tensor() * mask)?.sum_all()?.backward()?;
    assert_eq!(gradients.get(&x).expect("a gradient").to_vec1::<f64>()?, [0.0, 0.0, 1.0]);
    Ok(())
}
RUST
cargo run --quiet
