//! The sigmoid linear unit, also called swish.

use kernels::Scalar;

use super::elementwise::Function;
use super::sigmoid::Sigmoid;

/// y = x·σ(x) with the logistic σ; slope σ(x)·(1 + x·(1 − σ(x))). As PyTorch's `SiLU`.
///
/// Source: Elfwing, Uchibe & Doya 2017 (arXiv:1702.03118).
///
/// # Example
/// ```
/// use layers::activation::{Function, Silu};
///
/// assert_eq!(Silu.value(0.0_f64), 0.0);
/// assert_eq!(Silu.slope(0.0_f64, 0.0), 0.5);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Silu;

impl Function for Silu {
    const NAME: &'static str = "silu";

    #[inline(always)]
    fn value<T: Scalar>(&self, x: T) -> T {
        x * Sigmoid.value(x)
    }

    #[inline(always)]
    fn slope<T: Scalar>(&self, x: T, _: T) -> T {
        let sigma = Sigmoid.value(x);
        sigma * (T::one() + x * (T::one() - sigma))
    }
}
