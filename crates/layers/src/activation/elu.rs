//! The exponential linear unit.

use kernels::{Scalar, exp_m1};

use super::elementwise::Function;

/// y = x for x > 0, else α·(eˣ − 1); slope 1, else y + α. Default α = 1, as PyTorch's `ELU`.
///
/// Source: Clevert, Unterthiner & Hochreiter 2015 (arXiv:1511.07289).
///
/// # Example
/// ```
/// use layers::activation::{Elu, Function};
///
/// assert_eq!(Elu::default().value(2.0_f64), 2.0);
/// assert_eq!(Elu::default().value(-1e9_f64), -1.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Elu {
    /// −α is the limit of y as x → −∞.
    pub alpha: f64,
}

impl Default for Elu {
    fn default() -> Self {
        Self { alpha: 1.0 }
    }
}

impl Function for Elu {
    const NAME: &'static str = "elu";

    fn description(&self) -> String {
        format!("{} alpha={}", Self::NAME, self.alpha)
    }

    #[inline(always)]
    fn value<T: Scalar>(&self, x: T) -> T {
        if x <= T::zero() { T::of(self.alpha) * exp_m1(x) } else { x }
    }

    #[inline(always)]
    fn slope<T: Scalar>(&self, x: T, y: T) -> T {
        if x <= T::zero() { y + T::of(self.alpha) } else { T::one() }
    }
}
