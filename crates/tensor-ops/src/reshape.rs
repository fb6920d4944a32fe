//! Reshaping of buffers without reallocation.

use kernels::Scalar;
use nalgebra::DMatrix;

/// Gives `matrix` the shape (`rows`, `columns`), reusing its allocation if it is large enough.
///
/// The values are unspecified afterwards: meant for buffers that are overwritten next. Training
/// steps after the first thus allocate nothing.
///
/// # Example
/// ```
/// let mut buffer = nalgebra::DMatrix::<f32>::zeros(128, 10);
/// tensor_ops::reshape(&mut buffer, 100, 10);
/// assert_eq!(buffer.shape(), (100, 10));
/// ```
pub fn reshape<T: Scalar>(matrix: &mut DMatrix<T>, rows: usize, columns: usize) {
    if matrix.shape() == (rows, columns) {
        return;
    }
    let mut values: Vec<T> = std::mem::take(matrix).data.into();
    values.resize(rows * columns, T::zero());
    *matrix = DMatrix::from_vec(rows, columns, values);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reshape_keeps_the_allocation_when_it_shrinks_and_grows_back() {
        let mut m = DMatrix::<f64>::zeros(10, 20);
        let before = m.as_ptr();
        reshape(&mut m, 3, 4);
        assert_eq!(m.shape(), (3, 4));
        reshape(&mut m, 20, 10);
        assert_eq!(m.shape(), (20, 10));
        assert_eq!(m.as_ptr(), before);
    }

    #[test]
    fn reshape_handles_empty_matrices() {
        let mut m = DMatrix::<f32>::zeros(0, 5);
        reshape(&mut m, 2, 2);
        assert_eq!(m.len(), 4);
        reshape(&mut m, 0, 7);
        assert_eq!(m.shape(), (0, 7));
    }
}
