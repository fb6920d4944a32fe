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

    /// Its number, parameters and accuracy.
    pub fn observation(&self) -> Observation {
        Observation { number: self.number, params: self.params.clone(), value: self.accuracy() }
    }
}

/// What a sampler may learn from all of these, in order of their numbers.
///
/// A pruned trial would have come to more than it had when it was pruned. It counts as the median of
/// what those complete trials came to that were no better than it at that epoch, or as the worst
/// complete one if there are none; never as less than it had.
pub fn observations(trials: &[Trial]) -> Vec<Observation> {
    let complete: Vec<&Trial> = trials.iter().filter(|t| t.end == End::Complete).collect();
    let came_to = |trial: &Trial, epoch: usize| {
        let at = |other: &Trial| other.epochs.get(epoch).map(|seen| seen.validation_accuracy);
        let no_better = |other: &&&Trial| at(other) <= at(trial);
        let finals = complete.iter().filter(no_better).map(|other| other.accuracy());
        let mut finals: Vec<f64> = finals.collect();
        finals.sort_by(f64::total_cmp);
        let worst = complete.iter().map(|other| other.accuracy()).reduce(f64::min);
        let expected = finals.get(finals.len() / 2).copied().or(worst);
        expected.map_or(trial.accuracy(), |expected| expected.max(trial.accuracy()))
    };
    let observe = |trial: &Trial| match trial.end {
        End::Stopped(epoch) => Observation { value: came_to(trial, epoch), ..trial.observation() },
        _ => trial.observation(),
    };
    let mut observations: Vec<Observation> = trials.iter().map(observe).collect();
    observations.sort_by_key(|observation| observation.number);
    observations
}

/// Trials by accuracy, best first: equal ones in order of their numbers, diverged ones last.
pub fn ranking(trials: &[Trial]) -> Vec<&Trial> {
    let mut ranked: Vec<&Trial> = trials.iter().collect();
    // NaN is above all numbers in the total order, and a trial's accuracy at least 0.
    let key = |trial: &Trial| if trial.accuracy().is_nan() { -1.0 } else { trial.accuracy() };
    ranked.sort_by(|a, b| key(b).total_cmp(&key(a)));
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::pruner::tests::trial;

    #[test]
    fn a_pruned_trial_counts_as_what_it_would_have_come_to() {
        let complete = |at: f64, end: f64| trial(&[at, end], End::Complete);
        let mut trials = vec![complete(0.1, 0.3), complete(0.2, 0.5), complete(0.3, 0.9)];
        let value = |trials: &[Trial], accuracy: f64| {
            let all = [trials, &[trial(&[accuracy], End::Stopped(0))]].concat();
            observations(&all)[trials.len()].value
        };
        assert_eq!(value(&trials, 0.25), 0.5, "the upper median of 0.3 and 0.5");
        assert_eq!(value(&trials, 0.05), 0.3, "the worst");
        assert_eq!(value(&trials, 0.95), 0.95, "no less than it had");
        assert_eq!(value(&[], 0.2), 0.2);
        trials[0].end = End::Diverged(1);
        assert!(observations(&trials)[0].value.is_nan());
    }
}
