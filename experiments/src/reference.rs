//! How a run compares with the numbers that the reference notebook printed.

use serde::Serialize;

use crate::Metrics;
use crate::bands::Band;

/// One number that the notebook printed, named as `metrics.csv` names it.
#[derive(Clone, Debug)]
pub struct Printed {
    /// The part of the section.
    pub part: &'static str,
    /// The series.
    pub series: String,
    /// The metric.
    pub metric: &'static str,
    /// Iteration or epoch.
    pub step: usize,
    /// What was printed.
    pub value: f64,
}

/// The rows of one of the files in `data/reference`: numbers, without the line of names.
///
/// # Panics
/// If there is anything else in it; the files are part of the program.
pub fn csv_rows(text: &str) -> Vec<Vec<f64>> {
    let number = |cell: &str| cell.parse().expect("data/reference holds numbers");
    text.lines().skip(1).map(|line| line.split(',').map(number).collect()).collect()
}

/// A printed number beside ours.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Comparison {
    part: &'static str,
    series: String,
    metric: &'static str,
    step: usize,
    notebook: f64,
    ours: Band,
    /// Whether the notebook's run lies within the range of our seeds; unknown for fewer than three.
    inside: Option<bool>,
}

/// Puts every printed number that this run has a counterpart for beside it.
pub(crate) fn compare(printed: &[Printed], metrics: &Metrics) -> Vec<Comparison> {
    let mut comparisons = Vec::new();
    // Printed numbers come series by series, so each series is gathered once.
    for group in
        printed.chunk_by(|a, b| (a.part, &a.series, a.metric) == (b.part, &b.series, b.metric))
    {
        let Printed { part, series, metric, .. } = &group[0];
        let bands = metrics.bands(part, series, metric);
        for number in group {
            let Some((_, ours)) = bands.iter().find(|(step, _)| *step == number.step) else {
                continue;
            };
            let range = ours.min..=ours.max;
            comparisons.push(Comparison {
                part,
                series: series.clone(),
                metric,
                step: number.step,
                notebook: number.value,
                ours: *ours,
                inside: (ours.runs >= 3).then(|| range.contains(&number.value)),
            });
        }
    }
    comparisons
}

/// One sentence for the end of the table; nothing if there is nothing to compare.
pub(crate) fn sentence(comparisons: &[Comparison]) -> Option<String> {
    let count = comparisons.len();
    let runs = comparisons.first()?.ours.runs;
    let apart = comparisons.iter().map(|c| (c.ours.mean - c.notebook).abs()).sum::<f64>();
    let apart = apart / count as f64;
    let inside = comparisons.iter().filter(|c| c.inside == Some(true)).count();
    Some(if comparisons.iter().any(|c| c.inside.is_some()) {
        format!(
            "notebook: {inside} of its {count} printed numbers lie within the range of our {runs} \
             seeds; the mean difference to our means is {apart:.4}"
        )
    } else {
        format!(
            "notebook: its {count} printed numbers differ by {apart:.4} in the mean; \
             --runs 5 shows how much of that is chance"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(step: usize, value: f64) -> Printed {
        Printed { part: "p", series: "a".to_owned(), metric: "accuracy", step, value }
    }

    fn metrics(runs: u64) -> Metrics {
        let mut metrics = Metrics::default();
        for seed in 0..runs {
            metrics.record(
                "p",
                "a",
                seed,
                vec![(0, "accuracy", seed as f64), (1, "accuracy", 1.0)],
            );
        }
        metrics
    }

    #[test]
    fn a_number_is_inside_if_our_seeds_reach_around_it() {
        let numbers = [printed(0, 1.5), printed(1, 1.5), printed(9, 0.0)];
        let comparisons = compare(&numbers, &metrics(3));
        let inside: Vec<_> = comparisons.iter().map(|c| c.inside).collect();
        assert_eq!(inside, [Some(true), Some(false)]); // step 9 was not reached
        assert!(sentence(&comparisons).unwrap().contains("1 of its 2"));
    }

    #[test]
    fn one_run_is_no_band() {
        let comparisons = compare(&[printed(0, 0.0)], &metrics(1));
        assert_eq!(comparisons[0].inside, None);
        assert!(sentence(&comparisons).unwrap().contains("--runs 5"));
        assert!(sentence(&[]).is_none());
    }
}
