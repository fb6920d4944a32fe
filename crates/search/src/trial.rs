//! A trial that has ended, and what it had come to on the way.

use std::collections::BTreeMap;

use crate::{Observation, Params};

/// What a trial had come to at one step; of a network, at an epoch.
///
/// ```
/// use search::Report;
///
/// let report = Report::of(3, 0.91).with("train_loss", 0.25);
/// assert_eq!((report.step, report.value, report.measures["train_loss"]), (3, 0.91, 0.25));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Which step, above those reported before.
    pub step: usize,
    /// What trials are ranked by, larger being better; of a network, its validation accuracy.
    pub value: f64,
    /// What else was measured, by name; of a network, its training accuracy.
    pub measures: BTreeMap<String, f64>,
}

impl Report {
    /// A value, and nothing else measured.
    pub fn of(step: usize, value: f64) -> Self {
        Self { step, value, measures: BTreeMap::new() }
    }

    /// The same with one more measure.
    pub fn with(mut self, name: &str, measure: f64) -> Self {
        self.measures.insert(name.to_owned(), measure);
        self
    }

    /// Whether all that it says are finite numbers.
    pub(crate) fn is_finite(&self) -> bool {
        self.value.is_finite() && self.measures.values().all(|measure| measure.is_finite())
    }
}

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// After its last step.
    Complete,
    /// Because it was told to, after this step.
    Stopped(usize),
    /// At this step, because it came to no finite number; of a network, at this update, counted from 0,
    /// because of its loss or its weights.
    Diverged(usize),
}

/// One point of a search and what came of it.
///
/// ```
/// use search::{End, Params, Report, Trial, Value};
///
/// let params = Params::of([("lr", Value::Float(0.1))]);
/// let reports = vec![Report::of(0, 0.5), Report::of(1, 0.25)];
/// let trial = Trial { number: 0, params, reports, end: End::Complete };
/// assert_eq!(trial.value(), 0.25);
/// assert!(Trial { end: End::Diverged(2), ..trial }.value().is_nan());
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// Its number, from which with the seed everything random in it follows.
    pub number: u64,
    /// What it tried.
    pub params: Params,
    /// What it came to, step by step.
    pub reports: Vec<Report>,
    /// How it ended; [`End::Stopped`] is a pruned trial.
    pub end: End,
}

impl Trial {
    /// The last value, by which trials are ranked; NaN if it diverged.
    pub fn value(&self) -> f64 {
        match (self.end, self.reports.last()) {
            (End::Diverged(_), _) | (_, None) => f64::NAN,
            (_, Some(last)) => last.value,
        }
    }

    /// Its number, parameters and value.
    pub fn observation(&self) -> Observation {
        Observation { number: self.number, params: self.params.clone(), value: self.value() }
    }
}

/// What a sampler may learn from all of these, in order of their numbers.
///
/// A pruned trial would have come to more than it had when it was pruned. It counts as the median of
/// what those complete trials came to that were no better than it at that step, or as the worst
/// complete one if there are none; never as less than it had.
pub fn observations(trials: &[Trial]) -> Vec<Observation> {
    let complete: Vec<&Trial> = trials.iter().filter(|t| t.end == End::Complete).collect();
    let came_to = |trial: &Trial| {
        let last = trial.reports.len().saturating_sub(1);
        let at = |other: &Trial| other.reports.get(last).map(|report| report.value);
        let no_better = |other: &&&Trial| at(other) <= at(trial);
        let finals = complete.iter().filter(no_better).map(|other| other.value());
        let mut finals: Vec<f64> = finals.collect();
        finals.sort_by(f64::total_cmp);
        let worst = complete.iter().map(|other| other.value()).reduce(f64::min);
        let expected = finals.get(finals.len() / 2).copied().or(worst);
        expected.map_or(trial.value(), |expected| expected.max(trial.value()))
    };
    let observe = |trial: &Trial| match trial.end {
        End::Stopped(_) => Observation { value: came_to(trial), ..trial.observation() },
        _ => trial.observation(),
    };
    let mut observations: Vec<Observation> = trials.iter().map(observe).collect();
    observations.sort_by_key(|observation| observation.number);
    observations
}

/// Trials by value, best first: equal ones in order of their numbers, diverged ones last.
pub fn ranking(trials: &[Trial]) -> Vec<&Trial> {
    let mut ranked: Vec<&Trial> = trials.iter().collect();
    // NaN is above all numbers in the total order.
    let key = |trial: &Trial| {
        if trial.value().is_nan() { f64::NEG_INFINITY } else { trial.value() }
    };
    ranked.sort_by(|a, b| key(b).total_cmp(&key(a)));
    ranked
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The reports of a trial with these values.
    pub fn reports(values: &[f64]) -> Vec<Report> {
        values.iter().enumerate().map(|(step, &value)| Report::of(step, value)).collect()
    }

    pub fn trial(values: &[f64], end: End) -> Trial {
        Trial { number: 0, params: Params::of::<String>([]), reports: reports(values), end }
    }

    #[test]
    fn a_pruned_trial_counts_as_what_it_would_have_come_to() {
        let complete = |at: f64, end: f64| trial(&[at, end], End::Complete);
        let mut trials = vec![complete(0.1, 0.3), complete(0.2, 0.5), complete(0.3, 0.9)];
        let value = |trials: &[Trial], at: f64| {
            let all = [trials, &[trial(&[at], End::Stopped(0))]].concat();
            observations(&all)[trials.len()].value
        };
        assert_eq!(value(&trials, 0.25), 0.5, "the upper median of 0.3 and 0.5");
        assert_eq!(value(&trials, 0.05), 0.3, "the worst");
        assert_eq!(value(&trials, 0.95), 0.95, "no less than it had");
        assert_eq!(value(&[], 0.2), 0.2);
        trials[0].end = End::Diverged(1);
        assert!(observations(&trials)[0].value.is_nan());
    }

    #[test]
    fn the_largest_value_is_first_and_what_diverged_is_last() {
        let values = [-3.0, f64::NAN, -1.0, -2.0];
        let trials =
            values.map(|x| trial(&[x], if x.is_nan() { End::Diverged(0) } else { End::Complete }));
        let ranked: Vec<f64> = ranking(&trials).iter().map(|trial| trial.value()).collect();
        assert_eq!(ranked[..3], [-1.0, -2.0, -3.0]);
        assert!(ranked[3].is_nan());
    }
}
