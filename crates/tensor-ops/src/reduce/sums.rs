//! Sums, means and variances along either axis.

use kernels::{Scalar, mean_slice, sum_slice, variance_slice};
use nalgebra::DMatrix;

use super::over::{Over, check, columns};

/// Sums `over` rows or columns into `out`.
///
/// Accumulated in `f64`, so that a sum of many `f32` keeps its precision. The order of summation is
/// the same on every machine.
///
/// # Panics
/// If `out` does not have one element per column ([`Over::Rows`]) or row ([`Over::Columns`]).
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use tensor_ops::reduce::{Over, sum};
///
/// let x = dmatrix![1.0, 2.0; 3.0, 4.0];
/// let mut out = [0.0; 2];
/// sum(&x, Over::Rows, &mut out);
/// assert_eq!(out, [4.0, 6.0]);
/// sum(&x, Over::Columns, &mut out);
/// assert_eq!(out, [3.0, 7.0]);
/// ```
#[track_caller]
pub fn sum<T: Scalar>(x: &DMatrix<T>, over: Over, out: &mut [T]) {
    check(x, over, out.len());
    match over {
        Over::Rows => each_column(x, out, |_, column| sum_slice(column)),
        Over::Columns => each_row(x, out, 1.0, |_, value| value),
    }
}

/// Means `over` rows or columns into `out`; NaN over an empty axis.
///
/// # Panics
/// As [`sum`].
///
/// # Example
/// ```
/// use tensor_ops::reduce::{Over, mean};
///
/// let mut out = [0.0];
/// mean(&nalgebra::dmatrix![1.0; 2.0; 6.0], Over::Rows, &mut out);
/// assert_eq!(out, [3.0]);
/// ```
#[track_caller]
pub fn mean<T: Scalar>(x: &DMatrix<T>, over: Over, out: &mut [T]) {
    check(x, over, out.len());
    match over {
        Over::Rows => each_column(x, out, |_, column| mean_slice(column)),
        Over::Columns => each_row(x, out, x.ncols() as f64, |_, value| value),
    }
}

/// Biased variances Σ(x − mean)²/n `over` rows or columns into `out`, given the means.
///
/// The denominator is n, as in batch normalisation and `np.var`; PyTorch's `var` divides by n − 1.
/// Computed from the deviations, so that a large mean costs no precision.
///
/// # Panics
/// As [`sum`]; also if `means` and `out` differ in length.
///
/// # Example
/// ```
/// use tensor_ops::reduce::{Over, mean, variance};
///
/// let x = nalgebra::dmatrix![1.0; 3.0];
/// let (mut means, mut out) = ([0.0], [0.0]);
/// mean(&x, Over::Rows, &mut means);
/// variance(&x, Over::Rows, &means, &mut out);
/// assert_eq!(out, [1.0]);
/// ```
#[track_caller]
pub fn variance<T: Scalar>(x: &DMatrix<T>, over: Over, means: &[T], out: &mut [T]) {
    check(x, over, out.len());
    assert_eq!(means.len(), out.len(), "variance: one mean per result");
    match over {
        Over::Rows => each_column(x, out, |j, column| variance_slice(column, means[j])),
        Over::Columns => each_row(x, out, x.ncols() as f64, |i, value| {
            let deviation = value - means[i].f64();
            deviation * deviation
        }),
    }
}

/// Writes the result for each column.
fn each_column<T: Scalar>(x: &DMatrix<T>, out: &mut [T], result: impl Fn(usize, &[T]) -> T) {
    for (j, (place, column)) in out.iter_mut().zip(columns(x)).enumerate() {
        *place = result(j, column);
    }
}

/// The number of rows that are summed at a time.
const ROWS: usize = 32;

