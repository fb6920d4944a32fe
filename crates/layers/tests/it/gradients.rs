//! Every backward pass against central differences, in f64, over random shapes.

use init::{Initializer, Purpose, Seed};
use layers::activation::LeakyRelu;
use layers::{
    Activation, Affine, AveragePooling, BatchNorm, Convolution, Dropout, DropoutScaling,
    Elementwise, Layer, Loss, LossFunction, MaxPooling, Mode, MultiLayerNet, Sequential,
};
use nalgebra::DMatrix;
use proptest::prelude::*;
use rand::RngExt;
use tensor_ops::{ImageShape, Window, numerical_gradient};

use crate::state::{params, params_mut};

/// The relative error allowed for functions without a kink.
const SMOOTH: f64 = 1e-7;
/// The relative error allowed for functions with kinks, away from the kinks.
const KINKED: f64 = 1e-6;
const H: f64 = 1e-5;

/// The error relative to the larger norm, with a floor for gradients near zero.
fn error(a: &[f64], b: &[f64]) -> f64 {
    let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    norm(&difference) / norm(a).max(norm(b)).max(1e-2)
}

fn uniform(rows: usize, columns: usize, index: u64) -> DMatrix<f64> {
    let mut rng = Seed::new(11).stream(Purpose::Inputs, index);
    DMatrix::from_fn(rows, columns, |_, _| rng.random_range(-2.0..2.0))
}

/// Checks dx and every parameter's gradient of loss = Σ c ⊙ layer(x) with random c.
fn check(layer: &dyn Layer<f64>, x: &DMatrix<f64>, bar: f64) -> Result<(), TestCaseError> {
    let outputs = layer.outputs(x.ncols()).unwrap();
    let c = uniform(x.nrows(), outputs, 1);
    // Each call uses a copy, so that running statistics stay and dropout drops the same units.
    let loss = |layer: &dyn Layer<f64>, x: &DMatrix<f64>| {
        let mut y = DMatrix::zeros(x.nrows(), outputs);
        layer.boxed_clone().forward(x.into(), &mut y, Mode::Train);
        y.dot(&c)
    };
    let mut trained = layer.boxed_clone();
    let mut y = DMatrix::zeros(x.nrows(), outputs);
    let mut dx = DMatrix::from_element(x.nrows(), x.ncols(), f64::NAN);
    trained.forward(x.into(), &mut y, Mode::Train);
    trained.backward(x.into(), &y, &c, Some(&mut dx));

    let mut point = x.as_slice().to_vec();
    let at = |p: &[f64]| loss(layer, &DMatrix::from_column_slice(x.nrows(), x.ncols(), p));
    let expected = numerical_gradient(at, &mut point, H);
    let found = error(dx.as_slice(), &expected);
    prop_assert!(found <= bar, "{} dx: {found:e}", layer.name());

    for (i, param) in params(&*trained).into_iter().enumerate() {
        let mut point = param.value.as_slice().to_vec();
        let at = |p: &[f64]| {
            let mut moved = layer.boxed_clone();
            params_mut(&mut *moved)[i].value.copy_from_slice(p);
            loss(&*moved, x)
        };
        let expected = numerical_gradient(at, &mut point, H);
        let found = error(param.grad.as_slice(), &expected);
        prop_assert!(found <= bar, "{} {}: {found:e}", layer.name(), param.name);
    }
    Ok(())
}

