//! The fit of kernel and noise to observations.

use super::ascent::climb;
use super::{Matern52, Regression};

/// Normal priors (mean, deviation) of ln ℓ − ½·ln d, ln s² and ln σ², for points of the unit cube
/// and values of mean 0 and variance 1.
const LENGTH: (f64, f64) = (std::f64::consts::SQRT_2, 1.732_050_807_568_877_2);
const VARIANCE: (f64, f64) = (0.0, 1.0);
const NOISE: (f64, f64) = (-4.0, 3.0);

/// The largest number of trials that kernel and noise are fitted to: the time grows with its cube,
/// and more trials hardly change the result.
const FITTED: usize = 150;

/// The Gaussian process for `values` at `points` that maximises likelihood times priors.
///
/// Kernel and noise are fitted to at most 150 points, half of them the best and half the latest.
/// `groups[i]` is the index of coordinate i's length scale: the columns of a categorical
/// hyperparameter share one. The prior of the length scales grows with the number of dimensions, so
/// that a function of many dimensions is not taken for noise (Hvarfner, Hellsten & Nardi 2024). The
/// prior of the noise is wide: benchmark functions have none, accuracies have much.
pub fn fit(points: &[Vec<f64>], values: &[f64], groups: &[usize]) -> Option<Regression> {
    let chosen = chosen(values);
    let chosen_points: Vec<Vec<f64>> = chosen.iter().map(|&i| points[i].clone()).collect();
    let chosen_values: Vec<f64> = chosen.iter().map(|&i| values[i]).collect();
    // θ: ln ℓ of each group, ln s², ln σ².
    let scales = groups.iter().max().map_or(0, |last| last + 1);
    let process = |theta: &[f64], points: &[Vec<f64>], values: &[f64]| {
        let kernel = Matern52 {
            lengths: groups.iter().map(|&group| libm::exp(theta[group])).collect(),
            variance: libm::exp(theta[scales]),
        };
        Regression::new(kernel, libm::exp(theta[scales + 1]), points.to_vec(), values)
    };
    let with_scales = |scale: (f64, f64), others: [(f64, f64); 2]| {
        [vec![scale; scales], others.to_vec()].concat()
    };
    let length_mean = LENGTH.0 + 0.5 * libm::log(scales as f64);
    let priors = with_scales((length_mean, LENGTH.1), [VARIANCE, NOISE]);
    let posterior = |theta: &[f64]| {
        let process = process(theta, &chosen_points, &chosen_values)?;
        let mut gradient = vec![0.0; scales + 2];
        let of_theta = groups.iter().copied().chain([scales, scales + 1]);
        for (k, slope) in of_theta.zip(process.log_likelihood_gradient()) {
            gradient[k] += slope;
        }
        let mut value = process.log_likelihood();
        for (k, (mean, deviation)) in priors.iter().enumerate() {
            let z = (theta[k] - mean) / deviation;
            value -= 0.5 * z * z;
            gradient[k] -= z / deviation;
        }
        Some((value, gradient))
    };
    let bounds = with_scales((-4.0, 6.0), [(-4.0, 4.0), (-14.0, 1.0)]);
    // Three explanations of the data: slow changes with little noise, fast changes, mostly noise.
    let starts = [(0.0, -8.0), (-1.5, -6.0), (0.5, -1.0)];
    let found = starts.iter().filter_map(|&(length, noise)| {
        let start = [&vec![length; scales][..], &[0.0, noise]].concat();
        climb(posterior, &start, &bounds, 50)
    });
    let best = found.reduce(|best, other| if other.0 > best.0 { other } else { best });
    process(&best?.1, points, values)
}

/// The indices of the trials to fit to, in order.
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
