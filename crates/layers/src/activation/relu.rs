//! The rectified linear unit.

use kernels::Scalar;

use super::elementwise::Function;

/// y = max(0, x); slope 1 for x > 0, else 0.
///
/// At exactly 0 the slope is 0, as in the book and PyTorch. NaN stays NaN and has slope 1
/// (`f32::max` would give 0 and hide that a network has diverged).
///
/// Source: the book, section 5.5.1; Nair & Hinton 2010.
///
/// # Example
/// ```
/// use layers::activation::{Function, Relu};
///
/// assert_eq!([-1.0, 0.0, 2.0].map(|x: f64| Relu.value(x)), [0.0, 0.0, 2.0]);
/// assert!(Relu.value(f32::NAN).is_nan());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Relu;

impl Function for Relu {
    const NAME: &'static str = "relu";

    #[inline(always)]
    fn value<T: Scalar>(&self, x: T) -> T {
        if x <= T::zero() { T::zero() } else { x }
    }

    #[inline(always)]
    fn slope<T: Scalar>(&self, x: T, _: T) -> T {
        if x <= T::zero() { T::zero() } else { T::one() }
    }
}
