//! The spread of a number over independent runs.

use serde::Serialize;

/// Mean and spread over runs.
///
/// If one value is NaN, all fields are: a diverged run is not averaged away.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// How many runs.
    pub runs: usize,
    /// The mean.
    pub mean: f64,
    /// The sample standard deviation (n − 1), 0 for one run.
    pub std: f64,
    /// The smallest value.
    pub min: f64,
    /// The largest value.
    pub max: f64,
}

impl Spread {
    /// The spread of these values.
    ///
    /// ```
    /// use experiments::findings::Spread;
    ///
    /// let spread = Spread::of(&[1.0, 2.0, 3.0]);
    /// assert_eq!((spread.mean, spread.std, spread.min, spread.max), (2.0, 1.0, 1.0, 3.0));
    /// ```
    pub fn of(values: &[f64]) -> Self {
        let runs = values.len();
        let mean = values.iter().sum::<f64>() / runs as f64;
        let squares: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        let std = if runs > 1 { (squares / (runs - 1) as f64).sqrt() } else { 0.0 };
        let end = |pick: fn(f64, f64) -> f64| {
            if mean.is_nan() { f64::NAN } else { values.iter().copied().fold(values[0], pick) }
        };
        Self {
            runs,
            mean,
            std: if mean.is_nan() { f64::NAN } else { std },
            min: end(f64::min),
            max: end(f64::max),
        }
    }

    /// `0.445` for one run, `0.445 ± 0.012` for several.
    ///
    /// ```
    /// assert_eq!(experiments::findings::Spread::of(&[0.5]).text(3), "0.500");
    /// assert_eq!(experiments::findings::Spread::of(&[0.5, 0.7]).text(2), "0.60 ± 0.14");
    /// ```
    pub fn text(&self, digits: usize) -> String {
        let Self { runs, mean, std, .. } = self;
        if *runs > 1 {
            format!("{mean:.digits$} ± {std:.digits$}")
        } else {
            format!("{mean:.digits$}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diverged_run_is_not_averaged_away() {
        let spread = Spread::of(&[1.0, f64::NAN]);
        assert!(
            spread.mean.is_nan()
                && spread.std.is_nan()
                && spread.min.is_nan()
                && spread.max.is_nan()
        );
    }

    #[test]
    fn no_runs_are_nan() {
        assert!(Spread::of(&[]).mean.is_nan());
    }
}
