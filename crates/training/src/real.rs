//! The element types, and what is compiled here for them.

use std::ops::ControlFlow;

use init::Seed;
use layers::{LayerError, Mode, MultiLayerNet, Sequential};
use optimizers::{Optimizer, OptimizerKind};
use tensor_ops::{Scalar, Sparse};

use crate::train::{Observer, train_as};
use crate::{Blocks, Contestant, Plan, Samples};

/// `f32` and `f64`, as networks are trained in.
///
/// Layers, update rules and the loop of training are generic, so that each program would compile them again, optimised,
/// for both types. Behind these functions they are compiled once, in this crate: a program that makes networks with
/// [`network`](Self::network) or [`Contestant::new`] and trains them with [`train`](crate::train) compiles in a second,
/// without optimisation too, and runs as fast. Where one is missing, the generic function does the same.
pub trait Real: Scalar {
    /// [`MultiLayerNet::build`].
    ///
    /// # Errors
    /// Its.
    fn network(network: &MultiLayerNet, seed: Seed) -> Result<Sequential<Self>, LayerError>;

    /// [`OptimizerKind::build`], which cannot fail for these types.
    fn optimizer(kind: OptimizerKind) -> Box<dyn Optimizer<Self>>;

    /// [`Sequential::loss`] of a sparse batch.
    fn loss(network: &mut Sequential<Self>, x: &Sparse<Self>, labels: &[usize], mode: Mode) -> f64;

    /// [`Samples::gather`].
    fn gather(samples: &Samples, indices: &[usize], x: &mut Sparse<Self>, labels: &mut Vec<usize>);

    /// [`Blocks::accuracy`].
    fn accuracy(samples: &Blocks<Self>, network: &mut Sequential<Self>, threads: usize) -> f64;

    /// [`train`](crate::train).
    fn train(
        contestants: &mut [Contestant<Self>],
        samples: &Samples,
        plan: Plan,
        seed: Seed,
        observe: Observer<'_, Self>,
    ) -> ControlFlow<()>;
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

            fn loss(
                network: &mut Sequential<Self>,
                x: &Sparse<Self>,
                labels: &[usize],
                mode: Mode,
            ) -> f64 {
                network.loss(x, labels, mode).f64()
            }

            fn gather(
                samples: &Samples,
                indices: &[usize],
                x: &mut Sparse<Self>,
                labels: &mut Vec<usize>,
            ) {
                samples.gather_as(indices, x, labels);
            }

            fn accuracy(
                samples: &Blocks<Self>,
                network: &mut Sequential<Self>,
                threads: usize,
            ) -> f64 {
                samples.accuracy_of(network, threads)
            }

            fn train(
                contestants: &mut [Contestant<Self>],
                samples: &Samples,
                plan: Plan,
                seed: Seed,
                observe: Observer<'_, Self>,
            ) -> ControlFlow<()> {
                train_as(contestants, samples, plan, seed, observe)
            }
        }
    )*};
}

compile!(f32, f64);
