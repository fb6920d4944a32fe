//! Gradient clipping by total norm, and the max-norm constraint on weights.

use num_traits::Float;

use crate::check::{cast, non_negative};
use crate::{OptimizerError, Slots};

/// The norm of all gradients taken as one vector, √(Σ g²), summed in `f64`.
///
/// ```
/// use optimizers::{Slot, total_norm};
///
/// let mut slots = [
///     Slot { value: &mut [0.0_f32], grad: &mut [3.0], decay: true },
///     Slot { value: &mut [0.0_f32], grad: &mut [4.0], decay: false },
/// ];
/// assert_eq!(total_norm(&mut slots), 5.0);
/// ```
pub fn total_norm<T: Float>(slots: &mut dyn Slots<T>) -> f64 {
    (0..slots.len()).map(|i| sum_of_squares(slots.slot(i).grad)).sum::<f64>().sqrt()
}

/// Scales all gradients by one factor so that their [`total_norm`] is at most `max_norm`, and
/// returns the norm before that. Call it between the backward pass and the step.
///
/// g := g · min(1, max_norm / ‖g‖)
///
/// If the norm is NaN or infinite the gradients stay as they are; the value returned tells.
/// Lasagne's `total_norm_constraint` and PyTorch's `clip_grad_norm_` divide by ‖g‖ + 1e-7 and
/// ‖g‖ + 1e-6 and so end a little below `max_norm`.
///
/// Reference: Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural
/// networks", ICML 2013, arXiv:1211.5063.
///
/// # Errors
/// [`OptimizerError::Hyperparameter`] if `max_norm` is negative or not finite.
///
/// ```
/// use optimizers::{Slot, clip_total_norm};
///
/// let (mut w, mut dw) = ([0.0_f64; 2], [3.0, 4.0]);
/// let mut slots = [Slot { value: &mut w, grad: &mut dw, decay: true }];
/// assert_eq!(clip_total_norm(&mut slots, 1.0)?, 5.0);
/// assert_eq!(clip_total_norm(&mut slots, 2.0)?, 1.0); // short enough: untouched
/// assert_eq!(dw, [0.6000000000000001, 0.8]);
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
pub fn clip_total_norm<T: Float>(
    slots: &mut dyn Slots<T>,
    max_norm: f64,
) -> Result<f64, OptimizerError> {
    non_negative::<T>("max_norm", max_norm)?;
    let norm = total_norm(slots);
    if norm.is_finite() && norm > max_norm {
        for i in 0..slots.len() {
            scale(slots.slot(i).grad, max_norm / norm);
        }
    }
    Ok(norm)
}

/// Scales the incoming weights of every unit whose norm exceeds `max_norm` down to that norm. Call
/// it after the step, on each weight array in turn.
///
/// `weights` holds one unit after another, `fan_in` weights each: for a weight of shape (in, out),
/// column-major, a unit is a column and `fan_in` the number of rows. A unit with a NaN or infinite
/// weight stays as it is. Lasagne's `norm_constraint` divides by the norm + 1e-7 and shrinks short
/// units by that too.
///
/// Reference: Srebro and Shraibman, "Rank, trace-norm and max-norm", 2005; with dropout: Srivastava
/// et al., JMLR 15, 2014.
///
/// # Errors
/// [`OptimizerError::Hyperparameter`] if `max_norm` is negative or not finite,
/// [`OptimizerError::FanIn`] if `fan_in` is 0 or does not divide the number of weights. The weights
/// are unchanged then.
///
/// ```
/// let mut weights = [3.0_f64, 4.0, 0.3, 0.4]; // two units of two inputs
/// optimizers::constrain_norm(&mut weights, 2, 2.5)?;
/// assert_eq!(weights, [1.5, 2.0, 0.3, 0.4]);
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[doc(alias = "max_norm")]
pub fn constrain_norm<T: Float>(
    weights: &mut [T],
    fan_in: usize,
    max_norm: f64,
) -> Result<(), OptimizerError> {
    non_negative::<T>("max_norm", max_norm)?;
    if fan_in == 0 || !weights.len().is_multiple_of(fan_in) {
        return Err(OptimizerError::FanIn { len: weights.len(), fan_in });
    }
    for unit in weights.chunks_exact_mut(fan_in) {
        let norm = sum_of_squares(unit).sqrt();
        if norm.is_finite() && norm > max_norm {
            scale(unit, max_norm / norm);
        }
    }
    Ok(())
}

