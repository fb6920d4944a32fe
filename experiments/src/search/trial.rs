//! A trial that has ended.

use super::{End, Epoch, Observation, Params};

/// One point of a search and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Its number, from which with the seed everything random in it follows.
    pub number: u64,
    /// What it tried.
    pub params: Params,
    /// What it came to, epoch by epoch.
    pub epochs: Vec<Epoch>,
    /// How it ended; [`End::Stopped`] is a pruned trial.
    pub end: End,
}

impl Trial {
    /// The last validation accuracy, by which trials are ranked; NaN if it diverged.
    pub fn accuracy(&self) -> f64 {
        match (self.end, self.epochs.last()) {
            (End::Diverged(_), _) | (_, None) => f64::NAN,
            (_, Some(last)) => last.validation_accuracy,
        }
    }

    /// What a sampler may learn from it.
    pub fn observation(&self) -> Observation {
        Observation { number: self.number, params: self.params.clone(), value: self.accuracy() }
    }
}

/// Trials by accuracy, best first: equal ones in order of their numbers, diverged ones last.
pub fn ranking(trials: &[Trial]) -> Vec<&Trial> {
    let mut ranked: Vec<&Trial> = trials.iter().collect();
    // NaN is above all numbers in the total order, and a trial's accuracy at least 0.
    let key = |trial: &Trial| if trial.accuracy().is_nan() { -1.0 } else { trial.accuracy() };
    ranked.sort_by(|a, b| key(b).total_cmp(&key(a)));
    ranked
}
