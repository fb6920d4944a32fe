//! Training networks side by side on the same mini-batches.

use std::ops::ControlFlow;

use init::Seed;
use layers::{LayerError, Mode, MultiLayerNet, Sequential};
use optimizers::{Optimizer, OptimizerKind};
use tensor_ops::Sparse;

use crate::batches::{Batch, Batches};
use crate::work_sharing::in_turns;
use crate::{Blocks, Plan, Real, Samples};

/// A network and what trains it.
#[derive(Debug)]
pub struct Contestant<T: Real> {
    /// What is trained.
    pub network: Sequential<T>,
    /// What trains it.
    pub optimizer: Box<dyn Optimizer<T>>,
}

impl<T: Real> Contestant<T> {
    /// A fresh network, and an optimizer with its defaults: [`Optimizer::set_lr`] and [`Optimizer::set`] change them.
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

/// What an observer sees after each update of each network.
#[derive(Debug)]
pub struct Moment<'a, T: Real> {
    /// Which contestant, counted from 0.
    pub contestant: usize,
    /// Which update, counted from 0.
    pub iteration: usize,
    /// The loss of the mini-batch before the update; NaN or infinite once the network has diverged.
    pub loss: f64,
    /// The network after the update.
    pub network: &'a mut Sequential<T>,
    /// The mini-batch of the update.
    pub x: &'a Sparse<T>,
    /// Its labels.
    pub labels: &'a [usize],
}

impl<T: Real> Moment<'_, T> {
    /// The loss of the mini-batch after the update, in evaluation.
    pub fn loss_after(&mut self) -> f64 {
        T::loss(self.network, self.x, self.labels, Mode::Eval)
    }

    /// The share of these samples that the network classifies rightly, counted on so many threads.
    pub fn accuracy(&mut self, samples: &Blocks<T>, threads: usize) -> f64 {
        samples.accuracy(self.network, threads)
    }
}

/// Is told of each update of each network, on any thread; [`ControlFlow::Break`] ends the training of all.
pub type Observer<'a, T> = &'a (dyn Fn(Moment<'_, T>) -> ControlFlow<()> + Sync);

/// Batches that are gathered at a time for several networks: few enough to stay in a shared cache,
/// enough that the networks seldom wait for each other. A network that trains alone takes them one by
/// one, out of its core's own cache.
const AHEAD: usize = 16;

/// Trains every contestant on the same mini-batches, on all threads of the pool, and tells `observe`.
///
/// The batches are drawn with replacement from the stream ([`Purpose::Batches`](init::Purpose::Batches), 0) of
/// `seed`, as `np.random.choice` does, and gathered once for all. Contestants take turns; none sees
/// another, so what comes out does not depend on the number of threads. A network whose loss is no finite number any
/// more is trained on, as in NumPy: the observer sees the loss, and can end it.
///
/// Gives [`ControlFlow::Break`] if the observer ended it.
///
/// # Panics
/// If the samples are not those of the network: another number of pixels, or a label beyond its classes.
pub fn train<T: Real>(
    contestants: &mut [Contestant<T>],
    samples: &Samples,
    plan: Plan,
    seed: Seed,
    observe: Observer<'_, T>,
) -> ControlFlow<()> {
    let mut source = Batches::new(samples, plan.batch_size(), seed);
    let shared = contestants.len() > 1;
    let ahead = if shared { AHEAD } else { 1 };
    let mut batches: Vec<Batch<T>> = (0..ahead).map(|_| Batch::default()).collect();
    for start in (0..plan.iterations()).step_by(ahead) {
        let batches = &mut batches[..ahead.min(plan.iterations() - start)];
        batches.iter_mut().for_each(|batch| source.draw(batch));
        let Ok(()) = in_turns(batches.iter_mut(), 1, |batch, _| {
            batch.gather(samples);
            if shared {
                batch.x.sort_columns();
            }
            Ok::<_, std::convert::Infallible>(())
        });
        let items = contestants.iter_mut().enumerate();
        let ended = in_turns(
            items,
            batches.len(),
            |(contestant, Contestant { network, optimizer }), turn| {
                for offset in turn {
                    let Batch { x, labels, .. } = &batches[offset];
                    let loss = T::update(network, &mut **optimizer, x, labels);
                    let (contestant, iteration) = (*contestant, start + offset);
                    if observe(Moment { contestant, iteration, loss, network, x, labels })
                        .is_break()
                    {
                        return Err(());
                    }
                }
                Ok(())
            },
        );
        if ended.is_err() {
            return ControlFlow::Break(());
        }
    }
    ControlFlow::Continue(())
}