fn scale<T: Float>(xs: &mut [T], factor: f64) {
    let factor: T = cast(factor);
    for x in xs {
        *x = *x * factor;
    }
}

/// Σ x² in f64, in eight interleaved sums: one alone would wait for each addition in turn.
fn sum_of_squares<T: Float>(xs: &[T]) -> f64 {
    let square = |x: &T| x.to_f64().map_or(f64::NAN, |x| x * x);
    let (chunks, rest) = xs.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for chunk in chunks {
        for (sum, x) in sums.iter_mut().zip(chunk) {
            *sum += square(x);
        }
    }
    sums.iter().sum::<f64>() + rest.iter().map(square).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Slot;

    fn clip(grad: &mut [f32], max_norm: f64) -> Result<f64, OptimizerError> {
        let mut value = vec![0.0; grad.len()];
        clip_total_norm(&mut [Slot { value: &mut value, grad, decay: true }], max_norm)
    }

    #[test]
    fn long_arrays_use_every_element_once() {
        for len in [0, 1, 7, 8, 9, 17, 1000] {
            let xs: Vec<f64> = (1..=len).map(f64::from).collect();
            let n = f64::from(len);
            assert_eq!(sum_of_squares(&xs), n * (n + 1.0) * (2.0 * n + 1.0) / 6.0);
        }
    }

    #[test]
    fn gradients_whose_squares_overflow_f32_are_clipped() {
        let mut grad = [3e30, 4e30];
        assert!((clip(&mut grad, 5.0).unwrap() / 5e30 - 1.0).abs() < 1e-6);
        assert!((grad[0] - 3.0).abs() < 1e-5 && (grad[1] - 4.0).abs() < 1e-5, "{grad:?}");
    }

    #[test]
    fn gradients_that_are_not_finite_stay_and_are_reported() {
        let mut grad = [1.0, f32::INFINITY];
        assert_eq!(clip(&mut grad, 1.0), Ok(f64::INFINITY));
        assert_eq!(grad, [1.0, f32::INFINITY]);
        let mut grad = [5.0, f32::NAN];
        assert!(clip(&mut grad, 1.0).unwrap().is_nan());
        assert_eq!(grad[0], 5.0);
    }

    #[test]
    fn a_norm_of_zero_stops_all_movement_without_dividing_by_zero() {
        let mut grad = [0.0, 0.0];
        assert_eq!(clip(&mut grad, 0.0), Ok(0.0));
        let mut grad = [1.0, 2.0];
        clip(&mut grad, 0.0).unwrap();
        assert_eq!(grad, [0.0, 0.0]);
    }

    #[test]
    fn misuse_is_an_error_and_changes_nothing() {
        for max_norm in [-1.0, f64::NAN, f64::INFINITY] {
            let mut grad = [9.0];
            assert!(clip(&mut grad, max_norm).is_err());
            assert_eq!(grad, [9.0]);
            assert!(constrain_norm(&mut grad, 1, max_norm).is_err());
            assert_eq!(grad, [9.0]);
        }
        let mut weights = [9.0; 5];
        for fan_in in [0, 2, 6] {
            let error = constrain_norm(&mut weights, fan_in, 1.0);
            assert_eq!(error, Err(OptimizerError::FanIn { len: 5, fan_in }));
        }
        assert_eq!(weights, [9.0; 5]);
    }
}
