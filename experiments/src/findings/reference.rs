//! The comparison of a run with the numbers that the notebook printed.

use serde::Serialize;
use serde_json::{Value, json};

use super::equivalence::{Farthest, farthest};
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
    /// Its name for readers.
    #[serde(skip)]
    pub label: String,
    /// What was measured.
    pub metric: Metric,
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

/// What the notebook printed of a series, beside ours.
#[derive(Clone, Debug)]
pub struct Printed {
    /// Number by number.
    pub numbers: Vec<Comparison>,
    /// How far the whole curve lies from ours; unknown for fewer than three seeds.
    pub farthest: Option<Farthest>,
}

impl Printed {
    /// The place of the whole curve for `summary.json`, if it is known.
    pub(crate) fn curve(&self) -> Option<Value> {
        let (first, farthest) = (self.numbers.first()?, self.farthest?);
        let Comparison { part, series, metric, .. } = first;
        Some(json!({
            "part": part,
            "series": series,
            "metric": metric,
            "rank": farthest.rank,
            "of": farthest.of,
        }))
    }
}

/// Compares the numbers that the notebook printed of a series, (step, number), with ours at these
/// steps.
pub fn compare(
    part: &str,
    series: &Series,
    metric: Metric,
    printed: impl IntoIterator<Item = (usize, f64)>,
) -> Printed {
    let values = series.values(metric);
    let both: Vec<(usize, f64, &Vec<f64>)> = printed
        .into_iter()
        .filter_map(|(step, notebook)| {
            let (_, ours) = values.iter().find(|(measured, _)| *measured == step)?;
            Some((step, notebook, ours))
        })
        .collect();
    let beside = |&(step, notebook, ours): &(usize, f64, &Vec<f64>)| {
        let ours = Spread::of(ours);
        let range = ours.min..=ours.max;
        Comparison {
            part: part.to_owned(),
            series: series.name.clone(),
            label: series.label.clone(),
            metric,
            step,
            notebook,
            ours,
            inside: (ours.runs >= 3).then(|| range.contains(&notebook)),
        }
    };
    let runs = both.first().map_or(0, |(.., ours)| ours.len());
    let curves = (0..runs).map(|run| both.iter().map(|(.., ours)| ours[run]).collect());
    let curves: Vec<Vec<f64>> = curves.collect();
    let curve: Vec<f64> = both.iter().map(|(_, notebook, _)| *notebook).collect();
    Printed {
        numbers: both.iter().map(beside).collect(),
        farthest: (runs >= 3).then(|| farthest(&curve, &curves)),
    }
}

/// A line for each series that the notebook printed, and those about all of them.
pub fn by_series(printed: &[Printed]) -> (Vec<String>, Vec<String>) {
    let printed = printed.iter().filter(|printed| !printed.numbers.is_empty());
    let lines: Vec<String> = printed
        .clone()
        .map(|Printed { numbers, farthest }| {
            let Comparison { label, metric, .. } = &numbers[0];
            let line = line(&format!("{label}, {}", metric.title()), numbers);
            farthest.map_or(line.clone(), |Farthest { rank, of }| {
                let nearer = of - rank;
                format!("{line}, farther from the mean than {nearer} of our {} curves", of - 1)
            })
        })
        .collect();
    let places = printed.clone().filter_map(|printed| printed.farthest);
    let all: Vec<Comparison> = printed.flat_map(|printed| printed.numbers.clone()).collect();
    let mut totals = Vec::new();
    if let Some(first) = all.first() {
        totals.push(line("all printed numbers", &all));
        totals.extend(outermost(&places.collect::<Vec<_>>()));
        if first.inside.is_none() {
            totals.push(
                "give --runs 5 to see which of them lie within the spread of seeds".to_owned(),
            );
        }
    }
    (lines, totals)
}

/// How many curves of the notebook lie farther out than all of ours, and how many would by chance.
fn outermost(places: &[Farthest]) -> Option<String> {
    let count = places.iter().filter(|place| place.rank == 1).count();
    let chance = places.iter().map(|place| 1.0 / place.of as f64).sum::<f64>();
    (!places.is_empty()).then(|| {
        format!(
            "notebook, whole curves: {count} of {} are farther from the mean than all of ours (by chance: about \
             {chance:.1})",
            places.len()
        )
    })
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

    fn compared(runs: u64, printed: &[(usize, f64)]) -> Printed {
        let run = |seed| {
            let numbers = [(0, seed as f64), (1, 1.0)];
            numbers.into_iter().map(|(step, x)| (step, Metric::TEST_ACCURACY, x)).collect()
        };
        let series = Series::new("a", (0..runs).map(run).collect()).labelled("one of ours");
        compare("p", &series, Metric::TEST_ACCURACY, printed.iter().copied())
    }

    #[test]
    fn a_number_is_inside_if_our_seeds_reach_around_it() {
        let printed = compared(3, &[(0, 1.5), (1, 1.5), (9, 0.0)]);
        let inside: Vec<_> = printed.numbers.iter().map(|c| c.inside).collect();
        assert_eq!(inside, [Some(true), Some(false)]); // step 9 was not reached
        let line = "one of ours, test accuracy: 1 of 2 within the range of our seeds (one more run of ours: \
                    about 1)";
        let (lines, totals) = by_series(&[printed]);
        assert!(lines[0].contains(line));
        assert!(lines[0].ends_with(", farther from the mean than 3 of our 3 curves"));
        assert!(
            totals[1].ends_with(
                "1 of 1 are farther from the mean than all of ours (by chance: about 0.2)"
            )
        );
    }

    #[test]
    fn one_run_is_no_range() {
        let printed = compared(1, &[(0, 0.0)]);
        assert_eq!((printed.numbers[0].inside, printed.farthest), (None, None));
        assert!(by_series(&[printed]).1.last().unwrap().contains("--runs 5"));
        assert_eq!(by_series(&[]), (Vec::new(), Vec::new()));
    }
}
