//! Networks that diverged.

use std::collections::HashSet;

use serde::Serialize;

use super::series::grouped;
use super::{Metric, Row};

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

    /// One line per series: which seeds diverged, at which iterations.
    pub fn lines(all: &[Self]) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Findings, Measurements};

    #[test]
    fn a_diverged_network_is_named_once_with_its_iteration() {
        let mut told: Measurements = [(0, Metric::TRAIN_LOSS, f64::INFINITY)].into_iter().collect();
        told.diverged(3);
        told.diverged(4);
        told.push(5, Metric::TRAIN_LOSS, f64::NAN);
        let only_seen = [(1, Metric::TEST_ACCURACY, f64::NAN)].into_iter().collect();
        let of = |seed, name: &str, run| {
            Row::of(&Findings::of_seed("p", seed, [(name.to_owned(), run)]))
        };
        let rows = [of(2, "a", only_seen), of(7, "b", told.clone()), of(8, "b", told)].concat();
        assert_eq!(
            Divergence::lines(&Divergence::all(&rows)),
            [
                "diverged: p b: seed 7 at iteration 3, seed 8 at iteration 3",
                "diverged: p a: seed 2 at iteration 1"
            ]
        );
    }
}
