//! The leaky rectified linear unit.

use kernels::Scalar;

use super::elementwise::Function;

/// y = x for x > 0, else slope·x; default slope 0.01, as PyTorch's `LeakyReLU`.
///
/// Source: Maas, Hannun & Ng 2013.
///
/// # Example
/// ```
/// use layers::activation::{Function, LeakyRelu};
///
/// assert_eq!(LeakyRelu::default().value(-2.0_f64), -0.02);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LeakyRelu {
    /// The slope for x ≤ 0.
    pub slope: f64,
}

impl Default for LeakyRelu {
    fn default() -> Self {
        Self { slope: 0.01 }
    }
}

impl Function for LeakyRelu {
    const NAME: &'static str = "leaky-relu";

    fn description(&self) -> String {
        format!("{} slope={}", Self::NAME, self.slope)
    }

    #[inline(always)]
    fn value<T: Scalar>(&self, x: T) -> T {
        if x <= T::zero() { T::of(self.slope) * x } else { x }
    }

    #[inline(always)]
    fn slope<T: Scalar>(&self, x: T, _: T) -> T {
        if x <= T::zero() { T::of(self.slope) } else { T::one() }
    }
}
