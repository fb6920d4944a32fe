//! Maxima and their indices along either axis.

use kernels::Scalar;
use nalgebra::DMatrix;

use super::over::{Over, check, columns};

/// The number of rows that `argmax` handles at a time.
const TOGETHER: usize = 16;

/// Maxima `over` rows or columns into `out`; NaN if any value is NaN, −∞ over an empty axis.
///
/// # Panics
/// As [`sum`](super::sum()).
///
/// # Example
/// ```
/// use tensor_ops::reduce::{Over, max};
///
/// let mut out = [0.0_f64; 2];
/// max(&nalgebra::dmatrix![1.0, f64::NAN; 5.0, 2.0], Over::Rows, &mut out);
/// assert!(out[0] == 5.0 && out[1].is_nan());
/// ```
#[track_caller]
pub fn max<T: Scalar>(x: &DMatrix<T>, over: Over, out: &mut [T]) {
    check(x, over, out.len());
    let larger = |best: T, value: T| if value > best || value.is_nan() { value } else { best };
    out.fill(T::neg_infinity());
    for (j, column) in columns(x).enumerate() {
        match over {
            // NaN, once reached, stays: nothing compares greater.
            Over::Rows => out[j] = column.iter().copied().fold(out[j], larger),
            Over::Columns => {
                out.iter_mut().zip(column).for_each(|(best, &value)| *best = larger(*best, value));
            }
        }
    }
}

/// Indices of the maxima `over` rows or columns into `out`; the first index if several are equal.
///
/// As in `np.argmax`, NaN counts as the largest value, and the first NaN wins. So a network whose
/// scores are all NaN predicts class 0, as in the reference notebook, where diverged networks have
/// an accuracy of 0.097: the proportion of zeros.
///
/// # Panics
/// As [`sum`](super::sum()); also if the axis is empty.
///
/// # Example
/// ```
/// use tensor_ops::reduce::{Over, argmax};
///
/// let scores = nalgebra::dmatrix![0.1, 0.7, 0.2; f64::NAN, f64::NAN, f64::NAN];
/// let mut classes = [9; 2];
/// argmax(&scores, Over::Columns, &mut classes);
/// assert_eq!(classes, [1, 0]);
/// ```
#[track_caller]
pub fn argmax<T: Scalar>(x: &DMatrix<T>, over: Over, out: &mut [usize]) {
    check(x, over, out.len());
    assert!(out.is_empty() || !x.is_empty(), "argmax: the axis is empty");
    let beats = |value: T, best: T| value > best || (value.is_nan() && !best.is_nan());
    match over {
        Over::Rows => {
            for (place, column) in out.iter_mut().zip(columns(x)) {
                let better = |best, i| if beats(column[i], column[best]) { i } else { best };
                *place = (0..column.len()).fold(0, better);
            }
        }
        // Several rows at a time, so that their maxima stay in registers.
        Over::Columns => {
            for (part, places) in out.chunks_mut(TOGETHER).enumerate() {
                let mut best = [T::neg_infinity(); TOGETHER];
                places.fill(0);
                for (j, column) in columns(x).enumerate() {
                    let values = &column[part * TOGETHER..][..places.len()];
                    for ((place, best), &value) in places.iter_mut().zip(&mut best).zip(values) {
                        if j == 0 || beats(value, *best) {
                            (*place, *best) = (j, value);
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn argmax_takes_the_first_of_equals_and_the_first_nan() {
        let n = f64::NAN;
        let x = nalgebra::dmatrix![1.0, 1.0, 0.0; 0.0, n, n; n, n, n];
        let mut out = [7; 3];
        argmax(&x, Over::Columns, &mut out);
        assert_eq!(out, [0, 1, 0]);
        argmax(&x, Over::Rows, &mut out);
        assert_eq!(out, [2, 1, 1]);
    }

    #[test]
    fn max_reports_a_nan_at_any_position() {
        let x = nalgebra::dmatrix![f64::NAN, 1.0, 3.0; 2.0, f64::NAN, 1.0];
        let mut out = [0.0_f64; 3];
        max(&x, Over::Rows, &mut out);
        assert!(out[0].is_nan() && out[1].is_nan() && out[2] == 3.0);
    }
}
