//! The element types, and what is compiled here for them.

use init::Seed;
use kernels::{ByteRows, Scalar};
use layers::{LayerError, Mode, MultiLayerNet, Sequential};
use optimizers::{Optimizer, OptimizerKind};
use tensor_ops::Sparse;

/// `f32` and `f64`, as networks are trained in.
///
/// Layers and update rules are generic, so that each program would compile them again, optimised, for both types. Behind
/// these functions they are compiled once, in this crate: a program that makes networks with
/// [`network`](Self::network) or [`Contestant::new`](crate::Contestant::new) and trains them with [`train`](crate::train)
/// compiles in a second, without optimisation too, and runs as fast. Where one is missing, the generic function does the
/// same.
pub trait Real: Scalar {
    /// [`MultiLayerNet::build`].
    ///
    /// # Errors
    /// Its.
    fn network(network: &MultiLayerNet, seed: Seed) -> Result<Sequential<Self>, LayerError>;

    /// [`OptimizerKind::build`], which cannot fail for these types.
    fn optimizer(kind: OptimizerKind) -> Box<dyn Optimizer<Self>>;

    /// Row i becomes image `order[indices[i]]`, with pixels in \[0, 1\].
    fn gather(x: &mut Sparse<Self>, images: &ByteRows, order: &[usize], indices: &[usize]);

    /// One update of `network` by `optimizer`; gives the loss before it.
    ///
    /// # Panics
    /// If the optimizer was used with another network.
    fn update(
        network: &mut Sequential<Self>,
        optimizer: &mut dyn Optimizer<Self>,
        x: &Sparse<Self>,
        labels: &[usize],
    ) -> f64;

    /// [`Sequential::loss`] of a sparse batch.
    fn loss(network: &mut Sequential<Self>, x: &Sparse<Self>, labels: &[usize], mode: Mode) -> f64;

    /// [`Sequential::is_finite`].
    fn all_finite(network: &Sequential<Self>) -> bool;

    /// [`Sequential::count_correct`] of a sparse batch.
    fn count_correct(network: &mut Sequential<Self>, x: &Sparse<Self>, labels: &[usize]) -> usize;
}

macro_rules! compile {
    ($($real:ty),*) => {$(
        impl Real for $real {
            fn network(network: &MultiLayerNet, seed: Seed) -> Result<Sequential<Self>, LayerError> {
                network.build(seed)
            }

            fn optimizer(kind: OptimizerKind) -> Box<dyn Optimizer<Self>> {
                kind.build().expect("both types hold all defaults")
            }

            fn gather(x: &mut Sparse<Self>, images: &ByteRows, order: &[usize], indices: &[usize]) {
                let rows = indices.iter().map(|&i| order[i]);
                x.gather(images, rows, |byte| Self::of(f64::from(byte) / 255.0));
            }

            fn update(
                network: &mut Sequential<Self>,
                optimizer: &mut dyn Optimizer<Self>,
                x: &Sparse<Self>,
                labels: &[usize],
            ) -> f64 {
                let loss = network.gradient(x, labels).f64();
                optimizer.step(network).expect("the same network in every step");
                loss
            }

            fn loss(
                network: &mut Sequential<Self>,
                x: &Sparse<Self>,
                labels: &[usize],
                mode: Mode,
            ) -> f64 {
                network.loss(x, labels, mode).f64()
            }

            fn all_finite(network: &Sequential<Self>) -> bool {
                network.is_finite()
            }

            fn count_correct(
                network: &mut Sequential<Self>,
                x: &Sparse<Self>,
                labels: &[usize],
            ) -> usize {
                network.count_correct(x, labels)
            }
        }
    )*};
}

compile!(f32, f64);
