//! A convolutional network on images of your own: four IDX files with MNIST's names, gzip or plain.
//! The shapes follow from the images; if a window does not fit them, the error names its layer.
//! Without a folder it trains on synthetic digits.
//!
//! ```text
//! cargo run --release -p layers --example cnn -- data/mnist
//! ```

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use init::{Purpose, Seed};
use layers::Sequential;
use mnist_io::{Dataset, DatasetName, Scale, Split, load, synthetic};
use nalgebra::DMatrix;
use optimizers::{Adam, Rule};
use tensor_ops::permutation;

/// These images, one per row, and their labels.
fn gather(split: &Split, batch: &[usize]) -> (DMatrix<f32>, Vec<u8>) {
    let mut x = DMatrix::zeros(batch.len(), split.images.features());
    split.images.gather(batch, Scale::Unit, x.as_mut_slice());
    (x, batch.iter().map(|&i| split.labels[i]).collect())
}

/// The share of the test images that the trained network classifies rightly.
pub fn train(data: &Dataset, epochs: u64) -> Result<f64, Box<dyn Error>> {
    let (images, seed) = (&data.train.images, Seed::new(1));
    let net = Sequential::<f32>::images(1, images.rows(), images.cols());
    let net = net.conv(8, 5).max_pool(2).batch_norm().relu();
    let net = net.conv(16, 5).max_pool(2).batch_norm().relu();
    let mut net = net.affine(data.classes()).build(seed)?;
    let mut adam = Adam { lr: 0.005, ..Adam::default() }.build()?;
    let (test, mut accuracy) = (Vec::from_iter(0..data.test.labels.len()), 0.0);
    for epoch in 1..=epochs {
        let order = permutation(images.count(), &mut seed.stream(Purpose::Shuffle, epoch));
        for batch in order.chunks(50) {
            let (x, labels) = gather(&data.train, batch);
            net.gradient(&x, &labels[..]);
            adam.step(&mut net)?;
        }
        let blocks = test.chunks(500).map(|block| gather(&data.test, block));
        let correct: usize = blocks.map(|(x, labels)| net.count_correct(&x, &labels[..])).sum();
        accuracy = correct as f64 / test.len() as f64;
        println!("epoch {epoch}: {accuracy:.4} of the test images are right");
    }
    Ok(accuracy)
}

fn main() -> ExitCode {
    let data = std::env::args().nth(1).map_or_else(
        || Ok(synthetic(1, 6_000, 1_000)),
        |dir| load(Path::new(&dir), DatasetName::Custom),
    );
    let done = data.map_err(Into::into).and_then(|data| train(&data, 3));
    let Err(error) = done else { return ExitCode::SUCCESS };
    eprintln!("cnn: {error}");
    ExitCode::from(2)
}
