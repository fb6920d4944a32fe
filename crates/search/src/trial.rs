//! Trials that have ended, with what they reported step by step.

use std::collections::BTreeMap;

use crate::{Observation, Params};

/// What a trial reports after a step; for a network, after an epoch.
///
/// ```
/// use search::Report;
///
/// let report = Report::of(3, 0.91).with("train_loss", 0.25);
/// assert_eq!((report.step, report.value, report.measures["train_loss"]), (3, 0.91, 0.25));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The step; it must be larger than in the trial's previous report.
    pub step: usize,
    /// What trials are ranked by, larger is better; for a network, the validation accuracy.
    pub value: f64,
    /// Other measured numbers by name; for a network, the training accuracy.
    pub measures: BTreeMap<String, f64>,
}

impl Report {
    /// A report with a value and no other measures.
    pub fn of(step: usize, value: f64) -> Self {
        Self { step, value, measures: BTreeMap::new() }
    }

    /// This report with one more measure.
    pub fn with(mut self, name: &str, measure: f64) -> Self {
        self.measures.insert(name.to_owned(), measure);
        self
    }

    /// Whether the value and all measures are finite.
    pub(crate) fn is_finite(&self) -> bool {
        self.value.is_finite() && self.measures.values().all(|measure| measure.is_finite())
    }
}

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It reached its last step.
    Complete,
    /// It was stopped after this step: [`Observe`](crate::Observe) told it to break.
    Stopped(usize),
    /// A number became NaN or infinite at this step; for a network, the loss or a weight, at this
    /// update (counted from 0). No result depends on the number: it is kept to be shown.
    ///
    /// A trial that [reports](Report) such a number ends like this, whatever it returns. The
    /// accuracy of a diverged network is an ordinary number: report its loss, too.
    Diverged(usize),
}

/// A trial that has ended: its parameters, reports and end.
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
    /// Its number; everything random in the trial follows from it and the seed.
    pub number: u64,
    /// Its parameters.
    pub params: Params,
    /// Its reports, step by step.
    pub reports: Vec<Report>,
    /// How it ended; a pruned trial is [`End::Stopped`].
    pub end: End,
}

impl Trial {
    /// The last reported value; NaN if the trial diverged or reported nothing.
    pub fn value(&self) -> f64 {
        let last = self.reports.last().filter(|_| !matches!(self.end, End::Diverged(_)));
        last.map_or(f64::NAN, |last| last.value)
    }

    /// What a sampler sees of it: number, parameters and value.
    pub fn observation(&self) -> Observation {
        Observation { number: self.number, params: self.params.clone(), value: self.value() }
    }
}

/// What a sampler sees of all these trials, in order of their numbers.
///
/// A pruned trial would probably have improved. It counts as the median final value of those
/// complete trials that were not better at the step where it was pruned; if there are none, as the
/// worst complete trial. It never counts as less than its own last value.
pub fn observations(trials: &[Trial]) -> Vec<Observation> {
    let complete: Vec<&Trial> = trials.iter().filter(|t| t.end == End::Complete).collect();
    let worst = complete.iter().map(|other| other.value()).reduce(f64::min);
    let expected = |trial: &Trial| {
        let last = trial.reports.len().saturating_sub(1);
        let at = |other: &Trial| other.reports.get(last).map(|report| report.value);
        let not_better = complete.iter().filter(|other| at(other) <= at(trial));
        let mut finals: Vec<f64> = not_better.map(|other| other.value()).collect();
        finals.sort_by(f64::total_cmp);
        let expected = finals.get(finals.len() / 2).copied().or(worst);
        expected.map_or(trial.value(), |expected| expected.max(trial.value()))
    };
    let observe = |trial: &Trial| match trial.end {
        End::Stopped(_) => Observation { value: expected(trial), ..trial.observation() },
        _ => trial.observation(),
    };
    let mut observations: Vec<Observation> = trials.iter().map(observe).collect();
    observations.sort_by_key(|observation| observation.number);
    observations
}

/// Trials by value, best first. Equal values keep their order; diverged trials are last.
pub fn ranking(trials: &[Trial]) -> Vec<&Trial> {
    let mut ranked: Vec<&Trial> = trials.iter().collect();
    // `max` ignores NaN, which `total_cmp` would put above all numbers.
    let key = |trial: &Trial| trial.value().max(f64::NEG_INFINITY);
    ranked.sort_by(|a, b| key(b).total_cmp(&key(a)));
    ranked
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A report for each value.
    pub fn reports(values: &[f64]) -> Vec<Report> {
        values.iter().enumerate().map(|(step, &value)| Report::of(step, value)).collect()
    }

    pub fn trial(values: &[f64], end: End) -> Trial {
        Trial { number: 0, params: Params::of::<String>([]), reports: reports(values), end }
    }

    #[test]
    fn a_pruned_trial_counts_as_its_expected_final_value() {
        let complete = |at: f64, end: f64| trial(&[at, end], End::Complete);
        let mut trials = vec![complete(0.1, 0.3), complete(0.2, 0.5), complete(0.3, 0.9)];
        let value = |trials: &[Trial], at: f64| {
            let all = [trials, &[trial(&[at], End::Stopped(0))]].concat();
            observations(&all)[trials.len()].value
        };
        assert_eq!(value(&trials, 0.25), 0.5, "the upper median of 0.3 and 0.5");
        assert_eq!(value(&trials, 0.05), 0.3, "the worst");
        assert_eq!(value(&trials, 0.95), 0.95, "not less than its own");
        assert_eq!(value(&[], 0.2), 0.2);
        trials[0].end = End::Diverged(1);
        assert!(observations(&trials)[0].value.is_nan());
    }

    #[test]
    fn the_largest_value_is_first_and_a_diverged_trial_last() {
        let values = [-3.0, f64::NAN, -1.0, -2.0];
        let trials =
            values.map(|x| trial(&[x], if x.is_nan() { End::Diverged(0) } else { End::Complete }));
        let ranked: Vec<f64> = ranking(&trials).iter().map(|trial| trial.value()).collect();
        assert_eq!(ranked[..3], [-1.0, -2.0, -3.0]);
        assert!(ranked[3].is_nan());
    }
}
