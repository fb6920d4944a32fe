//! Ranges of hyperparameters, checked on the value as the scalar type holds it.

use num_traits::Float;

use crate::OptimizerError;

/// The values that a hyperparameter may have.
///
/// They are checked after rounding to the scalar type: ε = 1e-60 is positive in `f64` and zero in
/// `f32`.
///
/// ```
/// use optimizers::Range;
///
/// let above_one = Range { expected: "above 1", contains: |x| x > 1.0 };
/// assert!((Range::FRACTION.contains)(0.9) && !(above_one.contains)(0.9));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// The range in words, as in "beta1 must be in \[0, 1)".
    pub expected: &'static str,
    /// Whether a value is in the range; `false` for NaN.
    pub contains: fn(f64) -> bool,
}

impl Range {
    /// x ≥ 0 and finite.
    pub const NON_NEGATIVE: Self =
        Self { expected: "finite and not negative", contains: |x| x >= 0.0 && x.is_finite() };

    /// x > 0 and finite.
    pub const POSITIVE: Self =
        Self { expected: "finite and above 0", contains: |x| x > 0.0 && x.is_finite() };

    /// 0 ≤ x < 1.
    pub const FRACTION: Self =
        Self { expected: "in [0, 1)", contains: |x| (0.0..1.0).contains(&x) };

    /// An error if `x`, rounded to `T`, is out of range.
    pub(crate) fn check<T: Float>(self, name: &'static str, x: f64) -> Result<(), OptimizerError> {
        if (self.contains)(wide(cast::<T>(x))) {
            return Ok(());
        }
        let (expected, scalar) = (self.expected, std::any::type_name::<T>());
        Err(OptimizerError::Hyperparameter { name, expected, scalar, found: x })
    }
}

/// Converts a hyperparameter to the scalar type; `f32` and `f64` take every `f64`.
pub(crate) fn cast<T: Float>(x: f64) -> T {
    T::from(x).expect("a floating-point scalar takes every f64")
}

/// The value as `f64`, exact for `f32` and `f64`.
pub(crate) fn wide<T: Float>(x: T) -> f64 {
    x.to_f64().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_checked_after_rounding_to_the_scalar() {
        assert!(Range::POSITIVE.check::<f64>("eps", 1e-60).is_ok());
        assert!(Range::POSITIVE.check::<f32>("eps", 1e-60).is_err());
        assert!(Range::FRACTION.check::<f64>("beta2", 1.0 - 1e-9).is_ok());
        assert!(Range::FRACTION.check::<f32>("beta2", 1.0 - 1e-9).is_err());
        assert!(Range::NON_NEGATIVE.check::<f64>("lr", 1e300).is_ok());
        assert!(Range::NON_NEGATIVE.check::<f32>("lr", 1e300).is_err());
    }

    #[test]
    fn borders() {
        assert!(Range::NON_NEGATIVE.check::<f64>("lr", 0.0).is_ok());
        assert!(Range::POSITIVE.check::<f64>("eps", 0.0).is_err());
        assert!(Range::FRACTION.check::<f64>("rho", 0.0).is_ok());
        assert!(Range::FRACTION.check::<f64>("rho", 1.0).is_err());
        for x in [f64::NAN, f64::INFINITY, -1e-9] {
            for range in [Range::NON_NEGATIVE, Range::POSITIVE, Range::FRACTION] {
                assert!(range.check::<f64>("x", x).is_err(), "{x}: {range:?}");
            }
        }
    }
}
