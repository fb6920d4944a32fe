//! A permutation test of whole curves.

use init::{Purpose, Seed};
use rand::seq::SliceRandom;

use super::standard::standardised;

/// Permutations of a test.
const PERMUTATIONS: usize = 9_999;

/// The p-value of the hypothesis that the curves of `a` and `b` come from one distribution.
///
/// The points of a curve depend on each other, so the curve is the unit. At every step the values
/// are divided by their standard deviation over all runs; the statistic is the sum over the steps
/// of the squared difference of the means. p = (1 + k)/(1 + N), where k of N = 9,999 random
/// divisions of all curves into two groups of the same sizes reach the statistic: never below
/// 1/10,000.
pub(super) fn curves_differ(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let all: Vec<&[f64]> = a.iter().chain(b).map(Vec::as_slice).collect();
    let curves = standardised(&all);
    let (n, m) = (a.len() as f64, b.len() as f64);
    let steps = curves.first().map_or(0, Vec::len);
    let total: Vec<f64> = (0..steps).map(|step| curves.iter().map(|c| c[step]).sum()).collect();
    let mut sums = vec![0.0; steps];
    let mut statistic = |group: &[usize]| -> f64 {
        sums.fill(0.0);
        for &curve in group {
            sums.iter_mut().zip(&curves[curve]).for_each(|(sum, x)| *sum += x);
        }
        let apart = |(sum, total): (&f64, &f64)| (sum / n - (total - sum) / m).powi(2);
        sums.iter().zip(&total).map(apart).sum()
    };
    let mut order: Vec<usize> = (0..all.len()).collect();
    // Sums in another order differ in their last digits.
    let found = statistic(&order[..a.len()]) * (1.0 - 1e-12);
    let mut rng = Seed::new(0).stream(Purpose::Shuffle, 1);
    let mut reached = 0;
    for _ in 0..PERMUTATIONS {
        let (group, _) = order.partial_shuffle(&mut rng, a.len());
        reached += usize::from(statistic(group) >= found);
    }
    (1 + reached) as f64 / (1 + PERMUTATIONS) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curves(shift: f64, seeds: std::ops::Range<u64>) -> Vec<Vec<f64>> {
        let curve = |seed: u64| {
            let wobble = |step: u64| ((seed * 37 + step * 11) % 17) as f64;
            (0..10).map(|step| wobble(step) + shift).collect()
        };
        seeds.map(curve).collect()
    }

    #[test]
    fn curves_of_one_kind_do_not_differ_and_shifted_ones_do() {
        assert!(curves_differ(&curves(0.0, 0..17), &curves(0.0, 17..34)) > 0.5);
        assert_eq!(curves_differ(&curves(0.0, 0..17), &curves(9.0, 17..34)), 1e-4);
    }

    #[test]
    fn curves_that_never_vary_do_not_differ() {
        assert_eq!(curves_differ(&vec![vec![0.1; 4]; 3], &vec![vec![0.1; 4]; 3]), 1.0);
    }

    /// Of three and three curves at one step, 2 of the 20 divisions are as far apart: p = 0.1.
    #[test]
    fn the_p_value_is_the_share_of_divisions_that_are_as_far_apart() {
        let [a, b] = [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].map(|xs| xs.map(|x| vec![x]).to_vec());
        assert!((curves_differ(&a, &b) - 0.1).abs() < 0.01);
    }
}
