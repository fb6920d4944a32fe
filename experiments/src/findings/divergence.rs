//! Networks that diverged.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::series::grouped;
use super::{Findings, Metric, Row};

/// A network that diverged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Divergence {
    part: String,
    series: String,
    seed: u64,
    /// The first iteration whose loss is NaN or infinite; of other values, their first such step.
    iteration: usize,
}

impl Divergence {
    /// Every network that diverged, once each, in the order of the rows.
    pub fn all(rows: &[Row]) -> Vec<Self> {
        let told = rows.iter().filter(|row| row.metric == Metric::DIVERGED.name());
        let seen = rows.iter().filter(|row| !row.value.is_finite());
        let mut known = HashSet::new();
        told.chain(seen)
            .filter(|row| known.insert((&row.part, &row.series, row.seed)))
            .map(|Row { part, series, seed, step, .. }| Self {
                part: part.clone(),
                series: series.clone(),
                seed: *seed,
                iteration: *step,
            })
            .collect()
    }

    /// One line per series: in how many of its runs it diverged, and the first iteration at which
    /// one did.
    pub fn lines(all: &[Self], findings: &[Findings]) -> Vec<String> {
        let series = findings.iter().flat_map(|Findings { part, series, .. }| {
            series.iter().map(move |series| ((part.as_str(), series.name.as_str()), series))
        });
        let series: HashMap<_, _> = series.collect();
        let line = |(key, group): ((&str, &str), Vec<&Self>)| {
            let (label, runs) = series
                .get(&key)
                .map_or((key.1, group.len()), |series| (series.label.as_str(), series.runs.len()));
            let first = group.iter().map(|d| d.iteration).min().unwrap_or(0);
            format!(
                "diverged: {label}: {} of {runs} runs, the first at iteration {first}",
                group.len()
            )
        };
        let keyed = all.iter().map(|d| ((d.part.as_str(), d.series.as_str()), d));
        grouped(keyed).into_iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Findings, Measurements, Series};

    #[test]
    fn a_diverged_network_is_named_once_with_its_iteration() {
        let mut told: Measurements = [(0, Metric::TRAIN_LOSS, f64::INFINITY)].into_iter().collect();
        told.diverged(3);
        told.diverged(4);
        told.push(5, Metric::TRAIN_LOSS, f64::NAN);
        let only_seen = [(1, Metric::TEST_ACCURACY, f64::NAN)].into_iter().collect();
        let series = [Series::new("a", vec![only_seen, Measurements::default()])];
        let a = Findings { part: "p".to_owned(), seeds: vec![2, 3], series: series.into() };
        let mut b = Findings::of_series("p", &[7, 8], Series::new("b", vec![told.clone(), told]));
        b.series[0].label = "W 1, plain".to_owned();
        let rows = [Row::of(&a), Row::of(&b)].concat();
        assert_eq!(
            Divergence::lines(&Divergence::all(&rows), &[a, b]),
            [
                "diverged: W 1, plain: 2 of 2 runs, the first at iteration 3",
                "diverged: a: 1 of 2 runs, the first at iteration 1"
            ]
        );
    }
}
