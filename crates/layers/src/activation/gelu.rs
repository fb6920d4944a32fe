//! The Gaussian error linear unit.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use kernels::{Scalar, exp};

use super::elementwise::Function;

/// y = x·Φ(x); slope Φ(x) + x·φ(x). Φ(x) = (1 + erf(x/√2))/2 is the cumulative distribution
/// function of the standard normal distribution, φ its density.
///
/// This is the exact form, PyTorch's default; the tanh approximation of the paper differs by up to
/// 5·10⁻⁴. Computed in `f64` for both element types.
///
/// Source: Hendrycks & Gimpel 2016 (arXiv:1606.08415).
///
/// # Example
/// ```
/// use layers::activation::{Function, Gelu};
///
/// approx::assert_relative_eq!(Gelu.value(1.0_f64), 0.8413447460685429, epsilon = 1e-15);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Gelu;

/// Φ(x); `erfc` keeps its relative precision for large negative x.
fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * FRAC_1_SQRT_2)
}

impl Function for Gelu {
    const NAME: &'static str = "gelu";

    fn value<T: Scalar>(&self, x: T) -> T {
        T::of(x.f64() * normal_cdf(x.f64()))
    }

    fn slope<T: Scalar>(&self, x: T, _: T) -> T {
        let x = x.f64();
        let density = exp(-0.5 * x * x) / (2.0 * PI).sqrt();
        T::of(normal_cdf(x) + x * density)
    }
}
