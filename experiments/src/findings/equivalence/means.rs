//! Two samples by their means: how far apart, with what certainty.

use init::{Purpose, Seed};
use rand::RngExt;
use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

use super::super::Spread;

/// Resamples of a bootstrap.
const RESAMPLES: usize = 9_999;

/// The p-value of two one-sided Welch tests: small if the means of the two populations differ by
/// less than `margin`.
///
/// With d = mean(a) − mean(b), its standard error s = √(var(a)/n + var(b)/m) and Welch's degrees of
/// freedom, it is the larger of P(T > (margin + d)/s) and P(T > (margin − d)/s). Schuirmann, *A
/// comparison of the two one-sided tests procedure*, J. Pharmacokinet. Biopharm. 15 (1987).
pub(super) fn two_one_sided(a: &[f64], b: &[f64], margin: f64) -> f64 {
    let [a, b] = [a, b].map(Spread::of);
    let difference = a.mean - b.mean;
    let [va, vb] = [a, b].map(|s| s.std * s.std / s.runs as f64);
    let error = (va + vb).sqrt();
    if error == 0.0 {
        // Both always gave the same number, so the difference is known.
        return if difference.abs() < margin { 0.0 } else { 1.0 };
    }
    let part = |v: f64, s: Spread| v * v / (s.runs - 1) as f64;
    let freedom = (va + vb).powi(2) / (part(va, a) + part(vb, b));
    let Ok(t) = StudentsT::new(0.0, 1.0, freedom) else { return 1.0 };
    [margin + difference, margin - difference]
        .map(|room| t.sf(room / error))
        .into_iter()
        .fold(0.0, f64::max)
}

/// The mean of the middle half of a sample, which few outliers do not move, with the 95 % interval
/// that resamples give it.
///
/// rliable's interquartile mean: of n sorted values the lowest and the highest ⌊n/4⌋ are left out.
/// Agarwal et al., *Deep reinforcement learning at the edge of the statistical precipice*, NeurIPS
/// 2021.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct InterquartileMean {
    /// The mean of the middle half.
    pub mean: f64,
    /// The 2.5th and the 97.5th percentile over resamples of the runs.
    pub interval: [f64; 2],
}

impl InterquartileMean {
    pub(super) fn of(values: &[f64]) -> Self {
        let mut rng = Seed::new(0).stream(Purpose::Shuffle, 2);
        let resample = |_| middle_mean(&resampled(values, &mut rng).collect::<Vec<_>>());
        Self { mean: middle_mean(values), interval: percentiles((0..RESAMPLES).map(resample)) }
    }
}

fn middle_mean(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let cut = sorted.len() / 4;
    let middle = &sorted[cut..sorted.len() - cut];
    middle.iter().sum::<f64>() / middle.len() as f64
}

/// As many values, each drawn anew.
fn resampled(of: &[f64], rng: &mut impl RngExt) -> impl Iterator<Item = f64> {
    (0..of.len()).map(|_| of[rng.random_range(0..of.len())])
}

/// The 2.5th and the 97.5th percentile.
fn percentiles(values: impl Iterator<Item = f64>) -> [f64; 2] {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    [0.025, 0.975].map(|share| values[((values.len() - 1) as f64 * share).round() as usize])
}

/// The 95 % interval of mean(a) − mean(b): the 2.5th and 97.5th percentiles over resamples of both.
/// Efron, *Bootstrap methods: another look at the jackknife*, Ann. Statist. 7 (1979).
pub(super) fn bootstrap_interval(a: &[f64], b: &[f64]) -> [f64; 2] {
    let mut rng = Seed::new(0).stream(Purpose::Shuffle, 0);
    let mut mean = |of: &[f64]| resampled(of, &mut rng).sum::<f64>() / of.len() as f64;
    percentiles((0..RESAMPLES).map(|_| mean(a) - mean(b)))
}

/// Cohen's d: the difference of the means in standard deviations, those of both samples pooled; 0
/// if nothing differs.
pub(super) fn effect_size(a: &[f64], b: &[f64]) -> f64 {
    let [a, b] = [a, b].map(Spread::of);
    let squares = |s: Spread| (s.runs - 1) as f64 * s.std * s.std;
    let pooled = ((squares(a) + squares(b)) / (a.runs + b.runs - 2) as f64).sqrt();
    let difference = a.mean - b.mean;
    if difference == 0.0 { 0.0 } else { difference / pooled }
}

/// The probability that a run of `a` is above a run of `b`, ties counted half: rliable's
/// *probability of improvement*, 0.5 for two samples of one distribution.
pub(super) fn probability_above(a: &[f64], b: &[f64]) -> f64 {
    let above = |x: f64, y: f64| {
        if x > y {
            1.0
        } else if x == y {
            0.5
        } else {
            0.0
        }
    };
    let pairs = a.iter().flat_map(|&x| b.iter().map(move |&y| above(x, y)));
    pairs.sum::<f64>() / (a.len() * b.len()) as f64
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    // Golden values: docs/reference/equivalence.py.
    const A: [f64; 8] = [0.71, 0.74, 0.69, 0.75, 0.73, 0.70, 0.77, 0.72];
    const B: [f64; 10] = [0.73, 0.70, 0.76, 0.74, 0.71, 0.72, 0.75, 0.69, 0.74, 0.73];

    const IQM: [(&[f64], f64, f64, f64); 2] =
        [(&A, 0.725, 0.7050, 0.7475), (&B, 0.728_333_333_333_333_4, 0.711667, 0.741667)];

    #[test]
    fn one_sided_tests_are_those_of_scipy() {
        let golden = [
            (0.01, 0.22231645058013125),
            (0.02, 0.062125941408843137),
            (0.05, 0.00047951703059765635),
        ];
        for (margin, p) in golden {
            assert_relative_eq!(two_one_sided(&A, &B, margin), p, max_relative = 1e-9);
            assert_eq!(two_one_sided(&A, &B, margin), two_one_sided(&B, &A, margin));
        }
        assert!(two_one_sided(&[0.1; 3], &[0.1; 3], 0.02) < 1e-9);
        assert_eq!(two_one_sided(&[0.5; 3], &[0.25; 3], 0.02), 1.0);
    }

    #[test]
    fn the_interval_is_that_of_scipys_bootstrap() {
        let [low, high] = bootstrap_interval(&A, &B);
        assert_relative_eq!(low, -0.0220, epsilon = 1e-3);
        assert_relative_eq!(high, 0.02125, epsilon = 1e-3);
    }

    /// For one sample, rliable's stratified bootstrap is the plain one.
    #[test]
    fn interquartile_means_are_those_of_scipy_and_rliable() {
        for (values, mean, low, high) in IQM {
            let found = InterquartileMean::of(values);
            assert_relative_eq!(found.mean, mean, max_relative = 1e-12);
            assert_relative_eq!(found.interval[0], low, epsilon = 2e-3);
            assert_relative_eq!(found.interval[1], high, epsilon = 2e-3);
        }
        // A quarter of the runs far away moves nothing.
        assert_eq!(InterquartileMean::of(&[1.0, 1.0, 1.0, 1e9]).mean, 1.0);
    }

    #[test]
    fn effects_are_those_of_their_definitions() {
        assert_relative_eq!(effect_size(&A, &B), -0.030946752921119286, max_relative = 1e-9);
        assert_relative_eq!(probability_above(&A, &B), 0.48125, max_relative = 1e-12);
        assert_eq!(effect_size(&[1.0; 3], &[1.0; 3]), 0.0);
        assert_eq!(probability_above(&[1.0; 3], &[1.0; 3]), 0.5);
    }
}
