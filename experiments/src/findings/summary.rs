//! The results of each series for `summary.json`.

use serde_json::{Value, json};

use super::series::grouped;
use super::{Findings, Metric, Spread};

/// For every part, series and metric: the final and the best value over the seeds.
pub fn summary(all: &[Findings]) -> Value {
    let numbers = all.iter().flat_map(|findings| {
        findings.runs().flat_map(move |(series, seed, run)| {
            let key = move |metric| (&findings.part, &series.name, metric);
            run.numbers().iter().map(move |(_, metric, value)| (key(*metric), (seed, *value)))
        })
    });
    let mut parts = json!({});
    for ((part, series, metric), values) in
        grouped(numbers.filter(|((_, _, metric), _)| *metric != Metric::DIVERGED))
    {
        let runs = grouped(values.into_iter());
        let last: Vec<f64> = runs.iter().filter_map(|(_, run)| run.last().copied()).collect();
        let best: Vec<f64> = runs.into_iter().map(|(_, run)| metric.best(run)).collect();
        parts[part][series][metric.name()] =
            json!({ "final": Spread::of(&last), "best": Spread::of(&best) });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Measurements, Series};

    #[test]
    fn the_summary_is_valid_json_even_for_diverged_runs() {
        let run = |values: [f64; 2]| -> Measurements {
            values.iter().enumerate().map(|(k, x)| (k, Metric::TEST_ACCURACY, *x)).collect()
        };
        let mut diverged = run([0.1, f64::NAN]);
        diverged.diverged(3);
        let runs = vec![run([0.5, 0.25]), diverged];
        let summary = summary(&[Findings::of_series("p", &[1, 2], Series::new("a", runs))]);
        let accuracy = &summary["p"]["a"]["test_accuracy"];
        assert_eq!(accuracy["best"]["mean"], 0.3);
        assert!(accuracy["final"]["mean"].is_null());
        assert_eq!(accuracy["final"]["runs"], 2);
        assert!(summary["p"]["a"]["diverged"].is_null(), "a mark is no measurement");
    }
}
