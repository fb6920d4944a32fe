//! Training networks side by side on the same mini-batches.

use init::{Purpose, Seed};
use layers::Sequential;
use optimizers::Optimizer;
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use rayon::prelude::*;
use tensor_ops::Sparse;

use crate::metrics::DIVERGED;
use crate::turns::in_turns;
use crate::{Blocks, Failure, Log, Real, Run, Samples};

/// A network and what trains it.
#[derive(Debug)]
pub struct Contestant<T: Real> {
    /// What is trained.
    pub network: Sequential<T>,
    /// What trains it.
    pub optimizer: Box<dyn Optimizer<T>>,
}

/// How long to train.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Number of updates.
    pub iterations: usize,
    /// Samples a mini-batch, drawn with replacement.
    pub batch_size: usize,
    /// Updates from one step of the metrics to the next: 1, or those of an epoch.
    pub per_step: usize,
}

/// What an observer sees after each update of each network.
#[derive(Debug)]
pub struct Moment<'a, T: Real> {
    /// Which contestant, counted from 0.
    pub contestant: usize,
    /// Which update, counted from 0.
    pub iteration: usize,
    /// The network after the update.
    pub network: &'a mut Sequential<T>,
    /// The mini-batch of the update.
    pub x: &'a Sparse<T>,
    /// Its labels.
    pub labels: &'a [usize],
    /// Where measurements go.
    pub log: &'a mut Log,
    run: &'a Run,
}

impl<T: Real> Moment<'_, T> {
    /// The share of these samples that the network classifies rightly. Threads that have no network to
    /// train help to count.
    pub fn accuracy(&mut self, samples: &Blocks<T>) -> f64 {
        samples.accuracy(self.network, self.run.threads_a_network())
    }
}

/// Batches that are gathered at a time for several networks: few enough to stay in a shared cache,
/// enough that the networks seldom wait for each other. A network that trains alone takes them one by
/// one, out of its core's own cache.
const AHEAD: usize = 16;

/// Trains every contestant on the same mini-batches, and gives what `observe` logged of each.
///
/// The batches are drawn with replacement from the stream ([`Purpose::Batches`], 0) of `seed`, as
/// `np.random.choice` does, and gathered once for all. Contestants take turns on all threads; none sees
/// another, so the logs do not depend on the number of threads.
///
/// Where a network's loss stops being a finite number, its log says so: [`DIVERGED`] at the first
/// iteration without one. Training goes on, as in the notebook.
///
/// # Errors
/// [`Failure::Stopped`] if a signal asked for it.
pub fn train<T: Real>(
    run: &Run,
    contestants: &mut [Contestant<T>],
    samples: &Samples,
    plan: Plan,
    seed: Seed,
    observe: impl Fn(Moment<'_, T>) + Sync,
) -> Result<Vec<Log>, Failure> {
    let _counted = run.count_networks(contestants.len());
    let mut source = Batches::new(samples, plan.batch_size, seed);
    let shared = contestants.len() > 1;
    let ahead = if shared { AHEAD } else { 1 };
    let mut batches: Vec<Batch<T>> = (0..ahead).map(|_| Batch::default()).collect();
    let mut logs = vec![Log::new(); contestants.len()];
    let last_step = plan.iterations.saturating_sub(1) / plan.per_step;
    for start in (0..plan.iterations).step_by(ahead) {
        let batches = &mut batches[..ahead.min(plan.iterations - start)];
        batches.iter_mut().for_each(|batch| source.draw(batch));
        in_turns(batches.iter_mut(), 1, |batch, _| {
            batch.gather(samples);
            if shared {
                batch.x.sort_columns();
            }
            Ok::<_, Failure>(())
        })?;
        let items = contestants.iter_mut().zip(&mut logs).enumerate();
        in_turns(items, batches.len(), |(index, (contestant, log)), turn| {
            let Contestant { network, optimizer } = contestant;
            for offset in turn {
                run.check_interrupt()?;
                let Batch { x, labels, .. } = &batches[offset];
                let iteration = start + offset;
                let loss = network.gradient(x, labels);
                if !loss.is_finite() {
                    diverged(log, iteration);
                }
                optimizer.step(network).expect("the same network in every step");
                observe(Moment { contestant: *index, iteration, network, x, labels, log, run });
                let step = iteration / plan.per_step;
                if iteration % plan.per_step == 0 && run.watches(step, last_step) {
                    log.watch(step, network, x);
                }
                run.advance(1);
            }
            Ok::<_, Failure>(())
        })?;
    }
    // The last update has no loss after it, and an infinite parameter may leave the loss finite.
    for (contestant, log) in contestants.iter().zip(&mut logs) {
        if !contestant.network.is_finite() {
            diverged(log, plan.iterations);
        }
        if run.args().save_model {
            log.keep_model(&contestant.network);
        }
    }
    Ok(logs)
}

/// What `train` gives for each of these seeds, side by side. Its type is erased, as in the loops of
/// `in_turns`.
///
/// # Errors
/// Whatever stops one of them.
pub fn each_seed(
    seeds: &[u64],
    train: &(dyn Fn(Seed) -> Result<Vec<Log>, Failure> + Sync),
) -> Result<Vec<Vec<Log>>, Failure> {
    seeds.par_iter().with_max_len(1).map(|&seed| train(Seed::new(seed))).collect()
}

/// Notes the first iteration at which a network has diverged.
fn diverged(log: &mut Log, iteration: usize) {
    if log.measured.iter().all(|(_, metric, _)| *metric != DIVERGED) {
        log.push((iteration, DIVERGED, 1.0));
    }
}

/// Mini-batches drawn with replacement from the stream ([`Purpose::Batches`], 0) of a seed.
#[derive(Debug)]
pub(crate) struct Batches {
    rng: ChaCha8Rng,
    count: u32,
    batch_size: usize,
}

impl Batches {
    pub(crate) fn new(samples: &Samples, batch_size: usize, seed: Seed) -> Self {
        let count = u32::try_from(samples.len()).expect("fewer than 2³² samples");
        Self { rng: seed.stream(Purpose::Batches, 0), count, batch_size }
    }

    /// Chooses the samples of the next batch.
    pub(crate) fn draw<T: Real>(&mut self, batch: &mut Batch<T>) {
        let draws = (0..self.batch_size).map(|_| self.rng.random_range(0..self.count) as usize);
        batch.indices.clear();
        batch.indices.extend(draws);
    }
}

/// A mini-batch and the buffers that make it.
#[derive(Debug)]
pub(crate) struct Batch<T> {
    indices: Vec<usize>,
    pub(crate) x: Sparse<T>,
    pub(crate) labels: Vec<usize>,
}

impl<T: Real> Batch<T> {
    /// Reads the images that were chosen.
    pub(crate) fn gather(&mut self, samples: &Samples) {
        samples.gather(&self.indices, &mut self.x, &mut self.labels);
    }
}

impl<T: Real> Default for Batch<T> {
    fn default() -> Self {
        Self { indices: Vec::new(), x: Sparse::default(), labels: Vec::new() }
    }
}
