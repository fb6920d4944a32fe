//! Trains a network from different initial weights and prints loss and accuracy as CSV.
//!
//! ```text
//! cargo run -p layers --example initializers                    # he, xavier and 0.01
//! cargo run -p layers --example initializers -- orthogonal 0.3
//! ```
//!
//! Change the data in `spirals`, the network and optimizer in `run`.

use std::error::Error;
use std::f64::consts::TAU;
use std::process::ExitCode;

use init::{Initializer, Purpose, Seed};
use layers::{Mode, MultiLayerNet};
use nalgebra::DMatrix;
use optimizers::{Momentum, Rule};
use rand::RngExt;

/// Two interleaved spirals with a little noise: (samples, 2) points, and the spiral of each.
fn spirals(samples: usize, seed: Seed, index: u64) -> (DMatrix<f32>, Vec<usize>) {
    let mut rng = seed.stream(Purpose::Inputs, index);
    let mut x = DMatrix::zeros(samples, 2);
    let labels: Vec<usize> = (0..samples).map(|i| i % 2).collect();
    for (i, &arm) in labels.iter().enumerate() {
        let radius: f64 = rng.random_range(0.1..1.0);
        let angle = TAU * (radius + arm as f64 / 2.0) + rng.random_range(-0.2..0.2);
        x[(i, 0)] = (radius * libm::cos(angle)) as f32;
        x[(i, 1)] = (radius * libm::sin(angle)) as f32;
    }
    (x, labels)
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    if names.is_empty() {
        names = ["he", "xavier", "0.01"].map(String::from).into();
    }
    let initializers =
        names.iter().map(|name| name.parse()).collect::<Result<Vec<Initializer>, _>>()?;

    let seed = Seed::new(1);
    let (x, labels) = spirals(400, seed, 0);
    let (x_test, labels_test) = spirals(1000, seed, 1);
    println!("initializer,step,train_loss,test_accuracy");
    for initializer in initializers {
        let net = MultiLayerNet::new(2, &[32, 32, 32], 2).initializer(initializer);
        let mut net = net.build::<f32>(seed)?;
        let mut optimizer = Momentum { lr: 0.1, ..Momentum::default() }.build()?;
        for step in 0..=1000 {
            if step % 100 == 0 {
                let loss = net.loss(&x, &labels, Mode::Eval);
                let accuracy = net.accuracy(&x_test, &labels_test);
                println!("{initializer},{step},{loss:.4},{accuracy:.3}");
            }
            net.gradient(&x, &labels);
            optimizer.step(&mut net)?;
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("initializers: {error}");
            ExitCode::from(2)
        }
    }
}
