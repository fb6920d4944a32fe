//! How well initialisers keep the size of a signal in a ReLU network: the standard deviation of the
//! activations, layer by layer.
//!
//! ```text
//! cargo run -p init --example compare                           # he, xavier, 0.01 and orthogonal
//! cargo run -p init --example compare -- he-uniform 0.05 orthogonal:1.4
//! ```
//!
//! Change `activation`, `UNITS` or `LAYERS` for another network.

use std::process::ExitCode;

use init::{Initialize, Initializer, InitializerError, Purpose, Seed};
use nalgebra::DMatrix;
use tensor_ops::{Operand::Plain, matmul};

const SAMPLES: usize = 1000;
const UNITS: usize = 100;
const LAYERS: usize = 10;

fn activation(x: f64) -> f64 {
    x.max(0.0)
}

/// The standard deviation after each layer.
fn spread(initializer: Initializer, seed: Seed) -> Vec<f64> {
    let mut x = DMatrix::<f64>::zeros(SAMPLES, UNITS);
    Initializer::Normal { std: 1.0 }.fill(&mut x, &mut seed.stream(Purpose::Inputs, 0));
    let (mut weights, mut y) = (DMatrix::zeros(UNITS, UNITS), DMatrix::zeros(SAMPLES, UNITS));
    let layer = |layer: u64| {
        initializer.fill(&mut weights, &mut seed.stream(Purpose::Weights, layer));
        matmul(Plain(&x), Plain(&weights), None, &mut y);
        x = y.map(activation);
        x.variance().sqrt()
    };
    (0..LAYERS as u64).map(layer).collect()
}

fn run() -> Result<(), InitializerError> {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    if names.is_empty() {
        names = ["he", "xavier", "0.01", "orthogonal"].map(String::from).into();
    }
    for name in names {
        let spread = spread(name.parse()?, Seed::new(1));
        let spread: Vec<String> = spread.iter().map(|std| format!("{std:.1e}")).collect();
        println!("{name:<16} {}", spread.join("  "));
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("compare: {error}");
            ExitCode::from(2)
        }
    }
}
