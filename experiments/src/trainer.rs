//! Training within a run: what networks measure, progress, signals.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use init::Seed;
use rayon::prelude::*;
use training::{Blocks, Contestant, Moment, Plan, Real, Samples};

use crate::metrics::DIVERGED;
use crate::{Failure, Log, Run};

/// Measures something of a network after an update.
pub type Measure<'a, T> = &'a (dyn Fn(&mut Moment<'_, T>, &mut Log) + Sync);

/// [`training::train`], and what `measure` logged of each contestant.
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
    measure: Measure<'_, T>,
) -> Result<Vec<Log>, Failure> {
    let _counted = run.count_networks(contestants.len());
    // Of one thread at a time each: a network is on one thread.
    let logs: Vec<Mutex<Log>> = contestants.iter().map(|_| Mutex::default()).collect();
    let stopped = Mutex::new(None);
    let observe = |mut moment: Moment<'_, T>| {
        let log = &mut *logs[moment.contestant].lock().unwrap_or_else(PoisonError::into_inner);
        if !moment.loss.is_finite() {
            diverged(log, moment.iteration);
        }
        measure(&mut moment, log);
        let step = plan.step_at(moment.iteration);
        if let Some(step) = step.filter(|&step| run.watches(step, plan.last_step())) {
            log.watch(step, moment.network, moment.x);
        }
        run.advance(1);
        match run.check_interrupt() {
            Ok(()) => ControlFlow::Continue(()),
            Err(failure) => {
                *stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                ControlFlow::Break(())
            }
        }
    };
    let ended = training::train(contestants, samples, plan, seed, &observe);
    if let Some(failure) = stopped.into_inner().unwrap_or_else(PoisonError::into_inner)
        && ended.is_break()
    {
        return Err(failure);
    }
    let logs = logs.into_iter().map(|log| log.into_inner().unwrap_or_else(PoisonError::into_inner));
    let mut logs: Vec<Log> = logs.collect();
    // The last update has no loss after it, and an infinite parameter may leave the loss finite.
    for (contestant, log) in contestants.iter().zip(&mut logs) {
        if !contestant.network.is_finite() {
            diverged(log, plan.iterations());
        }
        if run.args().save_model {
            log.keep_model(&contestant.network);
        }
    }
    Ok(logs)
}

/// The share of these samples that a network classifies rightly. Threads that have no network to train
/// help to count.
pub fn accuracy<T: Real>(run: &Run, moment: &mut Moment<'_, T>, samples: &Blocks<T>) -> f64 {
    moment.accuracy(samples, run.threads_a_network())
}

/// What `train` gives for each of these seeds, side by side. Its type is erased: the loop over threads is compiled
/// once.
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
