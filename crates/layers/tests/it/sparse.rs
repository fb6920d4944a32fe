//! Training on a sparse batch gives the same bits as training on the dense one.

use init::{Initializer, Purpose, Seed};
use kernels::{ByteRows, Scalar};
use layers::{
    Convolution, DropoutScaling, Elementwise, Mode, MultiLayerNet, Sequential, activation::Relu,
};
use nalgebra::DMatrix;
use optimizers::{Adam, Rule};
use tensor_ops::{ImageShape, Sparse, Window};

const INPUTS: usize = 36;

/// A fifth of the numbers are not zero.
fn batch<T: Scalar>(rows: usize) -> (DMatrix<T>, Sparse<T>, Vec<usize>) {
    let pixel = |at: usize| {
        let (i, j) = (at / INPUTS, at % INPUTS);
        if (i * 31 + j * 7 + i * j).is_multiple_of(5) { 1 + j as u8 } else { 0 }
    };
    let pixels: Vec<u8> = (0..rows * INPUTS).map(pixel).collect();
    let pixels = ByteRows::new(pixels.chunks_exact(INPUTS));
    let sparse = Sparse::new(&pixels, |byte| T::of(f64::from(byte) / INPUTS as f64));
    let mut x = DMatrix::zeros(0, 0);
    sparse.to_dense(&mut x);
    (x, sparse, (0..rows).map(|i| i % 3).collect())
}

fn networks<T: Scalar>() -> [Sequential<T>; 4] {
    let plain = MultiLayerNet::new(INPUTS, &[20, 31], 3).weight_decay(0.1);
    let all = plain.clone().batch_norm(true).dropout(0.2, DropoutScaling::AtTraining);
    let image = ImageShape { channels: 1, height: 6, width: 6 };
    let window = Window::new(4, 4).stride(2);
    let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    let first = Convolution::new(image, 3, window, Initializer::He, &mut rng).unwrap();
    [
        plain.build(Seed::new(1)).unwrap(),
        all.build(Seed::new(1)).unwrap(),
        // The first layers of these take only dense batches.
        Sequential::new(INPUTS).push(Elementwise(Relu)).unwrap(),
        Sequential::new(INPUTS).push(first).unwrap(),
    ]
}

fn trains_alike<T: Scalar>() {
    for mut dense in networks::<T>() {
        let mut sparse = dense.clone();
        let mut optimizers = [(); 2].map(|()| Adam::default().build().unwrap());
        for rows in [16, 7, 16] {
            let (x, s, labels) = batch::<T>(rows);
            assert_eq!(dense.gradient(&x, &labels), sparse.gradient(&s, &labels));
            optimizers[0].step(&mut dense).unwrap();
            optimizers[1].step(&mut sparse).unwrap();
            for (a, b) in dense.params().into_iter().zip(sparse.params()) {
                assert_eq!((&a.grad, &a.value), (&b.grad, &b.value), "{}", a.name);
            }
            let losses =
                [dense.loss(&x, &labels, Mode::Eval), sparse.loss(&s, &labels, Mode::Eval)];
            assert_eq!(losses[0], losses[1]);
            assert_eq!(dense.accuracy(&x, &labels), sparse.accuracy(&s, &labels));
            assert_eq!(dense.predict(&x), sparse.predict(&s));
        }
    }
}

#[test]
fn a_sparse_batch_trains_to_the_same_bits_in_f32() {
    trains_alike::<f32>();
}

#[test]
fn a_sparse_batch_trains_to_the_same_bits_in_f64() {
    trains_alike::<f64>();
}

#[test]
fn a_network_of_no_layers_gives_the_batch_back() {
    let (x, s, _) = batch::<f64>(3);
    assert_eq!(Sequential::new(INPUTS).predict(&s), &x);
}

#[test]
#[should_panic(expected = "x must have a column for each input")]
fn a_batch_of_another_width_is_refused() {
    let (_, s, _) = batch::<f64>(3);
    Sequential::new(INPUTS + 1).predict(&s);
}
