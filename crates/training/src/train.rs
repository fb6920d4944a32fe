//! Training networks side by side on the same mini-batches.

use std::ops::ControlFlow;

use init::{Purpose, Seed};
use layers::{LayerError, Mode, MultiLayerNet, Sequential};
use optimizers::{Optimizer, OptimizerKind};
use tensor_ops::Sparse;

use crate::batches::Batch;
use crate::work_sharing::in_turns;
use crate::{Plan, Real, Samples};

/// A network and its optimizer.
#[derive(Debug)]
pub struct Contestant<T: Real> {
    /// The network.
    pub network: Sequential<T>,
    /// The optimizer, which must not have stepped another network. [`train`] passes over as many
    /// updates as it has done steps: a contestant from a checkpoint goes on where it was.
    pub optimizer: Box<dyn Optimizer<T>>,
}

impl<T: Real> Contestant<T> {
    /// A network with newly drawn weights and an optimizer with its defaults, which
    /// [`Optimizer::set_lr`] and [`Optimizer::set`] change.
    ///
    /// # Errors
    /// As [`MultiLayerNet::build`].
    pub fn new(
        network: &MultiLayerNet,
        optimizer: OptimizerKind,
        seed: Seed,
    ) -> Result<Self, LayerError> {
        Ok(Self { network: T::network(network, seed)?, optimizer: T::optimizer(optimizer) })
    }
}

/// One update of one network, as an observer sees it.
#[derive(Debug)]
pub struct Moment<'a, T: Real> {
    /// The index of the contestant.
    pub contestant: usize,
    /// The index of the update.
    pub iteration: usize,
    /// The loss of the mini-batch before the update; NaN or infinite once the network has diverged.
    pub loss: f64,
    /// The network after the update.
    pub network: &'a mut Sequential<T>,
    /// Its optimizer after the update.
    pub optimizer: &'a dyn Optimizer<T>,
    /// The mini-batch of the update.
    pub x: &'a Sparse<T>,
    /// The labels of the mini-batch.
    pub labels: &'a [usize],
}

impl<T: Real> Moment<'_, T> {
    /// The loss of the mini-batch after the update, in [`Mode::Eval`].
    pub fn loss_after(&mut self) -> f64 {
        T::loss(self.network, self.x, self.labels, Mode::Eval)
    }

    /// The share of `samples` that the network classifies correctly, counted on up to `threads`
    /// threads.
    pub fn accuracy(&mut self, samples: &Samples, threads: usize) -> f64 {
        samples.accuracy(self.network, threads)
    }
}

/// A function that [`train`] calls after each update of each network, on any thread.
/// [`ControlFlow::Break`] ends the training of all networks.
pub type Observer<'a, T> = &'a (dyn Fn(Moment<'_, T>) -> ControlFlow<()> + Sync);

/// The number of batches gathered at a time for several networks: few enough to stay in a shared
/// cache, enough that networks seldom wait for each other. For a single network, batches are
/// gathered one at a time, so that each is still in the core's own cache.
const AHEAD: usize = 8;

/// Trains all contestants on the same mini-batches, on all threads of the pool, and calls `observe`
/// after each update.
///
/// Samples are drawn with replacement, as by `np.random.choice`, from the stream
/// ([`Purpose::Batches`], 0) of `seed`, and each batch is gathered once for all contestants. No
/// contestant influences another, so the results do not depend on the number of threads. A network
/// whose loss becomes NaN or infinite is trained further, as in NumPy; the observer sees the loss
/// and can end the training.
///
/// Returns [`ControlFlow::Break`] if the observer did.
///
/// # Panics
/// If the images have another number of pixels than the network has inputs, or a label is not below
/// its number of outputs.
pub fn train<T: Real>(
    contestants: &mut [Contestant<T>],
    samples: &Samples,
    plan: Plan,
    seed: Seed,
    observe: Observer<'_, T>,
) -> ControlFlow<()> {
    let mut rng = seed.stream(Purpose::Batches, 0);
    let count = u32::try_from(samples.len()).expect("fewer than 2³² samples");
    let shared = contestants.len() > 1;
    let ahead = if shared { AHEAD } else { 1 };
    let mut batches: Vec<Batch<T>> = (0..ahead).map(|_| Batch::default()).collect();
    for start in (0..plan.iterations()).step_by(ahead) {
        let batches = &mut batches[..ahead.min(plan.iterations() - start)];
        batches.iter_mut().for_each(|batch| batch.draw(&mut rng, count, plan.batch_size()));
        let done = contestants.iter().map(|contestant| contestant.optimizer.steps()).min();
        let needed = |offset: usize| done.is_some_and(|done| done <= (start + offset) as u64);
        in_turns(batches.iter_mut().enumerate(), 1, |(offset, batch), _| {
            if !needed(*offset) {
                return ControlFlow::Continue(());
            }
            batch.gather(samples);
            if shared {
                batch.x.sort_columns();
            }
            ControlFlow::Continue(())
        })?;
        in_turns(contestants.iter_mut().enumerate(), batches.len(), |(i, contestant), turn| {
            let Contestant { network, optimizer } = contestant;
            for offset in turn {
                let (contestant, iteration) = (*i, start + offset);
                if optimizer.steps() > iteration as u64 {
                    continue;
                }
                let Batch { x, labels, .. } = &batches[offset];
                let loss = T::update(network, &mut **optimizer, x, labels);
                let optimizer = &**optimizer;
                observe(Moment { contestant, iteration, loss, network, optimizer, x, labels })?;
            }
            ControlFlow::Continue(())
        })?;
    }
    ControlFlow::Continue(())
}
