//! The element types, and the functions that are compiled here for them.

use init::Seed;
use kernels::{ByteRows, Scalar};
use layers::{LayerError, Mode, MultiLayerNet, Sequential};
use optimizers::{Optimizer, OptimizerKind};
use tensor_ops::Sparse;

/// The element type of a network: `f32` or `f64`.
///
/// Layers and update rules are generic, so every program would compile them again, optimised, for
/// both types. Behind these functions they are compiled once, in this crate. A program that uses
/// [`network`](Self::network) or [`Contestant::new`](crate::Contestant::new) and
/// [`train`](crate::train) compiles in a second and runs fast even if it is not optimised itself.
/// The generic functions give the same results.
pub trait Real: Scalar {
    /// [`MultiLayerNet::build`].
    ///
    /// # Errors
    /// As `build`.
    fn network(network: &MultiLayerNet, seed: Seed) -> Result<Sequential<Self>, LayerError>;

    /// [`OptimizerKind::build`], which never fails for these types.
    fn optimizer(kind: OptimizerKind) -> Box<dyn Optimizer<Self>>;

    /// Sets row i of `x` to image `order[indices[i]]`, with pixels in \[0, 1\].
    fn gather(x: &mut Sparse<Self>, images: &ByteRows, order: &[usize], indices: &[usize]);

    /// Updates `network` by one step of `optimizer`; returns the loss before the step.
    ///
    /// # Panics
    /// If the optimizer has already stepped a network of another shape.
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
            fn network(net: &MultiLayerNet, seed: Seed) -> Result<Sequential<Self>, LayerError> {
                net.build(seed)
            }

            fn optimizer(kind: OptimizerKind) -> Box<dyn Optimizer<Self>> {
                kind.build().expect("the defaults are valid in both types")
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
