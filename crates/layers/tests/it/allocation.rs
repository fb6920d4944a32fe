//! After the first step, forward, backward, optimizer step and evaluation allocate nothing.

use init::{Initializer, Purpose, Seed};
use kernels::{ByteRows, Scalar};
use layers::{
    Activation, Affine, BatchNorm, Convolution, DropoutScaling, Input, Loss, MaxPooling, Mode,
    MultiLayerNet, Sequential,
};
use nalgebra::DMatrix;
use optimizers::{Momentum, Rule};
use tensor_ops::{ImageShape, Sparse, Window};

fn allocations(work: impl FnOnce()) -> u64 {
    allocation_counter::measure(work).count_total
}

fn batch<T: Scalar>(rows: usize, net: &Sequential<T>) -> (Sparse<T>, Vec<usize>) {
    let inputs = net.params()[0].value.nrows().max(36);
    let pixels: Vec<u8> =
        (0..rows * inputs).map(|at| ((at / inputs * 7 + at % inputs * 3) % 11) as u8).collect();
    let pixels = ByteRows::new(pixels.chunks_exact(inputs));
    let x = Sparse::new(&pixels, |byte| T::of(f64::from(byte) / 11.0));
    (x, (0..rows).map(|i| i % 3).collect())
}

/// Networks of every kind, with different widths and with odd and even numbers of layers.
fn networks<T: Scalar>() -> Vec<(&'static str, Sequential<T>)> {
    let plain = MultiLayerNet::new(36, &[20, 31, 8], 3);
    let decay = plain.clone().weight_decay(0.1);
    let norm = plain.clone().batch_norm(true);
    let dropout = MultiLayerNet::new(36, &[20, 31], 3).dropout(0.2, DropoutScaling::AtEvaluation);
    let all = decay.clone().batch_norm(true).dropout(0.2, DropoutScaling::AtTraining);
    let build = |net: MultiLayerNet| net.build(Seed::new(1)).unwrap();
    vec![
        ("no hidden layer", build(MultiLayerNet::new(36, &[], 3))),
        ("plain", build(plain)),
        ("weight decay", build(decay)),
        ("batch norm", build(norm)),
        ("dropout", build(dropout)),
        ("all of them", build(all.clone())),
        ("exact cross entropy", build(all).loss_function(Loss::ExactCrossEntropy)),
        ("convolution and pooling", convolutional()),
        ("a network in a network", nested()),
    ]
}

fn convolutional<T: Scalar>() -> Sequential<T> {
    let rng = |index| Seed::new(1).stream(Purpose::Weights, index);
    let image = ImageShape { channels: 1, height: 6, width: 6 };
    let window = Window::new(3, 3).pad(1);
    let first = Convolution::new(image, 4, window, Initializer::He, &mut rng(0)).unwrap();
    let second = Convolution::new(first.output_shape(), 2, window, Initializer::He, &mut rng(1));
    let second = second.unwrap();
    let half = Window::new(2, 2).stride(2);
    let pooling = MaxPooling::new(second.output_shape(), half).unwrap();
    let norm = BatchNorm::per_channel(first.output_shape());
    Sequential::new(image.features())
        .push(first)
        .and_then(|net| net.push(norm))
        .and_then(|net| net.push_boxed(Activation::Relu.layer()))
        .and_then(|net| net.push(second))
        .and_then(|net| net.push(pooling))
        .and_then(|net| net.push(Affine::new(18, 3, Initializer::He, &mut rng(2))))
        .unwrap()
}

fn nested<T: Scalar>() -> Sequential<T> {
    let images = Sequential::images(1, 6, 6).conv(4, 3).relu().average_pool(2).affine(8);
    let inner = Sequential::features(8).relu().affine(5).relu().affine(8).build(Seed::new(2));
    images.layer(inner.unwrap()).relu().affine(3).build(Seed::new(1)).unwrap()
}

fn steps_after_the_first_allocate_nothing<T: Scalar>() {
    for (name, net) in networks::<T>() {
        let (sparse, labels) = batch(16, &net);
        let mut x = DMatrix::zeros(0, 0);
        sparse.to_dense(&mut x);
        for x in [Input::from(&x), Input::from(&sparse)] {
            let mut net = net.clone();
            let mut optimizer = Momentum::default().build().unwrap();
            let mut step = |net: &mut Sequential<T>| {
                net.gradient(x, &labels);
                optimizer.step(net).unwrap();
                net.loss(x, &labels, Mode::Eval);
                net.accuracy(x, &labels);
                assert!(net.is_finite());
            };
            let first = allocations(|| step(&mut net));
            assert!(first > 0, "{name}: the first step makes the buffers");
            let counts = [(); 5].map(|()| allocations(|| step(&mut net)));
            assert_eq!(counts, [0; 5], "{name}, {}", T::NAME);
        }
    }
}

#[test]
fn steps_after_the_first_allocate_nothing_in_f32() {
    steps_after_the_first_allocate_nothing::<f32>();
}

#[test]
fn steps_after_the_first_allocate_nothing_in_f64() {
    steps_after_the_first_allocate_nothing::<f64>();
}

/// The batch sizes are those of a mini-batch, a large block and a last, smaller block.
#[test]
fn changing_the_batch_size_allocates_nothing_once_each_size_was_seen() {
    for (name, mut net) in networks::<f32>() {
        let (x, labels) = batch(16, &net);
        let [large, rest] = [100, 5].map(|rows| batch(rows, &net));
        let mut optimizer = Momentum::default().build().unwrap();
        let mut round = || {
            net.gradient(&x, &labels);
            optimizer.step(&mut net).unwrap();
            for (x, labels) in [&large, &rest] {
                net.count_correct(x, labels);
                net.loss(x, labels, Mode::Eval);
            }
        };
        round();
        let counts = [(); 4].map(|()| allocations(&mut round));
        assert_eq!(counts, [0; 4], "{name}");
    }
}
