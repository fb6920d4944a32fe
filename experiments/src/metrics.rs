//! Every number that a run measures, in long form.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use anyhow::Context;
use serde::Serialize;

use crate::Log;
use crate::bands::Band;

/// One measured number.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The part of the section.
    pub part: String,
    /// What was measured: an optimizer, a scale, a trial.
    pub series: String,
    /// The seed of the run.
    pub seed: u64,
    /// Iteration, epoch or layer, counted from 0.
    pub step: usize,
    /// Which quantity.
    pub metric: &'static str,
    /// Its value; NaN if the network had diverged.
    pub value: f64,
}

/// The metric by which a log says that its network has diverged: at the step that is the first
/// iteration, counted from 0, whose loss is no finite number.
pub const DIVERGED: &str = "diverged";

/// A network whose numbers stopped being finite.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Divergence {
    part: String,
    series: String,
    seed: u64,
    /// The first iteration without a finite loss, or the first step of a value that is not finite.
    iteration: usize,
}

impl Divergence {
    /// A line for every series with diverged networks: which seeds, at which iterations.
    pub(crate) fn lines(all: &[Self]) -> Vec<String> {
        let line = |((part, series), group): ((&str, &str), Vec<&Self>)| {
            let seeds =
                group.iter().map(|d| format!("seed {} at iteration {}", d.seed, d.iteration));
            let seeds: Vec<String> = seeds.collect();
            format!("diverged: {part} {series}: {}", seeds.join(", "))
        };
        let keyed = all.iter().map(|d| ((d.part.as_str(), d.series.as_str()), d));
        grouped(keyed).into_iter().map(line).collect()
    }
}

/// All rows of a run in the order in which they were recorded, which no thread decides.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    rows: Vec<Row>,
}

impl Metrics {
    /// Adds what one network measured.
    pub fn record(&mut self, part: &str, series: &str, seed: u64, log: &Log) {
        self.rows.extend(log.measured.iter().map(|&(step, metric, value)| Row {
            part: part.to_owned(),
            series: series.to_owned(),
            seed,
            step,
            metric,
            value,
        }));
    }

    /// All rows.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The values of one metric at each step over all seeds: (step, values in order of seeds).
    pub fn series(&self, part: &str, series: &str, metric: &str) -> Vec<(usize, Vec<f64>)> {
        let wanted = |row: &&Row| row.part == part && row.series == series && row.metric == metric;
        grouped(self.rows.iter().filter(wanted).map(|row| (row.step, row.value)))
    }

    /// The band over seeds of one metric at each step.
    pub fn bands(&self, part: &str, series: &str, metric: &str) -> Vec<(usize, Band)> {
        let steps = self.series(part, series, metric);
        steps.into_iter().map(|(step, values)| (step, Band::of(&values))).collect()
    }

    /// Every network that diverged, in the order of the rows: each once.
    pub(crate) fn diverged(&self) -> Vec<Divergence> {
        let told = self.rows.iter().filter(|row| row.metric == DIVERGED);
        let seen = self.rows.iter().filter(|row| !row.value.is_finite());
        let mut known = HashSet::new();
        told.chain(seen)
            .filter(|row| known.insert((&row.part, &row.series, row.seed)))
            .map(|row| Divergence {
                part: row.part.clone(),
                series: row.series.clone(),
                seed: row.seed,
                iteration: row.step,
            })
            .collect()
    }

    /// The bytes of `metrics.csv`: `part,series,seed,step,metric,value`, values in the shortest form
    /// that reads back exactly, `NaN` for a diverged one.
    pub(crate) fn to_csv(&self) -> anyhow::Result<Vec<u8>> {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(["part", "series", "seed", "step", "metric", "value"])?;
        for row in &self.rows {
            let (seed, step) = (row.seed.to_string(), row.step.to_string());
            let value = row.value.to_string();
            csv.write_record([&row.part, &row.series, &seed, &step, row.metric, &value])?;
        }
        csv.into_inner().context("metrics.csv")
    }

