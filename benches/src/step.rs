//! One training step of one network: what everything else here is made of.

use std::time::Instant;

use init::Seed;
use kernels::{ByteRows, Scalar};
use layers::{Mode, MultiLayerNet, Sequential};
use nalgebra::DMatrix;
use optimizers::Optimizer;
use tensor_ops::{
    Operand::{self, Plain, Transposed},
    Sparse, Workspace, matmul,
};

/// Every fifth pixel of a digit is not zero, and those stand in runs.
const DENSITY: usize = 5;

fn pixel(image: usize, pixel: usize) -> u8 {
    if (image + 3 * (pixel / 7)).is_multiple_of(DENSITY) { 153 } else { 0 }
}

fn images<T: Scalar>(count: usize, pixels: usize) -> Sparse<T> {
    let bytes: Vec<u8> = (0..count * pixels).map(|at| pixel(at / pixels, at % pixels)).collect();
    Sparse::new(&ByteRows::new(bytes.chunks_exact(pixels)), |byte| T::of(f64::from(byte) / 255.0))
}

/// How the products take the first layer's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pixels {
    /// All of them.
    Dense,
    /// Those that are not zero, as the experiments do.
    Sparse,
}

/// A network, what trains it, and a sparse mini-batch like one of digits.
#[derive(Debug)]
pub struct Step<T: Scalar> {
    network: Sequential<T>,
    optimizer: Box<dyn Optimizer<T>>,
    x: Sparse<T>,
    labels: Vec<usize>,
}

impl<T: Scalar> Step<T> {
    /// # Panics
    /// If the network's settings are invalid.
    ///
    /// ```
    /// use benches::step::Step;
    /// use layers::MultiLayerNet;
    /// use optimizers::{Rule, Sgd};
    ///
    /// let net = MultiLayerNet::new(784, &[100; 4], 10);
    /// let mut step = Step::<f32>::new(net, Sgd::default().build().unwrap(), 128);
    /// assert!(step.run() < 3.0);
    /// ```
    pub fn new(network: MultiLayerNet, optimizer: Box<dyn Optimizer<T>>, batch: usize) -> Self {
        Self {
            network: network.build(Seed::new(1)).expect("fixed settings are valid"),
            optimizer,
            x: images(batch, 784),
            labels: (0..batch).map(|i| i % 10).collect(),
        }
    }

    /// Forward, backward, update, and the second forward for the loss after the update.
    ///
    /// ```
    /// # use benches::step::Step;
    /// # use layers::MultiLayerNet;
    /// # use optimizers::{Rule, Sgd};
    /// # let net = MultiLayerNet::new(784, &[10], 10);
    /// # let mut step = Step::<f64>::new(net, Sgd::default().build().unwrap(), 16);
    /// let first = step.run();
    /// assert!(step.run() < first);
    /// ```
    pub fn run(&mut self) -> T {
        self.network.gradient(&self.x, &self.labels);
        self.optimizer.step(&mut self.network).expect("the same network in every step");
        self.network.loss(&self.x, &self.labels, Mode::Eval)
    }
}

/// The multiplications and additions of the products of a step of a network of these widths: two
/// forward passes, the gradients of the weights, and those of all inputs but the first layer's.
///
/// ```
/// use benches::step::{Pixels, flop};
///
/// let widths = [784, 100, 100, 100, 100, 10];
/// assert_eq!(flop(&widths, 128, Pixels::Dense), 91_955_200);
/// assert_eq!(flop(&widths, 128, Pixels::Sparse), 43_789_600); // 20,076 of 100,352 pixels
/// ```
pub fn flop(widths: &[usize], batch: usize, pixels: Pixels) -> usize {
    let of_layer = |(i, w): (usize, &[usize])| {
        let inputs = match pixels {
            Pixels::Sparse if i == 0 => {
                let images =
                    (0..batch).map(|image| (0..w[0]).filter(move |&j| pixel(image, j) != 0));
                images.map(Iterator::count).sum()
            }
            _ => batch * w[0],
        };
        let products = if i == 0 { 3 } else { 4 };
        products * 2 * inputs * w[1]
    };
    widths.windows(2).enumerate().map(of_layer).sum()
}

/// Seconds of the products of a step alone: the best of `tries`.
///
/// ```
/// use benches::step::{Pixels, products_seconds};
///
/// assert!(products_seconds::<f32>(&[784, 100, 10], 16, Pixels::Sparse, 2) > 0.0);
/// ```
pub fn products_seconds<T: Scalar>(
    widths: &[usize],
    batch: usize,
    pixels: Pixels,
    tries: usize,
) -> f64 {
    let matrix = |rows: usize, columns: usize| {
        DMatrix::from_fn(rows, columns, |i, j| T::of(((i * 7 + j * 3) % 11) as f64 / 10.0 - 0.5))
    };
    struct Layer<T> {
        x: DMatrix<T>,
        w: DMatrix<T>,
        y: DMatrix<T>,
        dx: DMatrix<T>,
        dw: DMatrix<T>,
    }
    let layer = |w: &[usize]| Layer {
        x: matrix(batch, w[0]),
        w: matrix(w[0], w[1]),
        y: matrix(batch, w[1]),
        dx: matrix(batch, w[0]),
        dw: matrix(w[0], w[1]),
    };
    let mut layers: Vec<Layer<T>> = widths.windows(2).map(layer).collect();
    let images = images(batch, widths[0]);
    let mut work = Workspace::default();
    let product = |a: Operand<'_, T>, b: Operand<'_, T>, c: &mut DMatrix<T>| {
        matmul(a, b, None, c);
    };
    let mut once = || {
        let start = Instant::now();
        for pass in 0..2 {
            for (i, Layer { x, w, y, .. }) in layers.iter_mut().enumerate() {
                match pixels {
                    Pixels::Sparse if i == 0 => images.matmul(w, None, &mut work, y),
                    _ => product(Plain(x), Plain(w), y),
                }
            }
            if pass == 1 {
                break;
            }
            for (i, Layer { x, w, y, dx, dw }) in layers.iter_mut().enumerate().rev() {
                match pixels {
                    Pixels::Sparse if i == 0 => images.tr_matmul(y, &mut work, dw),
                    _ => product(Transposed(x), Plain(y), dw),
                }
                if i > 0 {
                    product(Plain(y), Transposed(w), dx);
                }
            }
        }
        start.elapsed().as_secs_f64()
    };
    (0..tries).map(|_| once()).fold(f64::INFINITY, f64::min)
}
