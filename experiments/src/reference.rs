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
    pub(crate) part: &'static str,
    pub(crate) series: String,
    pub(crate) metric: &'static str,
    pub(crate) step: usize,
    pub(crate) notebook: f64,
    pub(crate) ours: Band,
    /// Whether the notebook's run lies within the range of our seeds; unknown for fewer than three.
    pub(crate) inside: Option<bool>,
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

/// A line for each series that the notebook printed, and one for all of them.
pub(crate) fn by_series(comparisons: &[Comparison]) -> Vec<String> {
    let groups =
        comparisons.chunk_by(|a, b| (a.part, &a.series, a.metric) == (b.part, &b.series, b.metric));
    let mut lines: Vec<String> = groups
        .map(|group| {
            let Comparison { part, series, metric, .. } = &group[0];
            line(&format!("{part}, {series}, {metric}"), group)
        })
        .collect();
    if let Some(first) = comparisons.first() {
        lines.push(line("all printed numbers", comparisons));
        if first.inside.is_none() {
            lines.push(
                "give --runs 5 to see which of them lie within the spread of seeds".to_owned(),
            );
        }
    }
    lines
}

fn line(what: &str, comparisons: &[Comparison]) -> String {
    let count = comparisons.len();
    let apart = comparisons.iter().map(|c| (c.ours.mean - c.notebook).abs()).sum::<f64>();
    let apart = format!("mean difference {:.4}", apart / count as f64);
    if comparisons.iter().all(|c| c.inside.is_none()) {
        return format!("notebook, {what}: {count} numbers, {apart}");
    }
    let inside = comparisons.iter().filter(|c| c.inside == Some(true)).count();
    // Of n + 1 draws from one distribution, the last is neither the least nor the largest with this chance.
    let chance = |c: &Comparison| (c.ours.runs as f64 - 1.0) / (c.ours.runs as f64 + 1.0);
    let expected = comparisons.iter().map(chance).sum::<f64>();
    format!(
        "notebook, {what}: {inside} of {count} within the range of our seeds (one more run of ours: about \
         {expected:.0}), {apart}"
    )
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
                &[(0, "accuracy", seed as f64), (1, "accuracy", 1.0)].into_iter().collect(),
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
        let line =
            "p, a, accuracy: 1 of 2 within the range of our seeds (one more run of ours: about 1)";
        assert!(by_series(&comparisons)[0].contains(line));
    }

    #[test]
    fn one_run_is_no_band() {
        let comparisons = compare(&[printed(0, 0.0)], &metrics(1));
        assert_eq!(comparisons[0].inside, None);
        assert!(by_series(&comparisons).last().unwrap().contains("--runs 5"));
        assert!(by_series(&[]).is_empty());
    }
}
