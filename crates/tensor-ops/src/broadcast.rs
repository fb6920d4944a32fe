//! Elementwise operations between a matrix and a row or column.

use kernels::Scalar;
use nalgebra::DMatrix;

/// x\[i, j\] ← f(x\[i, j\], row\[j\]), for every row i of `x`.
///
/// `f` is any binary operation: `|x, b| x + b` adds a bias, `|x, s| x / s` divides by a scale.
///
/// # Panics
/// If `row.len()` is not the number of columns.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
///
/// let mut x = dmatrix![1.0, 2.0; 3.0, 4.0];
/// tensor_ops::broadcast::row(&mut x, &[10.0, 20.0], |x, b| x + b);
/// assert_eq!(x, dmatrix![11.0, 22.0; 13.0, 24.0]);
/// ```
#[track_caller]
pub fn row<T: Scalar>(x: &mut DMatrix<T>, row: &[T], f: impl Fn(T, T) -> T) {
    assert_eq!(row.len(), x.ncols(), "broadcast::row: one value per column");
    let height = x.nrows().max(1); // chunks of 0 would panic
    for (column, &b) in x.as_mut_slice().chunks_exact_mut(height).zip(row) {
        column.iter_mut().for_each(|value| *value = f(*value, b));
    }
}

/// x\[i, j\] ← f(x\[i, j\], column\[i\]), for every column j of `x`.
///
/// # Panics
/// If `column.len()` is not the number of rows.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
///
/// let mut x = dmatrix![1.0, 2.0; 3.0, 4.0];
/// tensor_ops::broadcast::column(&mut x, &[1.0, 3.0], |x, m| x - m);
/// assert_eq!(x, dmatrix![0.0, 1.0; 0.0, 1.0]);
/// ```
#[track_caller]
pub fn column<T: Scalar>(x: &mut DMatrix<T>, column: &[T], f: impl Fn(T, T) -> T) {
    assert_eq!(column.len(), x.nrows(), "broadcast::column: one value per row");
    for values in x.as_mut_slice().chunks_exact_mut(column.len().max(1)) {
        values.iter_mut().zip(column).for_each(|(value, &b)| *value = f(*value, b));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_operation_agrees_with_the_definition(m in 0..9usize, n in 0..9usize) {
            let x = DMatrix::from_fn(m, n, |i, j| (i * 5 + j * 3 + 1) as f64);
            let by_column: Vec<f64> = (0..n).map(|j| j as f64 + 0.5).collect();
            let by_row: Vec<f64> = (0..m).map(|i| i as f64 + 0.25).collect();
            let operations: [fn(f64, f64) -> f64; 4] =
                [|a, b| a + b, |a, b| a - b, |a, b| a * b, |a, b| a / b];
            for f in operations {
                let mut got = x.clone();
                row(&mut got, &by_column, f);
                prop_assert_eq!(&got, &DMatrix::from_fn(m, n, |i, j| f(x[(i, j)], by_column[j])));
                let mut got = x.clone();
                column(&mut got, &by_row, f);
                prop_assert_eq!(&got, &DMatrix::from_fn(m, n, |i, j| f(x[(i, j)], by_row[i])));
            }
        }
    }

    #[test]
    #[should_panic(expected = "one value per column")]
    fn a_row_of_the_wrong_length_is_refused() {
        row(&mut DMatrix::<f32>::zeros(2, 3), &[0.0; 2], |x, b| x + b);
    }
}
