//! Spearman's rank correlation.

use search::Trial;

use crate::trial_measurements::real;

/// The rank correlation of a hyperparameter of the notebook's space with the accuracy, averaged
/// over seeds.
pub fn mean_correlation(all: &[Vec<Trial>], name: &str) -> f64 {
    all.iter().map(|trials| correlation(trials, name)).sum::<f64>() / all.len() as f64
}

/// The same of one seed.
pub fn correlation(trials: &[Trial], name: &str) -> f64 {
    rank_correlation(trials, |trial| real(trial, name))
}

/// Spearman's rank correlation of a hyperparameter with the value of the trials, from −1 to 1. Ties
/// share their mean rank; diverged trials rank last.
fn rank_correlation(trials: &[Trial], hyperparameter: impl Fn(&Trial) -> f64) -> f64 {
    let worth = |trial: &Trial| {
        if trial.value().is_nan() { f64::NEG_INFINITY } else { trial.value() }
    };
    let ranks = |values: Vec<f64>| -> Vec<f64> {
        let below = |v: f64| values.iter().filter(|other| **other < v).count() as f64;
        let equal = |v: f64| values.iter().filter(|other| **other == v).count() as f64;
        values.iter().map(|&v| below(v) + (equal(v) - 1.0) / 2.0).collect()
    };
    let a = ranks(trials.iter().map(worth).collect());
    let b = ranks(trials.iter().map(hyperparameter).collect());
    let mean = (trials.len() as f64 - 1.0) / 2.0;
    let product = |x: &[f64], y: &[f64]| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum()
    };
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}
