//! The curves of one series over seeds, ours or the original's.

use super::super::{Metric, Series};

/// What a series measured: a curve a seed, all of the same length.
#[derive(Clone, Debug, PartialEq)]
pub struct Curves {
    /// The series, and the metric if there are several.
    pub name: String,
    /// The series' name in files, and that for readers.
    series: (String, String),
    /// One curve per seed.
    pub runs: Vec<Vec<f64>>,
}

impl Curves {
    /// Curves that are of no single series.
    pub fn new(name: impl Into<String>, runs: Vec<Vec<f64>>) -> Self {
        let name = name.into();
        Self { series: (name.clone(), name.clone()), name, runs }
    }

    /// A name that begins with that of the series, for readers.
    pub(super) fn readable(&self, name: &str) -> Option<String> {
        let (series, label) = &self.series;
        let rest = name.strip_prefix(series.as_str())?;
        // Not the first letters of another name.
        (rest.is_empty() || rest.starts_with([',', ':'])).then(|| format!("{label}{rest}"))
    }

    /// The curves of one of our series.
    ///
    /// # Panics
    /// If the runs have not measured the metric at the same steps.
    pub fn of(name: &str, series: &Series, metric: Metric) -> Self {
        let values = series.values(metric);
        let run = |run: usize| values.iter().map(|(_, values)| values[run]).collect();
        let runs = (0..series.runs.len()).map(run).collect();
        let series = (series.name.clone(), series.label.clone());
        Self { name: name.to_owned(), series, runs }
    }

    /// The curves of a file in `data/reference/numpy`: a line for each series and seed with series,
    /// seed, metric, and the values of its steps. `wanted` are a series and its metric each.
    ///
    /// # Panics
    /// If a series is not there, or a cell is no number; the files are part of the program.
    pub fn read(csv: &str, wanted: &[(String, &str)]) -> Vec<Self> {
        let rows: Vec<Vec<&str>> =
            csv.lines().skip(1).map(|line| line.split(',').collect()).collect();
        let of = |(series, metric): &(String, &str)| {
            let lines = rows.iter().filter(|row| row[0] == series && row[2] == *metric);
            let number = |cell: &&str| cell.parse().expect("data/reference holds numbers");
            let runs: Vec<Vec<f64>> =
                lines.map(|row| row[3..].iter().map(number).collect()).collect();
            assert!(!runs.is_empty(), "data/reference/numpy has no {metric} of {series}");
            Self::new(series, runs)
        };
        wanted.iter().map(of).collect()
    }

    /// The curves of means over blocks of `length` steps: single mini-batches are noise.
    pub fn in_blocks(self, length: usize) -> Self {
        self.map(|curve| {
            let blocks = curve.chunks_exact(length);
            blocks.map(|block| block.iter().sum::<f64>() / length as f64).collect()
        })
    }

    /// The curves of every `n`-th step, from the first.
    pub fn every(self, n: usize) -> Self {
        self.map(|curve| curve.iter().step_by(n).copied().collect())
    }

    /// Changes the curve of each run.
    pub fn map(self, change: impl Fn(Vec<f64>) -> Vec<f64>) -> Self {
        Self { runs: self.runs.into_iter().map(change).collect(), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Measurements;

    #[test]
    fn ours_and_the_originals_have_one_form() {
        let run = |losses: [f64; 4]| -> Measurements {
            losses.iter().enumerate().map(|(k, x)| (k, Metric::TRAIN_LOSS, *x)).collect()
        };
        let runs = vec![run([1.0, 3.0, 5.0, 5.0]), run([0.0, 0.0, 1.0, 2.0])];
        let series = Series::new("adam", runs);
        let ours = Curves::of("adam", &series, Metric::TRAIN_LOSS).in_blocks(2);
        let csv = "series,seed,metric,0,1\nadam,0,loss,2,5\nsgd,0,loss,9,9\nadam,1,loss,0,1.5\n";
        assert_eq!(Curves::read(csv, &[("adam".to_owned(), "loss")]), [ours]);
        let ours = Curves::of("adam", &series, Metric::TRAIN_LOSS).every(3);
        assert_eq!(ours.runs, [[1.0, 5.0], [0.0, 2.0]]);
        let series = series.labelled("Adam");
        let labelled = Curves::of("adam, train_loss", &series, Metric::TRAIN_LOSS);
        assert_eq!(labelled.readable("adam, train_loss"), Some("Adam, train_loss".to_owned()));
        assert_eq!(labelled.readable("adam: final loss"), Some("Adam: final loss".to_owned()));
        assert_eq!(labelled.readable("adamax: final loss"), None);
    }
}
