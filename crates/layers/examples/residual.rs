//! A layer made of layers: a residual block, y = x + f(x). What it passes on is learned, saved and
//! frozen by name. Ten blocks, 21 affine layers, still learn, since the gradient takes the sums.
//! ```text
//! cargo run --release -p layers --example residual
//! ```

use std::error::Error;

use init::{Initializer, Seed};
use kernels::ByteRows;
use layers::{Input, Layer, LayerError, Mode, Sequential, State, StateMut};
use nalgebra::DMatrix as Matrix;
use optimizers::{Rule, Sgd};
use tensor_ops::Sparse;

#[derive(Clone, Debug)]
struct Residual(Sequential<f32>);

#[rustfmt::skip]
impl Layer<f32> for Residual {
    fn name(&self) -> &str { "residual" }
    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> { self.0.outputs(inputs) }
    fn forward(&mut self, x: Input<'_, f32>, y: &mut Matrix<f32>, mode: Mode) {
        Layer::forward(&mut self.0, x, y, mode);
        *y += x.dense();
    }
    fn backward(&mut self, x: Input<'_, f32>, y: &Matrix<f32>, dy: &Matrix<f32>,
                mut dx: Option<&mut Matrix<f32>>) {
        Layer::backward(&mut self.0, x, y, dy, dx.as_deref_mut());
        dx.into_iter().for_each(|dx| *dx += dy);
    }
    fn visit<'a>(&'a self, f: &mut dyn FnMut(State<'a, f32>)) { self.0.visit(f) }
    fn visit_mut<'a>(&'a mut self, f: &mut dyn FnMut(StateMut<'a, f32>)) { self.0.visit_mut(f) }
}

/// The loss of each epoch.
pub fn train(images: usize, epochs: usize) -> Result<Vec<f32>, Box<dyn Error>> {
    let data = mnist_io::synthetic(1, images, 0).train;
    let (rows, mut x) = (ByteRows::new(data.images.pixels().chunks(784)), Sparse::default());
    let mut net = Sequential::features(784).affine(50).relu();
    for i in 1..=10 {
        let block = Sequential::features(50).affine(50).relu().initializer(Initializer::Zeros);
        net = net.layer(Residual(block.affine(50).build(Seed::new(i))?)); // y = x at first
    }
    let (mut net, mut sgd) = (net.affine(10).build(Seed::new(0))?, Sgd { lr: 0.05 }.build()?);
    let mut losses = vec![0.0; epochs];
    for loss in &mut losses {
        for (batch, labels) in data.labels.chunks(100).enumerate() {
            x.gather(&rows, 100 * batch..100 * batch + labels.len(), |b| f32::from(b) / 255.0);
            *loss += net.gradient(&x, labels) * labels.len() as f32 / images as f32;
            sgd.step(&mut net)?;
        }
        println!("mean loss of the epoch: {loss:.3}");
    }
    Ok(losses)
}

fn main() -> Result<(), Box<dyn Error>> {
    train(6_000, 8).map(|_| ())
}
