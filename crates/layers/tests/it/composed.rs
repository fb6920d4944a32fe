//! Everything at once, as a user would put it together: a residual network with a loss of its own
//! and a frozen first layer, stopped and resumed.

#![allow(clippy::disallowed_methods)] // The last digits may differ between systems here.

use init::{Purpose, Seed};
use layers::{
    Checkpoint, Input, Layer, LayerError, LossFunction, Mode, Sequential, State, StateMut, Targets,
};
use nalgebra::DMatrix;
use optimizers::{Adam, Optimizer, Rule};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;

#[derive(Clone, Debug)]
struct Residual(Sequential<f64>);

impl Layer<f64> for Residual {
    fn name(&self) -> &str {
        "residual"
    }
    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        self.0.outputs(inputs)
    }
    fn forward(&mut self, x: Input<'_, f64>, y: &mut DMatrix<f64>, mode: Mode) {
        Layer::forward(&mut self.0, x, y, mode);
        *y += x.dense();
    }
    fn backward(
        &mut self,
        x: Input<'_, f64>,
        y: &DMatrix<f64>,
        dy: &DMatrix<f64>,
        mut dx: Option<&mut DMatrix<f64>>,
    ) {
        Layer::backward(&mut self.0, x, y, dy, dx.as_deref_mut());
        dx.into_iter().for_each(|dx| *dx += dy);
    }
    fn visit<'a>(&'a self, visitor: &mut dyn FnMut(State<'a, f64>)) {
        self.0.visit(visitor);
    }
    fn visit_mut<'a>(&'a mut self, visitor: &mut dyn FnMut(StateMut<'a, f64>)) {
        self.0.visit_mut(visitor);
    }
}

/// Σ ln cosh(y − t)/n.
#[derive(Debug)]
struct LogCosh;

impl LossFunction<f64> for LogCosh {
    fn evaluate(
        &self,
        scores: &DMatrix<f64>,
        targets: Targets<'_, f64>,
        gradient: &mut DMatrix<f64>,
        _: &mut Vec<f64>,
    ) -> f64 {
        let Targets::Rows(t) = targets else { panic!("log cosh needs numbers") };
        let n = scores.nrows() as f64;
        *gradient = (scores - t).map(|error| error.tanh() / n);
        (scores - t).map(|error| error.cosh().ln()).sum() / n
    }
}

fn network() -> Sequential<f64> {
    let block = |seed| {
        let block = Sequential::features(8).batch_norm().affine(8).relu().dropout(0.1).affine(8);
        Residual(block.build(Seed::new(seed)).unwrap())
    };
    let net = Sequential::features(2).affine(8).relu().layer(block(1)).layer(block(2)).affine(1);
    let mut net = net.build(Seed::new(3)).unwrap().loss_function(LogCosh);
    assert_eq!(net.freeze("0").unwrap(), 2);
    net
}

/// Steps on batches of x·sin y; the last loss.
fn train(
    steps: usize,
    net: &mut Sequential<f64>,
    optimizer: &mut dyn Optimizer<f64>,
    batches: &mut ChaCha8Rng,
) -> f64 {
    let mut loss = f64::NAN;
    for _ in 0..steps {
        let x = DMatrix::from_fn(64, 2, |_, _| batches.random_range(-2.0..2.0));
        let t = DMatrix::from_fn(64, 1, |i, _| x[(i, 0)] * f64::sin(x[(i, 1)]));
        loss = net.gradient(&x, &t);
        optimizer.step(net).unwrap();
    }
    loss
}

#[test]
fn a_residual_network_with_its_own_loss_and_a_frozen_layer_resumes() {
    let start = network();
    let mut net = start.clone();
    let mut adam = Adam { lr: 0.01, ..Adam::default() }.build().unwrap();
    let mut batches = Seed::new(4).stream(Purpose::Batches, 0);
    let first = train(1, &mut net, &mut *adam, &mut batches);
    train(150, &mut net, &mut *adam, &mut batches);
    let file = Checkpoint::of(&net, &*adam, [("batches", &batches)]).to_bytes();
    let last = train(150, &mut net, &mut *adam, &mut batches);
    assert!(last < 0.5 * first, "{first} → {last}");
    let weight = |net: &Sequential<f64>, name| net.param(name).unwrap().value.clone();
    assert_eq!(weight(&net, "0.weight"), weight(&start, "0.weight"));
    assert_ne!(weight(&net, "2.1.weight"), weight(&start, "2.1.weight"));

    // Layers and loss are our own, so that the file is loaded into a network built anew.
    assert!(Checkpoint::<f64>::from_bytes(&file).is_err());
    let mut thawed = network();
    thawed.unfreeze("0").unwrap(); // what is frozen comes from the file
    let Checkpoint { mut network, optimizer, mut generators, .. } =
        Checkpoint::with_network(thawed, &file).unwrap();
    let (mut adam, batches) = (optimizer.unwrap().build().unwrap(), generators.get_mut("batches"));
    assert_eq!(train(150, &mut network, &mut *adam, batches.unwrap()), last);
    assert_eq!(network.to_safetensors(), net.to_safetensors());
}
