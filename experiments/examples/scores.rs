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

use anyhow::{Context, Result, bail, ensure};
use init::Seed;
use layers::{Activation, DropoutScaling, MultiLayerNet, Sequential};
use mnist_io::{DatasetName, Scale};
use nalgebra::DMatrix;
use safetensors::SafeTensors;

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [model, data, scores @ ..] = &args[..] else {
        bail!("give a model, the folder of the four MNIST files and, if wanted, a file for scores");
    };
    let bytes = std::fs::read(model).with_context(|| model.clone())?;
    let mut network = network(&bytes)?;
    network.load_safetensors(&bytes)?;

    let test = mnist_io::load(Path::new(data), DatasetName::Mnist)?.test;
    let (mut correct, mut written) = (0, Vec::new());
    let all: Vec<usize> = (0..test.labels.len()).collect();
    for block in all.chunks(500) {
        let mut x = DMatrix::<f32>::zeros(block.len(), test.images.features());
        test.images.gather(block, Scale::Unit, x.as_mut_slice());
        let labels: Vec<usize> = block.iter().map(|&i| test.labels[i].into()).collect();
        correct += network.count_correct(&x, &labels);
        let rows = network.predict(&x).transpose();
        written.extend(rows.iter().flat_map(|score| score.to_le_bytes()));
    }
    println!("accuracy {:.4} on {} test images", correct as f64 / all.len() as f64, all.len());
    if let [file] = scores {
        std::fs::write(file, written).with_context(|| file.clone())?;
    }
    Ok(())
}

/// A network of the layers that the file names, with weights of no meaning yet.
fn network(bytes: &[u8]) -> Result<Sequential<f32>> {
    let file = SafeTensors::deserialize(bytes)?;
    let (_, header) = SafeTensors::read_metadata(bytes)?;
    let layers = header.metadata().as_ref().and_then(|metadata| metadata.get("layers"));
    let layers =
        layers.context("no list of layers in the file: was it saved with --save-model?")?;
    let (mut inputs, mut widths) = (0, Vec::new());
    let (mut batch_norm, mut dropout, mut activation) = (false, None, Activation::Relu);
    for (place, layer) in layers.split(", ").enumerate() {
        let setting = |name: &str| -> Option<f64> {
            layer.split(' ').find_map(|word| word.strip_prefix(name)?.parse().ok())
        };
        match layer.split(' ').next().unwrap_or_default() {
            "affine" => {
                let weight = file.tensor(&format!("{place}.weight"))?;
                let &[n_out, n_in] = weight.shape() else { bail!("an affine weight is a matrix") };
                if widths.is_empty() {
                    inputs = n_in;
                }
                widths.push(n_out);
            }
            "batch_norm" => batch_norm = true,
            "dropout" => {
                let ratio = setting("ratio=").context("dropout without its ratio")?;
                let scaling = match setting("scale=") {
                    Some(1.0) => DropoutScaling::AtTraining,
                    _ => DropoutScaling::AtEvaluation,
                };
                dropout = Some((ratio, scaling));
            }
            name => activation = name.parse()?,
        }
    }
    ensure!(!widths.is_empty(), "no affine layer in the file");
    let outputs = widths.remove(widths.len() - 1);
    let net = MultiLayerNet::new(inputs, &widths, outputs);
    let mut net = net.activation(activation).batch_norm(batch_norm);
    if let Some((ratio, scaling)) = dropout {
        net = net.dropout(ratio, scaling);
    }
    Ok(net.build(Seed::new(0))?)
}
