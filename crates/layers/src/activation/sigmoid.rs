//! The logistic function.

use kernels::{Scalar, exp};

use super::elementwise::Function;

/// y = 1/(1 + e⁻ˣ); slope y·(1 − y).
///
/// For large negative x, e⁻ˣ overflows to ∞ and y is 0, not NaN. As PyTorch's `Sigmoid`.
///
/// Source: the book, section 5.5.2.
///
/// # Example
/// ```
/// use layers::activation::{Function, Sigmoid};
///
/// assert_eq!(Sigmoid.value(0.0_f64), 0.5);
/// assert_eq!(Sigmoid.value(-1000.0_f64), 0.0);
/// assert_eq!(Sigmoid.slope(0.0_f64, 0.5), 0.25);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sigmoid;

impl Function for Sigmoid {
    const NAME: &'static str = "sigmoid";

    #[inline(always)]
    fn value<T: Scalar>(&self, x: T) -> T {
        T::one() / (T::one() + exp(-x))
    }

    #[inline(always)]
    fn slope<T: Scalar>(&self, _: T, y: T) -> T {
        y * (T::one() - y)
    }
}
