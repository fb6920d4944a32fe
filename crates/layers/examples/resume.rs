//! Training that stops and goes on. One file keeps the network, the optimizer and the generator of
//! the mini-batches. With the second line alone the file would be the same to the byte.
//!
//! ```text
//! cargo run --release -p layers --example resume -- run.safetensors 3
//! cargo run --release -p layers --example resume -- run.safetensors 6
//! ```

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

use init::{Purpose, Seed};
use kernels::ByteRows;
use layers::{Checkpoint, DropoutScaling, MultiLayerNet};
use mnist_io::synthetic;
use optimizers::{Adam, Rule};
use tensor_ops::{Sparse, permutation};

const IMAGES: usize = 2_000;

/// Trains until `epochs` are done, those in the file included.
pub fn train(file: &Path, epochs: u64) -> Result<(), Box<dyn Error>> {
    let data = synthetic(1, IMAGES, 0).train;
    let rows = ByteRows::new(data.images.pixels().chunks(data.images.features()));
    let (mut net, mut adam, mut batches) = if file.exists() {
        let Checkpoint { network, optimizer, mut generators, .. } = Checkpoint::load(file)?;
        let batches = generators.remove("batches").ok_or("the file has no `batches`")?;
        (network, optimizer.ok_or("the file has no optimizer")?.build()?, batches)
    } else {
        let (seed, net) = (Seed::new(1), MultiLayerNet::new(784, &[100, 100], 10));
        let net = net.batch_norm(true).dropout(0.2, DropoutScaling::AtTraining).build(seed)?;
        (net, Adam::default().build()?, seed.stream(Purpose::Batches, 0))
    };
    let mut x = Sparse::default();
    for epoch in adam.steps() / (IMAGES as u64 / 100)..epochs {
        let mut loss = 0.0;
        for batch in permutation(IMAGES, &mut batches).chunks(100) {
            x.gather(&rows, batch.iter().copied(), |byte| f32::from(byte) / 255.0);
            let labels: Vec<u8> = batch.iter().map(|&i| data.labels[i]).collect();
            loss += net.gradient(&x, &labels[..]) * batch.len() as f32;
            adam.step(&mut net)?;
        }
        println!("epoch {}: loss {:.4}", epoch + 1, loss / IMAGES as f32);
        Checkpoint::of(&net, &*adam, [("batches", &batches)]).save(file)?;
    }
    Ok(())
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((file, Ok(epochs))) = args.first().zip(args.get(1).map(|text| text.parse())) else {
        eprintln!("usage: resume FILE.safetensors EPOCHS");
        return ExitCode::from(2);
    };
    let Err(error) = train(Path::new(file), epochs) else { return ExitCode::SUCCESS };
    eprintln!("resume: {error}");
    ExitCode::FAILURE
}