    /// For every part, series and metric: the last value and the best one, over seeds.
    pub(crate) fn summary(&self) -> serde_json::Value {
        let mut parts = serde_json::json!({});
        let measured = self.rows.iter().filter(|row| row.metric != DIVERGED);
        let keyed = measured.map(|row| ((&row.part, &row.series, row.metric), row));
        for ((part, series, metric), rows) in grouped(keyed) {
            let runs = grouped(rows.into_iter().map(|row| (row.seed, row.value)));
            let last: Vec<f64> =
                runs.iter().filter_map(|(_, values)| values.last().copied()).collect();
            let best: Vec<f64> = runs.iter().map(|(_, values)| best_of(metric, values)).collect();
            parts[part][series][metric] =
                serde_json::json!({ "final": Band::of(&last), "best": Band::of(&best) });
        }
        parts
    }
}

/// The values of each key, in the order in which the keys are first met.
fn grouped<K: Copy + Eq + Hash, V>(all: impl Iterator<Item = (K, V)>) -> Vec<(K, Vec<V>)> {
    let mut groups: Vec<(K, Vec<V>)> = Vec::new();
    let mut places = HashMap::new();
    for (key, value) in all {
        let place = *places.entry(key).or_insert_with(|| {
            groups.push((key, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(value);
    }
    groups
}

/// A loss is best where it is least, everything else where it is largest; NaN never is.
pub(crate) fn best_of(metric: &str, values: &[f64]) -> f64 {
    let pick = if metric.ends_with("loss") { f64::min } else { f64::max };
    values.iter().copied().reduce(pick).unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log<const N: usize>(measured: [(usize, &'static str, f64); N]) -> Log {
        measured.into_iter().collect()
    }

    fn metrics() -> Metrics {
        let mut metrics = Metrics::default();
        metrics.record("p", "a", 1, &log([(0, "accuracy", 0.5), (1, "accuracy", 0.25)]));
        metrics.record("p", "a", 2, &log([(0, "accuracy", 0.1), (1, "accuracy", f64::NAN)]));
        metrics
    }

    #[test]
    fn csv_is_long_form_with_full_precision() {
        let mut metrics = metrics();
        metrics.record("p", "b", 1, &log([(0, "train_loss", 1.0 / 3.0)]));
        let text = String::from_utf8(metrics.to_csv().unwrap()).unwrap();
        assert_eq!(
            text,
            "part,series,seed,step,metric,value\np,a,1,0,accuracy,0.5\np,a,1,1,accuracy,0.25\n\
             p,a,2,0,accuracy,0.1\np,a,2,1,accuracy,NaN\np,b,1,0,train_loss,0.3333333333333333\n"
        );
    }

    #[test]
    fn a_diverged_network_is_named_once_with_its_iteration() {
        let mut metrics = metrics();
        let told = log([(0, "loss", f64::INFINITY), (3, DIVERGED, 1.0), (5, "loss", f64::NAN)]);
        // Seed by seed, as sections record.
        metrics.record("p", "b", 7, &told);
        metrics.record("p", "c", 7, &log([(2, DIVERGED, 1.0)]));
        metrics.record("p", "b", 8, &told);
        let found = metrics.diverged();
        let lines = Divergence::lines(&found);
        assert_eq!(
            lines,
            [
                "diverged: p b: seed 7 at iteration 3, seed 8 at iteration 3",
                "diverged: p c: seed 7 at iteration 2",
                "diverged: p a: seed 2 at iteration 1"
            ]
        );
        assert!(metrics.summary()["p"]["b"][DIVERGED].is_null(), "it is no measurement");
    }

    #[test]
    fn series_gather_the_seeds_of_each_step() {
        let series = metrics().series("p", "a", "accuracy");
        assert_eq!(series[0], (0, vec![0.5, 0.1]));
        assert_eq!(series.len(), 2);
    }

    #[test]
    fn the_summary_is_valid_json_even_for_diverged_runs() {
        let summary = metrics().summary();
        let accuracy = &summary["p"]["a"]["accuracy"];
        assert_eq!(accuracy["best"]["mean"], 0.3);
        assert!(accuracy["final"]["mean"].is_null());
        assert_eq!(accuracy["final"]["runs"], 2);
    }
}