/// Moves values out of the way of a kink at 0.
fn away_from_zero(x: DMatrix<f64>) -> DMatrix<f64> {
    x.map(|v| if v.abs() < 0.01 { v + 0.02f64.copysign(v) } else { v })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn affine(batch in 1..7usize, n_in in 1..7usize, n_out in 1..7usize, index: u32) {
        let mut rng = Seed::new(2).stream(Purpose::Weights, index.into());
        let layer = Affine::new(n_in, n_out, Initializer::Normal { std: 1.0 }, &mut rng);
        check(&layer, &uniform(batch, n_in, index.into()), SMOOTH)?;
    }

    #[test]
    fn activations(batch in 1..7usize, width in 1..9usize, index: u32) {
        let x = away_from_zero(uniform(batch, width, index.into()));
        for activation in Activation::ALL {
            let kinked = matches!(activation, Activation::Relu | Activation::LeakyRelu);
            check(&*activation.layer(), &x, if kinked { KINKED } else { SMOOTH })?;
        }
    }

    #[test]
    fn batch_norm(batch in 2..9usize, width in 1..7usize, index: u32) {
        let mut layer = BatchNorm::new(width);
        for (i, param) in (0..).zip(params_mut(&mut layer)) {
            param.value = uniform(1, width, u64::from(index) + 7 + i);
        }
        // With nearly equal samples the function is too steep for a difference quotient.
        let x = uniform(batch, width, index.into());
        let spread = x.column_iter().map(|c| c.variance()).fold(f64::INFINITY, f64::min);
        prop_assume!(spread > 0.05);
        check(&layer, &x, SMOOTH)?;
    }

    #[test]
    fn batch_norm_per_channel(batch in 1..4usize, channels in 1..4usize, index: u32) {
        let image = ImageShape { channels, height: 3, width: 2 };
        let x = uniform(batch, image.features(), index.into());
        check(&BatchNorm::per_channel(image), &x, SMOOTH)?;
    }

    #[test]
    fn dropout(batch in 1..7usize, width in 1..9usize, ratio in 0.0..0.9f64, index: u32) {
        for scaling in [DropoutScaling::AtEvaluation, DropoutScaling::AtTraining] {
            let rng = Seed::new(2).stream(Purpose::Dropout, index.into());
            let layer = Dropout::new(ratio, scaling, rng).unwrap();
            check(&layer, &uniform(batch, width, index.into()), SMOOTH)?;
        }
    }

    #[test]
    fn convolution(
        batch in 1..4usize, channels in 1..3usize, filters in 1..4usize,
        height in 1..4usize, width in 1..4usize, stride in 1..3usize, pad in 0..2usize, index: u32,
    ) {
        let image = ImageShape { channels, height: 5, width: 4 };
        let window = Window::new(height, width).stride(stride).pad(pad);
        prop_assume!(window.output(image).is_ok());
        let mut rng = Seed::new(2).stream(Purpose::Weights, index.into());
        let layer =
            Convolution::new(image, filters, window, Initializer::Normal { std: 1.0 }, &mut rng);
        check(&layer.unwrap(), &uniform(batch, image.features(), index.into()), SMOOTH)?;
    }

    #[test]
    fn max_pooling(
        batch in 1..4usize, channels in 1..3usize,
        height in 1..4usize, width in 1..4usize, stride in 1..3usize, pad in 0..2usize, index: u32,
    ) {
        let image = ImageShape { channels, height: 5, width: 4 };
        let window = Window::new(height, width).stride(stride).pad(pad);
        prop_assume!(MaxPooling::<f64>::new(image, window).is_ok());
        // The values differ by more than the step, so that no step changes which is the largest.
        let x = uniform(batch, image.features(), index.into());
        let mut order: Vec<usize> = (0..x.len()).collect();
        order.sort_by(|&a, &b| x[a].total_cmp(&x[b]));
        let mut distinct = x.clone();
        for (rank, &i) in order.iter().enumerate() {
            distinct[i] = rank as f64 / 10.0;
        }
        check(&MaxPooling::new(image, window).unwrap(), &distinct, KINKED)?;
    }

    #[test]
    fn average_pooling(
        batch in 1..4usize, channels in 1..3usize, height in 1..4usize, width in 1..4usize,
        stride in 1..4usize, pad in 0..2usize, index: u32,
    ) {
        let image = ImageShape { channels, height: 5, width: 4 };
        let window = Window::new(height, width).stride(stride).pad(pad).floor();
        let layer = AveragePooling::new(image, window).unwrap();
        check(&layer, &uniform(batch, image.features(), index.into()), SMOOTH)?;
    }

    /// A network is a layer too, wherever its ReLUs stand.
    #[test]
    fn a_network_as_a_layer(batch in 1..4usize, width in 1..5usize, relu_first: bool, index: u32) {
        let start = Sequential::features(width);
        let start = if relu_first { start.relu() } else { start };
        let net = start.affine(width + 1).activation(Activation::Tanh).affine(2).batch_norm().relu();
        let net = net.affine(width).build(Seed::new(index.into())).unwrap();
        let x = away_from_zero(uniform(batch + 2, width, index.into()));
        let mut copy = net.clone();
        copy.forward(&x, Mode::Train);
        // Nearly equal samples make batch normalisation too steep; 0 is ReLU's kink.
        let place = copy.layers().len() - 4;
        let [raw, normalised] = [0, 1].map(|i| &copy.activations()[place + i]);
        prop_assume!(raw.column_iter().all(|column| column.variance() > 1e-2));
        prop_assume!(normalised.iter().all(|v| v.abs() > 1e-3));
        check(&net, &x, KINKED)?;
    }

    #[test]
    fn losses(batch in 1..7usize, classes in 1..9usize, index: u32) {
        let scores = uniform(batch, classes, index.into());
        let labels: Vec<usize> = (0..batch).map(|i| (i * 7 + index as usize) % classes).collect();
        let one_hot = tensor_ops::one_hot(&labels, classes);
        let numbers = uniform(batch, classes, u64::from(index) + 1);
        for (loss, targets, bar) in [
            (Loss::ExactCrossEntropy, (&labels).into(), SMOOTH),
            (Loss::ExactCrossEntropy, (&one_hot).into(), SMOOTH),
            (Loss::MeanSquaredError, (&numbers).into(), SMOOTH),
            // The book uses the gradient of the exact loss, which is off by 1e-7/p, where p is the
            // probability of the label.
            (Loss::CrossEntropy, (&labels).into(), 1e-7 / 1e-3),
        ] {
            let value = |p: &[f64]| {
                let scores = DMatrix::from_column_slice(batch, classes, p);
                loss.evaluate(&scores, targets, &mut DMatrix::zeros(0, 0), &mut Vec::new())
            };
            let mut point = scores.as_slice().to_vec();
            let expected = numerical_gradient(value, &mut point, H);
            let mut gradient = DMatrix::zeros(0, 0);
            loss.evaluate(&scores, targets, &mut gradient, &mut Vec::new());
            let found = error(gradient.as_slice(), &expected);
            prop_assert!(found <= bar, "{loss:?}: {found:e}");
        }
    }

    /// Every parameter of every kind of network that the builder makes.
    #[test]
    fn networks(
        batch in 2..6usize, width in 1..5usize, depth in 1..3usize, smooth: bool,
        batch_norm: bool, dropout: bool, decay in prop::sample::select(vec![0.0, 0.1]), index: u32,
    ) {
        let mut builder = MultiLayerNet::new(4, &vec![width; depth], 3)
            .activation(if smooth { Activation::Tanh } else { Activation::Relu })
            .initializer(Initializer::Normal { std: 0.5 })
            .batch_norm(batch_norm)
            .weight_decay(decay);
        if dropout {
            builder = builder.dropout(0.3, DropoutScaling::AtEvaluation);
        }
        let net = builder.build::<f64>(Seed::new(index.into())).unwrap();
        let mut net = net.loss_function(Loss::ExactCrossEntropy);
        let x = uniform(batch, 4, index.into());
        let labels: Vec<usize> = (0..batch).map(|i| i % 3).collect();
        net.forward(&x, Mode::Eval);
        let expected = net.numerical_gradient(&x, &labels, H);
        // The same layers with ReLUs that no other layer applies, so that their inputs are kept.
        let layers = net.layers().iter().map(|layer| match layer.name() {
            "relu" => Box::new(Elementwise(LeakyRelu { slope: 0.0 })) as Box<dyn Layer<f64>>,
            _ => layer.boxed_clone(),
        });
        let mut before = layers.fold(Sequential::new(4), |net, layer| net.push_boxed(layer).unwrap());
        net.gradient(&x, &labels);
        before.forward(&x, Mode::Train);
        // Skips inputs near ReLU's kink and variances near 0, which batch normalisation divides by.
        let inputs_of_kinks = before.layers().iter().zip(before.activations()).filter(|(l, _)| {
            l.name() == "affine" || l.name() == "batch_norm"
        });
        for (layer, y) in inputs_of_kinks {
            let spread = y.column_iter().map(|c| c.variance()).fold(f64::INFINITY, f64::min);
            if batch_norm && layer.name() == "affine" { prop_assume!(spread > 1e-2); }
            if !smooth { prop_assume!(y.iter().all(|v| v.abs() > 1e-3)); }
        }
        for (i, (param, expected)) in net.params().into_iter().zip(&expected).enumerate() {
            let found = error(param.grad.as_slice(), expected.as_slice());
            let bar = if smooth { SMOOTH * 10.0 } else { KINKED };
            prop_assert!(found <= bar, "parameter {i} ({}): {found:e}", param.name);
        }
    }
}

/// With one sample every x̂ is 0, so dx and dγ are 0 and dβ = dy.
#[test]
fn batch_norm_of_a_batch_of_one() {
    let mut layer = BatchNorm::<f64>::new(3);
    let x = uniform(1, 3, 0);
    let (mut y, mut dx) = (DMatrix::zeros(1, 3), DMatrix::zeros(1, 3));
    layer.forward((&x).into(), &mut y, Mode::Train);
    layer.backward((&x).into(), &y, &DMatrix::from_element(1, 3, 2.0), Some(&mut dx));
    assert_eq!(dx, DMatrix::zeros(1, 3));
    assert_eq!(params(&layer)[0].grad, DMatrix::zeros(1, 3));
    assert_eq!(params(&layer)[1].grad, DMatrix::from_element(1, 3, 2.0));
}
