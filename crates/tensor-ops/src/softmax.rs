//! Softmax and log-sum-exp of every row, without overflow.

use kernels::{Scalar, exp, with_wide_registers};
use nalgebra::DMatrix;

use crate::broadcast;
use crate::reduce::{self, Over};

/// x\[i, j\] ← exp(x\[i, j\]) / Σₖ exp(x\[i, k\]): every row becomes a distribution.
///
/// The row's maximum is subtracted first: mathematically the result is the same, and no finite
/// score overflows. All of a row becomes NaN if one element is NaN. `scratch` is a buffer of one
/// element per row, so that nothing is allocated.
///
/// # Panics
/// If `scratch` does not have one element per row.
///
/// # Example
/// ```
/// let mut scores = nalgebra::dmatrix![0.3, 2.9, 4.0; 1e4, -1e4, 0.0];
/// tensor_ops::softmax::softmax(&mut scores, &mut [0.0; 2]);
/// approx::assert_relative_eq!(scores[(0, 2)], 0.73659691, epsilon = 1e-8); // the book's example
/// assert_eq!(scores[(1, 0)], 1.0);
/// ```
#[track_caller]
pub fn softmax<T: Scalar>(x: &mut DMatrix<T>, scratch: &mut [T]) {
    reduce::max(x, Over::Columns, scratch);
    for values in x.as_mut_slice().chunks_exact_mut(scratch.len().max(1)) {
        let values = values.iter_mut().zip(&*scratch);
        with_wide_registers(|| values.for_each(|(value, &max)| *value = exp(*value - max)));
    }
    reduce::sum(x, Over::Columns, scratch);
    broadcast::column(x, scratch, |value, total| value / total);
}

/// out\[i\] = ln Σⱼ exp(x\[i, j\]), computed as max + ln Σ exp(x − max).
///
/// A row of −∞ and an empty row give −∞.
///
/// # Panics
/// If `out` does not have one element per row.
///
/// # Example
/// ```
/// let mut out = [0.0; 2];
/// tensor_ops::softmax::log_sum_exp(&nalgebra::dmatrix![0.0, 0.0; 1e4, -1e4], &mut out);
/// assert_eq!(out, [2.0_f64.ln(), 1e4]);
/// ```
#[track_caller]
pub fn log_sum_exp<T: Scalar>(x: &DMatrix<T>, out: &mut [T]) {
    reduce::max(x, Over::Columns, out);
    for (block, maxima) in out.chunks_mut(ROWS).enumerate() {
        let mut totals = [T::zero(); ROWS];
        for column in x.as_slice().chunks_exact(x.nrows()) {
            let values = column[ROWS * block..].iter().zip(&*maxima).zip(&mut totals);
            with_wide_registers(|| {
                values.for_each(|((&value, &max), total)| *total += exp(value - max));
            });
        }
        let finite = maxima.iter_mut().zip(totals).filter(|(max, _)| max.is_finite());
        finite.for_each(|(max, total)| *max += T::of(libm::log(total.f64())));
    }
}

/// Rows whose sums of exponentials are added up at a time.
const ROWS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_are_distributions_and_agree_with_log_sum_exp(
            m in 0..6usize, n in 1..12usize, size in prop::sample::select(vec![1.0, 50.0, 1e4]),
        ) {
            let x = DMatrix::from_fn(m, n, |i, j| size * libm::sin((i * 31 + j * 17) as f64));
            let mut y = x.clone();
            softmax(&mut y, &mut vec![0.0; m]);
            let mut lse = vec![0.0; m];
            log_sum_exp(&x, &mut lse);
            for i in 0..m {
                assert_relative_eq!(y.row(i).sum(), 1.0, epsilon = 1e-12);
                for j in 0..n {
                    assert_relative_eq!(y[(i, j)], libm::exp(x[(i, j)] - lse[i]), epsilon = 1e-11);
                }
            }
        }
    }

    #[test]
    fn the_naive_formula_agrees_where_it_does_not_overflow() {
        let x = nalgebra::dmatrix![0.5, -1.0, 2.0];
        let mut y = x.clone();
        softmax(&mut y, &mut [0.0]);
        let total: f64 = x.iter().map(|&v| libm::exp(v)).sum();
        for j in 0..3 {
            assert_relative_eq!(y[j], libm::exp(x[j]) / total, epsilon = 1e-15);
        }
    }

    /// Differences of these scores overflow, to −∞ only.
    #[test]
    fn the_largest_numbers_of_single_precision_have_a_softmax() {
        let x = nalgebra::dmatrix![f32::MAX, f32::MIN; f32::MIN, f32::MIN];
        let (mut y, mut lse) = (x.clone(), [0.0; 2]);
        softmax(&mut y, &mut [0.0; 2]);
        log_sum_exp(&x, &mut lse);
        assert_eq!(y, nalgebra::dmatrix![1.0, 0.0; 0.5, 0.5]);
        assert_eq!(lse, [f32::MAX, f32::MIN]);
    }

    #[test]
    fn nan_spreads_over_its_row_only() {
        let mut y = nalgebra::dmatrix![f64::NAN, 1.0; 0.0, 0.0];
        softmax(&mut y, &mut [0.0; 2]);
        assert!(y.row(0).iter().all(|v| v.is_nan()));
        assert_eq!((y[(1, 0)], y[(1, 1)]), (0.5, 0.5));
    }

    #[test]
    fn log_sum_exp_of_nothing_is_minus_infinity() {
        let mut out = [0.0];
        log_sum_exp(&DMatrix::<f64>::from_element(1, 3, f64::NEG_INFINITY), &mut out);
        assert_eq!(out, [f64::NEG_INFINITY]);
    }
}
