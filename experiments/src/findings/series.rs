//! What the series of a part measured over all seeds.

use std::collections::HashMap;
use std::hash::Hash;

use super::{Measurements, Metric, Spread};

/// All series of a part: one for each optimizer, scale or trial that it compares.
#[derive(Clone, Debug)]
pub struct Findings {
    /// The part of the section.
    pub part: String,
    /// The seeds of the runs.
    pub seeds: Vec<u64>,
    /// The series, each with one run per seed.
    pub series: Vec<Series>,
}

/// The measurements of one series, run by run.
///
/// ```
/// use experiments::findings::{Measurements, Metric, Series};
///
/// let run = |accuracy| Measurements::from_iter([(0, Metric::TEST_ACCURACY, accuracy)]);
/// let series = Series::new("adam", vec![run(0.5), run(0.75)]).labelled("Adam");
/// assert_eq!(series.values(Metric::TEST_ACCURACY), [(0, vec![0.5, 0.75])]);
/// assert_eq!(series.last(Metric::TEST_ACCURACY).mean, 0.625);
/// ```
#[derive(Clone, Debug)]
pub struct Series {
    /// The name in files.
    pub name: String,
    /// The name for readers, in English.
    pub label: String,
    /// One run per seed, in order.
    pub runs: Vec<Measurements>,
}

impl Findings {
    /// The findings of a single seed, each series by its name.
    pub fn of_seed(
        part: impl Into<String>,
        seed: u64,
        series: impl IntoIterator<Item = (String, Measurements)>,
    ) -> Self {
        let series = series.into_iter().map(|(name, run)| Series::new(name, vec![run]));
        Self { part: part.into(), seeds: vec![seed], series: series.collect() }
    }

    /// The findings of a single series over these seeds.
    pub fn of_series(part: impl Into<String>, seeds: &[u64], series: Series) -> Self {
        Self { part: part.into(), seeds: seeds.to_vec(), series: vec![series] }
    }

    /// Every network with its series and its seed, ordered by seed, then by series.
    pub fn runs(&self) -> impl Iterator<Item = (&Series, u64, &Measurements)> {
        self.seeds.iter().enumerate().flat_map(|(run, &seed)| {
            self.series.iter().map(move |series| (series, seed, &series.runs[run]))
        })
    }

    /// What `judge` says of the numbers of each seed alone, in the order of the seeds.
    pub fn each_seed<R>(&self, judge: impl Fn(&Self) -> R) -> Vec<R> {
        let numbers = |series: &Series, run: usize| {
            let run = series.runs[run].numbers().iter().copied().collect();
            Series::new(&series.name, vec![run]).labelled(&series.label)
        };
        let alone = |(run, &seed): (usize, &u64)| {
            let series = self.series.iter().map(|series| numbers(series, run)).collect();
            judge(&Self { part: self.part.clone(), seeds: vec![seed], series })
        };
        self.seeds.iter().enumerate().map(alone).collect()
    }
}

impl Series {
    /// A series with this name, for readers too.
    pub fn new(name: impl Into<String>, runs: Vec<Measurements>) -> Self {
        let name = name.into();
        Self { label: name.clone(), name, runs }
    }

    /// The same with another name for readers.
    #[must_use]
    pub fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: label.into(), ..self }
    }

    /// The values of a metric at each step, in the order of the runs.
    pub fn values(&self, metric: Metric) -> Vec<(usize, Vec<f64>)> {
        let numbers = self.runs.iter().flat_map(Measurements::numbers);
        let wanted = numbers.filter(|(_, measured, _)| *measured == metric);
        grouped(wanted.map(|(step, _, value)| (*step, *value)))
    }

    /// The spread over the runs of a metric at each step.
    pub fn spreads(&self, metric: Metric) -> Vec<(usize, Spread)> {
        let steps = self.values(metric).into_iter();
        steps.map(|(step, values)| (step, Spread::of(&values))).collect()
    }

    /// The spread at a step; NaN if the metric was not measured there.
    pub fn at(&self, metric: Metric, step: usize) -> Spread {
        let spreads = self.spreads(metric);
        let found = spreads.iter().find(|(measured, _)| *measured == step);
        found.map_or(Spread::of(&[]), |(_, spread)| *spread)
    }

    /// The spread at the last step; NaN if the metric was never measured.
    pub fn last(&self, metric: Metric) -> Spread {
        self.spreads(metric).last().map_or(Spread::of(&[]), |(_, spread)| *spread)
    }

    /// The spread over the runs of the mean of the last 100 steps: the loss of one mini-batch is
    /// noisy.
    pub fn last_hundred(&self, metric: Metric) -> Spread {
        let steps = self.values(metric);
        let tail = &steps[steps.len().saturating_sub(100)..];
        let runs = tail.first().map_or(0, |(_, values)| values.len());
        let sum = |run: usize| tail.iter().map(|(_, values)| values[run]).sum::<f64>();
        Spread::of(&(0..runs).map(|run| sum(run) / tail.len() as f64).collect::<Vec<_>>())
    }
}

/// Groups values by key, in the order in which the keys first occur.
pub fn grouped<K: Clone + Eq + Hash, V>(all: impl Iterator<Item = (K, V)>) -> Vec<(K, Vec<V>)> {
    let mut groups: Vec<(K, Vec<V>)> = Vec::new();
    let mut places = HashMap::new();
    for (key, value) in all {
        let place = *places.entry(key.clone()).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(value);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(runs: [&[f64]; 2]) -> Series {
        let run = |losses: &[f64]| -> Measurements {
            losses.iter().enumerate().map(|(step, x)| (step, Metric::TRAIN_LOSS, *x)).collect()
        };
        Series::new("a", runs.map(run).into())
    }

    #[test]
    fn values_gather_the_runs_of_each_step() {
        let series = series([&[0.5, 0.25], &[0.1, f64::NAN]]);
        let values = series.values(Metric::TRAIN_LOSS);
        assert_eq!((values.len(), &values[0]), (2, &(0, vec![0.5, 0.1])));
        assert!(series.last(Metric::TRAIN_LOSS).mean.is_nan());
        assert!(series.last(Metric::TEST_ACCURACY).mean.is_nan());
        assert_eq!(series.at(Metric::TRAIN_LOSS, 0).max, 0.5);
        assert!(series.at(Metric::TRAIN_LOSS, 2).mean.is_nan());
    }

    #[test]
    fn each_seed_is_judged_alone() {
        let series = vec![series([&[0.5, 0.25], &[0.1, f64::NAN]])];
        let findings = Findings { part: "p".to_owned(), seeds: vec![3, 4], series };
        let ends = findings.each_seed(|one| {
            assert_eq!(one.series[0].runs.len(), 1);
            (one.seeds[0], one.series[0].last(Metric::TRAIN_LOSS).mean < 1.0)
        });
        assert_eq!(ends, [(3, true), (4, false)]);
    }

    #[test]
    fn of_many_steps_the_mean_of_the_last_hundred_is_taken_run_by_run() {
        let (low, high) = ([9.0; 50].into_iter().chain([1.0; 100]), [3.0; 150]);
        let spread = series([&low.collect::<Vec<_>>(), &high]).last_hundred(Metric::TRAIN_LOSS);
        assert_eq!((spread.min, spread.max), (1.0, 3.0));
    }
}
