//! The hyperbolic tangent.

use kernels::{Scalar, tanh};

use super::elementwise::Function;

/// y = tanh x; slope 1 − y². As PyTorch's `Tanh`.
///
/// The book plots it in section 6.2.2 but has no layer for it.
///
/// # Example
/// ```
/// use layers::activation::{Function, Tanh};
///
/// assert_eq!(Tanh.value(0.0_f64), 0.0);
/// assert_eq!(Tanh.slope(0.0_f64, 0.0), 1.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Tanh;

impl Function for Tanh {
    const NAME: &'static str = "tanh";

    #[inline(always)]
    fn value<T: Scalar>(&self, x: T) -> T {
        tanh(x)
    }

    #[inline(always)]
    fn slope<T: Scalar>(&self, _: T, y: T) -> T {
        T::one() - y * y
    }
}
