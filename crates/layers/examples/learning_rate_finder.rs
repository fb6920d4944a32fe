//! A learning-rate finder: the rate grows by the same factor in each of 100 steps, from far too
//! small to far too large. Good rates are where the loss falls; a tenth of the rate where it is
//! lowest is a common choice (Smith 2017, arXiv:1506.01186).
//!
//! ```text
//! cargo run --release -p layers --example learning_rate_finder
//! ```

use std::error::Error;

use init::{Purpose, Seed};
use kernels::ByteRows;
use layers::MultiLayerNet;
use mnist_io::synthetic;
use optimizers::schedules::{Exponential, Schedule};
use optimizers::{Momentum, Rule};
use tensor_ops::{Sparse, permutation};

const STEPS: u64 = 100;

/// A tenth of the rate at which the smoothed loss is lowest.
pub fn find(images: usize) -> Result<f64, Box<dyn Error>> {
    let (data, seed) = (synthetic(1, images, 0).train, Seed::new(1));
    let rows = ByteRows::new(data.images.pixels().chunks(data.images.features()));
    let mut net = MultiLayerNet::new(784, &[100, 100], 10).build::<f32>(seed)?;
    let mut optimizer = Momentum::default().build()?;
    let rates = Exponential { lr: 1e-4, gamma: 1.122 }; // up to 10
    let order = permutation(images, &mut seed.stream(Purpose::Shuffle, 0));
    let mut batches = order.chunks(100).cycle();
    let (mut x, mut smooth, mut best) = (Sparse::default(), f32::NAN, (f32::INFINITY, 0.0));
    println!("rate      loss");
    for step in 0..STEPS {
        let batch = batches.next().ok_or("there are no images")?;
        x.gather(&rows, batch.iter().copied(), |byte| f32::from(byte) / 255.0);
        let labels: Vec<u8> = batch.iter().map(|&i| data.labels[i]).collect();
        let rate = rates.lr(step);
        optimizer.set_lr(rate)?;
        let loss = net.gradient(&x, &labels[..]);
        optimizer.step(&mut net)?;
        smooth = if step == 0 { loss } else { 0.8 * smooth + 0.2 * loss };
        if step % 4 == 0 {
            println!(
                "{rate:<8.1e}  {smooth:5.2} {}",
                "#".repeat((smooth * 12.0).min(60.0) as usize)
            );
        }
        if smooth < best.0 {
            best = (smooth, rate);
        } else if smooth.is_nan() || smooth >= 4.0 * best.0 {
            break; // it has diverged
        }
    }
    println!("lowest at {:.1e}: try {:.1e}", best.1, best.1 / 10.0);
    Ok(best.1 / 10.0)
}

fn main() -> Result<(), Box<dyn Error>> {
    find(6_000).map(|_| ())
}
