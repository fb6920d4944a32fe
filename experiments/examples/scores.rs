//! What a saved network says of the test images:
//!
//! ```sh
//! cargo run -p experiments --bin sec6_1_optimizers -- --part mnist --save-model
//! cargo run -p experiments --example scores -- \
//!   results/sec6_1_optimizers/models/mnist/adam/seed-0.safetensors data/mnist scores.f32
//! ```
//!
//! It prints the accuracy and, if a file is named, writes the scores: ten 32-bit floats an image,
//! in NumPy `np.fromfile("scores.f32", "<f4").reshape(-1, 10)`.

use std::path::Path;

use anyhow::{Context, Result, bail};
use layers::Sequential;
use mnist_io::{DatasetName, Scale};
use nalgebra::DMatrix;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, data, scores @ ..] = &args[..] else {
        bail!("give a model, the folder of the four MNIST files and, if wanted, a file for scores");
    };
    let bytes = std::fs::read(model).with_context(|| model.clone())?;
    let mut network = Sequential::<f32>::from_safetensors(&bytes)?;

    let test = mnist_io::load(Path::new(data), DatasetName::Mnist)?.test;
    let (mut correct, mut written) = (0, Vec::new());
    let all: Vec<usize> = (0..test.labels.len()).collect();
    for block in all.chunks(500) {
        let mut x = DMatrix::<f32>::zeros(block.len(), test.images.features());
        test.images.gather(block, Scale::Unit, x.as_mut_slice());
        let labels: Vec<u8> = block.iter().map(|&i| test.labels[i]).collect();
        correct += network.count_correct(&x, &labels[..]);
        let rows = network.predict(&x).transpose();
        written.extend(rows.iter().flat_map(|score| score.to_le_bytes()));
    }
    println!("accuracy {:.4} on {} test images", correct as f64 / all.len() as f64, all.len());
    if let [file] = scores {
        std::fs::write(file, written).with_context(|| file.clone())?;
    }
    Ok(())
}
