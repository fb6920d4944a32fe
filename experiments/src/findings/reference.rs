//! The comparison of a run with the numbers that the notebook printed.

use serde::Serialize;

use super::{Metric, Series, Spread};

/// The rows of a file in `data/reference`, without its header.
///
/// # Panics
/// If a cell is no number; the files are part of the program.
pub fn csv_rows(text: &str) -> Vec<Vec<f64>> {
    let number = |cell: &str| cell.parse().expect("data/reference holds numbers");
    text.lines().skip(1).map(|line| line.split(',').map(number).collect()).collect()
}

/// A number that the notebook printed beside ours.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The part of the section.
    pub part: String,
    /// The series.
    pub series: String,
    /// The name of the metric.
    pub metric: &'static str,
    /// Iteration or epoch.
    pub step: usize,
    /// The number that the notebook printed.
    pub notebook: f64,
    /// Our measurements over the seeds.
    pub ours: Spread,
    /// Whether the notebook's number lies within the range of our seeds; unknown for fewer than
    /// three.
    pub inside: Option<bool>,
}

/// Compares the numbers that the notebook printed of a series, (step, number), with ours at these
/// steps.
pub fn compare(
    part: &str,
    series: &Series,
    metric: Metric,
    printed: impl IntoIterator<Item = (usize, f64)>,
) -> Vec<Comparison> {
    let spreads = series.spreads(metric);
    let beside = |(step, notebook): (usize, f64)| {
        let (_, ours) = spreads.iter().find(|(measured, _)| *measured == step)?;
        let range = ours.min..=ours.max;
        Some(Comparison {
            part: part.to_owned(),
            series: series.name.clone(),
            metric: metric.name(),
            step,
            notebook,
            ours: *ours,
            inside: (ours.runs >= 3).then(|| range.contains(&notebook)),
        })
    };
    printed.into_iter().filter_map(beside).collect()
}

/// A line for each series that the notebook printed, and one for all of them.
pub fn by_series(comparisons: &[Comparison]) -> Vec<String> {
    let same = |a: &Comparison, b: &Comparison| {
        (&a.part, &a.series, a.metric) == (&b.part, &b.series, b.metric)
    };
    let groups = comparisons.chunk_by(same);
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
    // The probability that of n + 1 draws from one distribution the last lies between the others.
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

    fn compared(runs: u64, printed: &[(usize, f64)]) -> Vec<Comparison> {
        let run = |seed| {
            let numbers = [(0, seed as f64), (1, 1.0)];
            numbers.into_iter().map(|(step, x)| (step, Metric::TEST_ACCURACY, x)).collect()
        };
        let series = Series { name: "a".to_owned(), runs: (0..runs).map(run).collect() };
        compare("p", &series, Metric::TEST_ACCURACY, printed.iter().copied())
    }

    #[test]
    fn a_number_is_inside_if_our_seeds_reach_around_it() {
        let comparisons = compared(3, &[(0, 1.5), (1, 1.5), (9, 0.0)]);
        let inside: Vec<_> = comparisons.iter().map(|c| c.inside).collect();
        assert_eq!(inside, [Some(true), Some(false)]); // step 9 was not reached
        let line = "p, a, test_accuracy: 1 of 2 within the range of our seeds (one more run of ours: \
                    about 1)";
        assert!(by_series(&comparisons)[0].contains(line));
    }

    #[test]
    fn one_run_is_no_range() {
        let comparisons = compared(1, &[(0, 0.0)]);
        assert_eq!(comparisons[0].inside, None);
        assert!(by_series(&comparisons).last().unwrap().contains("--runs 5"));
        assert!(by_series(&[]).is_empty());
    }
}
