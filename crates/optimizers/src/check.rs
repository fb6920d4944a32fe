//! Range checks of hyperparameters, made on the value as the scalar type holds it.

use num_traits::Float;

use crate::OptimizerError;

/// Converts a hyperparameter to the scalar type; `f32` and `f64` take every `f64`.
pub(crate) fn cast<T: Float>(x: f64) -> T {
    T::from(x).expect("a floating-point scalar takes every f64")
}

/// x ≥ 0 and finite.
pub(crate) fn non_negative<T: Float>(name: &'static str, x: f64) -> Result<(), OptimizerError> {
    check::<T>(name, x, "finite and not negative", |x| x.is_finite() && x >= T::zero())
}

/// x > 0 and finite.
pub(crate) fn positive<T: Float>(name: &'static str, x: f64) -> Result<(), OptimizerError> {
    check::<T>(name, x, "finite and above 0", |x| x.is_finite() && x > T::zero())
}

/// 0 ≤ x < 1.
pub(crate) fn fraction<T: Float>(name: &'static str, x: f64) -> Result<(), OptimizerError> {
    check::<T>(name, x, "in [0, 1)", |x| x >= T::zero() && x < T::one())
}

fn check<T: Float>(
    name: &'static str,
    found: f64,
    expected: &'static str,
    holds: impl Fn(T) -> bool,
) -> Result<(), OptimizerError> {
    if holds(cast(found)) {
        return Ok(());
    }
    let scalar = std::any::type_name::<T>();
    Err(OptimizerError::Hyperparameter { name, expected, scalar, found })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_checked_after_rounding_to_the_scalar() {
        assert!(positive::<f64>("eps", 1e-60).is_ok());
        assert!(positive::<f32>("eps", 1e-60).is_err());
        assert!(fraction::<f64>("beta2", 1.0 - 1e-9).is_ok());
        assert!(fraction::<f32>("beta2", 1.0 - 1e-9).is_err());
        assert!(non_negative::<f64>("lr", 1e300).is_ok());
        assert!(non_negative::<f32>("lr", 1e300).is_err());
    }

    #[test]
    fn borders() {
        assert!(non_negative::<f64>("lr", 0.0).is_ok());
        assert!(positive::<f64>("eps", 0.0).is_err());
        assert!(fraction::<f64>("rho", 0.0).is_ok());
        assert!(fraction::<f64>("rho", 1.0).is_err());
        for x in [f64::NAN, f64::INFINITY, -1e-9] {
            assert!(non_negative::<f64>("x", x).is_err(), "{x}");
            assert!(positive::<f64>("x", x).is_err(), "{x}");
            assert!(fraction::<f64>("x", x).is_err(), "{x}");
        }
    }
}
