//! One point of the search: its hyperparameters, its training, its accuracy.

use std::ops::ControlFlow;

use experiments::search::{Epoch, Settings, Task};
use experiments::{Failure, Log, Real, Run};
use init::{Purpose, Seed};
use rand::RngExt;
use rayon::prelude::*;

pub use experiments::search::training::SIZE;

/// Where to look: exponents of ten.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    pub learning_rate: (f64, f64),
    pub weight_decay: (f64, f64),
}

/// The notebook's range.
pub const START: Range = Range { learning_rate: (-6.0, -2.0), weight_decay: (-8.0, -4.0) };

/// One point of the search and what came of it.
pub struct Trial {
    pub learning_rate: f64,
    pub weight_decay: f64,
    /// What was measured, the hyperparameters first.
    pub log: Log,
}

impl Trial {
    /// The last validation accuracy, by which trials are ranked.
    pub fn accuracy(&self) -> f64 {
        self.curve("validation_accuracy").last().map_or(f64::NAN, |&(_, value)| value)
    }

    /// One metric by epoch.
    pub fn curve(&self, wanted: &str) -> Vec<(f64, f64)> {
        let rows = self.log.iter().filter(|(_, metric, _)| *metric == wanted);
        rows.map(|&(step, _, value)| (step as f64, value)).collect()
    }
}

/// Trials by validation accuracy, best first.
pub fn ranking(trials: &[Trial]) -> Vec<&Trial> {
    let mut ranked: Vec<&Trial> = trials.iter().collect();
    ranked.sort_by(|a, b| b.accuracy().total_cmp(&a.accuracy()));
    ranked
}

/// Draws `count` points of `range` and trains a network at each; `first` numbers the first trial.
///
/// # Errors
/// If a signal asked to stop.
pub fn trials<T: Real>(
    run: &Run,
    seed: Seed,
    range: Range,
    first: usize,
    count: usize,
) -> Result<Vec<Trial>, Failure> {
    let draw = |trial: usize| {
        let mut rng = seed.stream(Purpose::Search, trial as u64);
        let mut power = |(low, high): (f64, f64)| 10_f64.powf(rng.random_range(low..high));
        let weight_decay = power(range.weight_decay);
        (power(range.learning_rate), weight_decay)
    };
    let points: Vec<(f64, f64)> = (first..first + count).map(draw).collect();
    train_at::<T>(run, seed, &points, first)
}

/// Trains a network at each (learning rate, weight decay); `first` numbers the first trial.
///
/// # Errors
/// If a signal asked to stop.
pub fn train_at<T: Real>(
    run: &Run,
    seed: Seed,
    points: &[(f64, f64)],
    first: usize,
) -> Result<Vec<Trial>, Failure> {
    let task = Task::<T>::new(run.data(), seed);
    let train_one = |(index, &(learning_rate, weight_decay)): (usize, &(f64, f64))| {
        let mut log = vec![(0, "learning_rate", learning_rate), (0, "weight_decay", weight_decay)];
        let settings = Settings { lr: learning_rate, weight_decay, ..Settings::default() };
        let mut stopped = Ok(());
        let observe = |seen: Epoch| {
            log.push((seen.epoch, "validation_accuracy", seen.validation_accuracy));
            log.push((seen.epoch, "train_accuracy", seen.train_accuracy));
            run.advance(task.per_epoch(&settings) as u64);
            stopped = run.check_interrupt();
            if stopped.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        task.train(&settings, (first + index) as u64, run.scaled(50, 5), observe)
            .map_err(|error| Failure::Usage(error.into()))?;
        stopped.map(|()| Trial { learning_rate, weight_decay, log })
    };
    points.par_iter().enumerate().map(train_one).collect()
}

/// Training iterations of a trial.
pub fn per_trial(run: &Run) -> usize {
    run.scaled(50, 5) * 4
}
