//! Regression with a loss of one's own. A tenth of the targets are far off; the squared error
//! follows them, while Huber's loss, which grows only linearly beyond 0.1, hardly notices.
//!
//! ```text
//! cargo run --release -p layers --example regression
//! ```

#![allow(clippy::disallowed_methods)] // The last digits may differ between systems here.

use std::error::Error;

use init::{Purpose, Seed};
use layers::{Loss, LossFunction, Sequential, Targets};
use nalgebra::DMatrix;
use optimizers::{Adam, Rule};
use rand::RngExt;

/// Σ h(y − t)/n, where h(e) is ½e² for |e| ≤ δ and δ(|e| − ½δ) beyond.
#[derive(Debug)]
struct Huber(f64);

impl LossFunction<f64> for Huber {
    fn evaluate(
        &self,
        scores: &DMatrix<f64>,
        targets: Targets<'_, f64>,
        gradient: &mut DMatrix<f64>,
        _: &mut Vec<f64>,
    ) -> f64 {
        let Targets::Rows(t) = targets else { panic!("Huber's loss needs numbers") };
        let (delta, n) = (self.0, scores.nrows() as f64);
        *gradient = (scores - t).map(|e| e.clamp(-delta, delta) / n);
        (scores - t).map(|e| e.abs().min(delta) * (e.abs() - e.abs().min(delta) / 2.0)).sum() / n
    }
}

/// The mean distance from the sine, with the squared error and with Huber's loss.
pub fn compare(steps: usize) -> Result<[f64; 2], Box<dyn Error>> {
    let mut rng = Seed::new(1).stream(Purpose::Inputs, 0);
    let x = DMatrix::from_fn(200, 1, |i, _| i as f64 / 100.0 - 1.0);
    let sine = x.map(|x| (3.0 * x).sin());
    let t = sine.map(|y| y + if rng.random_bool(0.1) { 3.0 } else { 0.0 });
    let net = Sequential::features(1).affine(30).relu().affine(30).relu().affine(1);
    let net = net.build(Seed::new(1))?;
    let squared = net.clone().loss_function(Loss::MeanSquaredError);
    let (nets, mut errors) = ([squared, net.loss_function(Huber(0.1))], [0.0; 2]);
    for (mut net, error) in nets.into_iter().zip(&mut errors) {
        let mut adam = Adam { lr: 0.01, ..Adam::default() }.build()?;
        for _ in 0..steps {
            net.gradient(&x, &t);
            adam.step(&mut net)?;
        }
        *error = (net.predict(&x) - &sine).abs().mean();
    }
    println!("mean distance from the sine: squared error {:.3}, Huber {:.3}", errors[0], errors[1]);
    Ok(errors)
}

fn main() -> Result<(), Box<dyn Error>> {
    compare(500).map(|_| ())
}
