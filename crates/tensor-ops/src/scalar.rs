//! The two element types, and buffers that keep their allocation.

use std::fmt::{Debug, Display, LowerExp};
use std::iter::Sum;
use std::str::FromStr;

use nalgebra::DMatrix;
use num_traits::{Float, NumAssign};

use crate::kernel::Kernel;

/// The element type of every matrix: `f32` or `f64`, and nothing else.
///
/// The trait is sealed (the matrix-product kernel exists for these two only) and gathers the bounds
/// that numerical code needs, so that a generic function says `T: Scalar` and no more.
///
/// # Example
/// ```
/// use tensor_ops::Scalar;
///
/// fn mean<T: Scalar>(xs: &[T]) -> T {
///     xs.iter().copied().sum::<T>() / T::of(xs.len() as f64)
/// }
/// assert_eq!(mean(&[1.0_f32, 2.0]), 1.5);
/// assert_eq!(mean(&[1.0_f64, 2.0]).f64(), 1.5);
/// ```
pub trait Scalar:
    Kernel
    + Float
    + NumAssign
    + Sum
    + Default
    + Debug
    + Display
    + LowerExp
    + FromStr
    + Send
    + Sync
    + 'static
{
    /// The value nearest to `x`.
    fn of(x: f64) -> Self;
    /// The value as `f64`, exactly.
    fn f64(self) -> f64;
    /// The type's name as it is given on a command line: `"f32"` or `"f64"`.
    const NAME: &'static str;
}

impl Scalar for f32 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x as f32
    }
    #[inline(always)]
    fn f64(self) -> f64 {
        f64::from(self)
    }
    const NAME: &'static str = "f32";
}

impl Scalar for f64 {
    #[inline(always)]
    fn of(x: f64) -> Self {
        x
    }
    #[inline(always)]
    fn f64(self) -> f64 {
        self
    }
    const NAME: &'static str = "f64";
}

/// Gives `matrix` the shape (`rows`, `columns`) and keeps its allocation where that is large enough.
///
/// The values afterwards are unspecified: this is for buffers that are overwritten next, so that a
/// training step allocates nothing after the first.
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
    let mut values: Vec<T> = std::mem::replace(matrix, DMatrix::zeros(0, 0)).data.into();
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
