//! Holm's correction of p-values for the number of tests.

/// The p-values adjusted so that the chance of any false positive among all tests is at most the
/// level they are compared with.
///
/// The k-th smallest of m (from 0) is multiplied by m − k; an adjusted value is at least those of
/// all smaller ones, and at most 1. Holm, *A simple sequentially rejective multiple test
/// procedure*, Scand. J. Statist. 6 (1979).
pub(super) fn adjusted(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut least = 0.0_f64;
    for (smaller, &place) in order.iter().enumerate() {
        least = least.max((p.len() - smaller) as f64 * p[place]).min(1.0);
        adjusted[place] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `docs/reference/equivalence.py` has the same numbers from statsmodels.
    #[test]
    fn p_values_are_those_of_statsmodels() {
        let found = adjusted(&[0.01, 0.04, 0.03, 0.005, 0.6]);
        for (found, expected) in found.into_iter().zip([0.04, 0.09, 0.09, 0.025, 0.6]) {
            approx::assert_relative_eq!(found, expected, max_relative = 1e-12);
        }
        assert_eq!(adjusted(&[0.7, 0.8]), [1.0, 1.0]);
        assert!(adjusted(&[]).is_empty());
    }
}