/// Writes Σ `term` / `divisor` for each row, accumulated in `f64`. Several rows are summed at a
/// time, since their values are contiguous in every column.
fn each_row<T: Scalar>(
    x: &DMatrix<T>,
    out: &mut [T],
    divisor: f64,
    term: impl Fn(usize, f64) -> f64,
) {
    for (block, places) in out.chunks_mut(ROWS).enumerate() {
        let start = block * ROWS;
        let mut sums = [0.0; ROWS];
        for column in columns(x) {
            for (k, value) in column[start..start + places.len()].iter().enumerate() {
                sums[k] += term(start + k, value.f64());
            }
        }
        for (place, sum) in places.iter_mut().zip(sums) {
            *place = T::of(sum / divisor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::largest::{argmax, max};
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    fn matrix() -> impl Strategy<Value = DMatrix<f64>> {
        (0..40usize, 0..40usize).prop_flat_map(|(m, n)| {
            prop::collection::vec(-10.0..10.0, m * n).prop_map(move |v| DMatrix::from_vec(m, n, v))
        })
    }

    /// The values that each result is computed from.
    fn groups(x: &DMatrix<f64>, over: Over) -> Vec<Vec<f64>> {
        match over {
            Over::Rows => x.column_iter().map(|c| c.iter().copied().collect()).collect(),
            Over::Columns => x.row_iter().map(|r| r.iter().copied().collect()).collect(),
        }
    }

    proptest! {
        #[test]
        fn all_reductions_agree_with_their_definitions(x in matrix()) {
            for over in [Over::Rows, Over::Columns] {
                let groups = groups(&x, over);
                let mut out = vec![0.0; groups.len()];
                sum(&x, over, &mut out);
                for (got, group) in out.iter().zip(&groups) {
                    assert_relative_eq!(*got, group.iter().sum(), epsilon = 1e-12);
                }
                max(&x, over, &mut out);
                for (got, group) in out.iter().zip(&groups) {
                    prop_assert_eq!(*got, group.iter().copied().fold(f64::NEG_INFINITY, f64::max));
                }
                if groups.first().is_none_or(Vec::is_empty) { continue }
                let mut means = vec![0.0; groups.len()];
                mean(&x, over, &mut means);
                variance(&x, over, &means, &mut out);
                let mut places = vec![0; groups.len()];
                argmax(&x, over, &mut places);
                for (i, group) in groups.iter().enumerate() {
                    let n = group.len() as f64;
                    let mean = group.iter().sum::<f64>() / n;
                    assert_relative_eq!(means[i], mean, epsilon = 1e-12);
                    let variance = group.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
                    assert_relative_eq!(out[i], variance, epsilon = 1e-10);
                    let best = group.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                    prop_assert_eq!(places[i], group.iter().position(|&v| v == best).unwrap());
                }
            }
        }

    }

    #[test]
    fn the_variance_of_large_values_keeps_its_digits() {
        let x = DMatrix::from_vec(2, 1, vec![1e8, 1e8 + 2.0]);
        let mut out = [0.0];
        variance(&x, Over::Rows, &[1e8 + 1.0], &mut out);
        assert_eq!(out, [1.0]);
    }

    /// Accumulated in `f32`, 16 partial sums would give means of 12.700419 and 1,234,567.0.
    #[test]
    fn sums_of_many_single_precision_values_keep_their_digits() {
        for (count, value) in [(60_000, 12.7_f32), (1000, 1_234_567.1)] {
            let x = DMatrix::from_element(count, 1, value);
            for (x, over) in [(&x, Over::Rows), (&x.transpose(), Over::Columns)] {
                let (mut means, mut variances, mut sums) = ([0.0], [1.0], [0.0]);
                mean(x, over, &mut means);
                variance(x, over, &means, &mut variances);
                sum(x, over, &mut sums);
                assert_eq!((means, variances), ([value], [0.0]), "{over:?}");
                assert_eq!(sums, [(count as f64 * f64::from(value)) as f32]);
            }
        }
    }

    #[test]
    #[should_panic(expected = "one element per column")]
    fn a_wrong_output_length_is_refused() {
        sum(&DMatrix::<f64>::zeros(2, 3), Over::Rows, &mut [0.0; 2]);
    }
}
