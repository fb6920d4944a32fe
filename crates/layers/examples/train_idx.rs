//! Trains a network on your own images: four IDX files with MNIST's names, gzip or plain.
//!
//! ```text
//! cargo run --release -p layers --example train_idx -- data/mnist
//! cargo run --release -p layers --example train_idx -- DIR 10 weights.safetensors
//! ```
//!
//! The second argument is the number of epochs (default 5), the third a file for the trained
//! weights, which PyTorch reads too. All images must have the same size; labels are 0 to 255.
//! `cargo run --release -p mnist-io --example make_digits -- DIR` makes synthetic images. Change
//! the network in `network` and the optimizer in `run`.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use init::{Purpose, Seed};
use layers::{LayerError, MultiLayerNet, Sequential};
use mnist_io::{DatasetName, Scale, Split, load};
use nalgebra::DMatrix;
use optimizers::{Adam, Rule};
use tensor_ops::{permutation, reshape};

const BATCH: usize = 100;

fn network(pixels: usize, classes: usize, seed: Seed) -> Result<Sequential<f32>, LayerError> {
    MultiLayerNet::new(pixels, &[100, 100], classes).batch_norm(true).build(seed)
}

/// The share of images classified correctly, in batches of 1,000.
fn accuracy(net: &mut Sequential<f32>, split: &Split) -> f64 {
    let (mut x, mut correct) = (DMatrix::zeros(0, 0), 0);
    let indices: Vec<usize> = (0..split.images.count()).collect();
    for batch in indices.chunks(1000) {
        let labels = gather(split, batch, &mut x);
        correct += net.count_correct(&x, &labels);
    }
    correct as f64 / indices.len() as f64
}

/// Sets `x` to the images with these indices, one per row, and returns their labels.
fn gather(split: &Split, batch: &[usize], x: &mut DMatrix<f32>) -> Vec<usize> {
    reshape(x, batch.len(), split.images.features());
    split.images.gather(batch, Scale::Unit, x.as_mut_slice());
    batch.iter().map(|&i| usize::from(split.labels[i])).collect()
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let dir = args.next().ok_or("usage: train_idx DIR [EPOCHS [WEIGHTS.safetensors]]")?;
    let epochs = args.next().map_or(Ok(5), |text| text.parse::<u64>())?;
    let weights = args.next();

    let data = load(Path::new(&dir), DatasetName::Custom)?;
    let seed = Seed::new(1);
    let mut net = network(data.train.images.features(), data.classes(), seed)?;
    let mut optimizer = Adam::default().build()?;
    let mut x = DMatrix::zeros(0, 0);
    println!("epoch  loss    test accuracy");
    for epoch in 1..=epochs {
        let count = data.train.images.count();
        let order = permutation(count, &mut seed.stream(Purpose::Shuffle, epoch));
        let mut loss = 0.0;
        for batch in order.chunks(BATCH) {
            let labels = gather(&data.train, batch, &mut x);
            loss += net.gradient(&x, &labels) * batch.len() as f32;
            optimizer.step(&mut net)?;
        }
        let accuracy = accuracy(&mut net, &data.test);
        println!("{epoch:<5}  {:.4}  {accuracy:.4}", loss / count as f32);
    }
    if let Some(file) = weights {
        std::fs::write(&file, net.to_safetensors())?;
        println!("weights in {file}");
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("train_idx: {error}");
            ExitCode::from(2)
        }
    }
}
