//! Kernel and noise for what was seen.

use super::ascent::climb;
use super::{Matern52, Regression};

/// Priors as normal distributions (mean, deviation) of ln ℓ (beside ½·ln d), ln s² and ln σ², for
/// points of the unit cube and values of mean 0 and variance 1.
const LENGTH: (f64, f64) = (std::f64::consts::SQRT_2, 1.732_050_807_568_877_2);
const VARIANCE: (f64, f64) = (0.0, 1.0);
const NOISE: (f64, f64) = (-4.0, 3.0);

/// Trials that kernel and noise are fitted to: time grows with the cube of their number, and more
/// hardly change them.
const FITTED: usize = 150;

/// The most probable process for `values` at `points`: likelihood times priors.
///
/// Kernel and noise are fitted to at most 150 of them, half of these the best and half the latest.
///
/// `groups[i]` says which length scale coordinate i has: the columns of one categorical
/// hyperparameter share theirs. The prior of the length scales grows with the number of dimensions,
/// so that a process in many of them is not taken for noise (Hvarfner, Hellsten & Nardi 2024); the
/// noise's is wide, since benchmark functions have none and accuracies much.
pub fn fit(points: &[Vec<f64>], values: &[f64], groups: &[usize]) -> Option<Regression> {
    let chosen = chosen(values);
    let some_points: Vec<Vec<f64>> = chosen.iter().map(|&i| points[i].clone()).collect();
    let some_values: Vec<f64> = chosen.iter().map(|&i| values[i]).collect();
    let scales = groups.iter().max().map_or(0, |last| last + 1);
    let length_mean = LENGTH.0 + 0.5 * (scales as f64).ln();
    let process = |theta: &[f64], points: &[Vec<f64>], values: &[f64]| {
        let kernel = Matern52 {
            lengths: groups.iter().map(|&group| theta[group].exp()).collect(),
            variance: theta[scales].exp(),
        };
        Regression::new(kernel, theta[scales + 1].exp(), points.to_vec(), values)
    };
    let prior = |k: usize| match k {
        k if k < scales => (length_mean, LENGTH.1),
        k if k == scales => VARIANCE,
        _ => NOISE,
    };
    let posterior = |theta: &[f64]| {
        let process = process(theta, &some_points, &some_values)?;
        let by_column = process.log_likelihood_gradient();
        let mut gradient = vec![0.0; scales + 2];
        for (column, &group) in groups.iter().enumerate() {
            gradient[group] += by_column[column];
        }
        gradient[scales] = by_column[groups.len()];
        gradient[scales + 1] = by_column[groups.len() + 1];
        let mut value = process.log_likelihood();
        for (k, slope) in gradient.iter_mut().enumerate() {
            let (mean, deviation) = prior(k);
            let z = (theta[k] - mean) / deviation;
            value -= 0.5 * z * z;
            *slope -= z / deviation;
        }
        Some((value, gradient))
    };
    let mut bounds = vec![(-4.0, 6.0); scales];
    bounds.extend([(-4.0, 4.0), (-14.0, 1.0)]);
    // Three readings of the same data: slow changes and little noise, fast ones, mostly noise.
    let starts = [(0.0, -8.0), (-1.5, -6.0), (0.5, -1.0)].map(|(length, noise)| {
        let mut start = vec![length; scales];
        start.extend([0.0, noise]);
        start
    });
    let found = starts.iter().filter_map(|start| climb(posterior, start, &bounds, 50));
    let best = found.reduce(|best, other| if other.0 > best.0 { other } else { best });
    process(&best?.1, points, values)
}

/// Which trials to fit to, in order.
fn chosen(values: &[f64]) -> Vec<usize> {
    let mut chosen: Vec<usize> = (0..values.len()).collect();
    if values.len() > FITTED {
        chosen.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        let mut rest = chosen.split_off(FITTED / 2);
        rest.sort_unstable();
        chosen.extend(&rest[rest.len() - (FITTED - FITTED / 2)..]);
        chosen.sort_unstable();
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_and_the_latest_trials_are_chosen() {
        let few: Vec<f64> = (0..FITTED).map(|k| k as f64).collect();
        assert_eq!(chosen(&few), (0..FITTED).collect::<Vec<_>>());
        let many: Vec<f64> = (0..300).map(|k| -f64::from(k)).collect();
        let expected: Vec<usize> = (0..75).chain(225..300).collect();
        assert_eq!(chosen(&many), expected);
    }
}
