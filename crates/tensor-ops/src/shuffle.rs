//! Random permutations, and shuffling of samples together with their labels.

use kernels::Scalar;
use nalgebra::DMatrix;
use rand::{Rng, RngExt};

/// A uniformly random permutation of 0 … n − 1 (Fisher–Yates).
///
/// Indices are drawn as `u32`, so that 32- and 64-bit machines give the same permutation.
///
/// # Panics
/// If `n` is above 2³².
///
/// # Example
/// ```
/// use rand::{SeedableRng, rngs::ChaCha8Rng};
///
/// let mut order = tensor_ops::permutation(5, &mut ChaCha8Rng::seed_from_u64(1));
/// order.sort();
/// assert_eq!(order, [0, 1, 2, 3, 4]);
/// ```
pub fn permutation(n: usize, rng: &mut impl Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        let last = u32::try_from(last).expect("at most 2³² elements");
        order.swap(last as usize, rng.random_range(0..=last) as usize);
    }
    order
}

/// Shuffles the rows of `x` and their targets alike: the notebook's `shuffle_dataset`.
///
/// # Panics
/// If the number of targets is not the number of rows.
///
/// # Example
/// ```
/// use rand::{SeedableRng, rngs::ChaCha8Rng};
///
/// let x = nalgebra::dmatrix![0.0, 0.5; 1.0, 1.5; 2.0, 2.5];
/// let (x, t) = tensor_ops::shuffle(&x, &[0, 1, 2], &mut ChaCha8Rng::seed_from_u64(1));
/// for i in 0..3 {
///     assert_eq!(x[(i, 0)], t[i] as f64); // still together
/// }
/// ```
#[track_caller]
pub fn shuffle<T: Scalar, L: Clone>(
    x: &DMatrix<T>,
    t: &[L],
    rng: &mut impl Rng,
) -> (DMatrix<T>, Vec<L>) {
    assert_eq!(x.nrows(), t.len(), "shuffle: one target per row");
    let order = permutation(t.len(), rng);
    let rows = DMatrix::from_fn(x.nrows(), x.ncols(), |i, j| x[(order[i], j)]);
    (rows, order.iter().map(|&i| t[i].clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::ChaCha8Rng};

    #[test]
    fn value_stability() {
        let order = permutation(10, &mut ChaCha8Rng::seed_from_u64(42));
        assert_eq!(order, [0, 5, 3, 7, 9, 4, 8, 1, 6, 2]);
    }

    #[test]
    fn every_order_of_three_comes_up_equally_often() {
        let mut rng = ChaCha8Rng::seed_from_u64(7);
        let mut counts = std::collections::HashMap::new();
        for _ in 0..6000 {
            *counts.entry(permutation(3, &mut rng)).or_insert(0) += 1;
        }
        assert_eq!(counts.len(), 6);
        // 1000 ± 29 expected: ±5 standard deviations.
        assert!(counts.values().all(|&n| (855..=1145).contains(&n)), "{counts:?}");
    }

    #[test]
    fn zero_and_one_element_are_fine() {
        let mut rng = ChaCha8Rng::seed_from_u64(0);
        assert!(permutation(0, &mut rng).is_empty());
        assert_eq!(permutation(1, &mut rng), [0]);
    }

    #[test]
    #[should_panic(expected = "one target per row")]
    fn unpaired_data_is_refused() {
        shuffle(&DMatrix::<f64>::zeros(2, 1), &[0], &mut ChaCha8Rng::seed_from_u64(0));
    }
}
