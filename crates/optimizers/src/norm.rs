//! Gradient clipping by total norm, and the max-norm constraint on weights.

use num_traits::Float;

use crate::range::{cast, wide};
use crate::{OptimizerError, Range, Slot, Slots};

/// The norm of all gradients taken as one vector, √(Σ g²), summed in `f64`; those of frozen slots
/// are left out, here and in clipping.
///
/// Where squares would overflow or vanish, gradients are first divided by the largest one; the norm
/// is infinite only if it is above `f64::MAX`.
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
    Norm::of(slots).value()
}

/// Scales all gradients by one factor so that their [`total_norm`] is at most `max_norm`, and
/// returns the norm before that. Call it between the backward pass and the step.
///
/// g := g · min(1, max_norm / ‖g‖)
///
/// If a gradient is NaN or infinite, no gradient is changed, and the returned norm is NaN or
/// infinite. Lasagne's `total_norm_constraint` and PyTorch's `clip_grad_norm_` divide by
/// ‖g‖ + 1e-7 and ‖g‖ + 1e-6 and so end a little below `max_norm`.
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
/// assert_eq!(clip_total_norm(&mut slots, 2.0)?, 1.0); // below the maximum: unchanged
/// assert_eq!(dw, [0.6000000000000001, 0.8]);
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
pub fn clip_total_norm<T: Float>(
    slots: &mut dyn Slots<T>,
    max_norm: f64,
) -> Result<f64, OptimizerError> {
    Range::NON_NEGATIVE.check::<T>("max_norm", max_norm)?;
    let norm = Norm::of(slots);
    // An infinite gradient makes the scale infinite; a NaN norm compares as false.
    if norm.scale.is_finite() && norm.value() > max_norm {
        // In f64: the factor may be too small for T where the products are not.
        let factor = max_norm / norm.scaled;
        for i in 0..slots.len() {
            if slots.frozen(i) {
                continue;
            }
            for g in slots.slot(i).grad {
                *g = cast(wide(*g) / norm.scale * factor);
            }
        }
    }
    Ok(norm.value())
}

/// Scales the incoming weights of every unit whose norm exceeds `max_norm` down to that norm. Call
/// it after the step, on each weight array in turn.
///
/// `weights` holds one unit after another, `fan_in` weights each: for a weight of shape (in, out),
/// column-major, a unit is a column and `fan_in` the number of rows. A unit with a NaN or infinite
/// weight is not changed. Lasagne's `norm_constraint` divides by the norm + 1e-7 and shrinks short
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
    Range::NON_NEGATIVE.check::<T>("max_norm", max_norm)?;
    if fan_in == 0 || !weights.len().is_multiple_of(fan_in) {
        return Err(OptimizerError::FanIn { len: weights.len(), fan_in });
    }
    for unit in weights.chunks_exact_mut(fan_in) {
        // The same formula: a unit's weights are clipped as the gradient of a single slot.
        clip_total_norm(&mut [Slot { value: &mut [], grad: unit, decay: false }], max_norm)?;
    }
    Ok(())
}

/// The norm scale · scaled, as two factors because their product may overflow.
struct Norm {
    /// The largest magnitude, or 1 where squares neither overflow nor vanish.
    scale: f64,
    /// The norm of all gradients divided by `scale`.
    scaled: f64,
}

impl Norm {
    fn of<T: Float>(slots: &mut dyn Slots<T>) -> Self {
        let norm = sum_over_slots(slots, |g| g).sqrt();
        // Squares may have overflowed, or lost digits as subnormal numbers.
        let doubtful = norm == f64::INFINITY || norm < f64::MIN_POSITIVE.sqrt() / f64::EPSILON;
        if !doubtful {
            return Self { scale: 1.0, scaled: norm };
        }
        // Starts at the least normal number, because the scale is divided by.
        let mut scale = f64::MIN_POSITIVE;
        for i in 0..slots.len() {
            if !slots.frozen(i) {
                scale = slots.slot(i).grad.iter().map(|&g| wide(g).abs()).fold(scale, f64::max);
            }
        }
        if scale.is_infinite() {
            return Self { scale, scaled: 1.0 };
        }
        Self { scale, scaled: sum_over_slots(slots, |g| g / scale).sqrt() }
    }

    fn value(&self) -> f64 {
        self.scale * self.scaled
    }
}

/// Σ f(g)² over the gradients of all slots.
fn sum_over_slots<T: Float>(slots: &mut dyn Slots<T>, f: impl Fn(f64) -> f64 + Copy) -> f64 {
    let mut sum = 0.0; // `sum` of no slots would be −0
    for i in 0..slots.len() {
        if !slots.frozen(i) {
            sum += sum_of_squares(slots.slot(i).grad, f);
        }
    }
    sum
}

/// Σ f(x)² in `f64`, in eight interleaved sums, whose additions need not wait for one another.
fn sum_of_squares<T: Float>(xs: &[T], f: impl Fn(f64) -> f64) -> f64 {
    let square = |&x: &T| f(wide(x)).powi(2);
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

    fn clip(grad: &mut [f32], max_norm: f64) -> Result<f64, OptimizerError> {
        let mut value = vec![0.0; grad.len()];
        clip_total_norm(&mut [Slot { value: &mut value, grad, decay: true }], max_norm)
    }

    #[test]
    fn long_arrays_use_every_element_once() {
        for len in [0, 1, 7, 8, 9, 17, 1000] {
            let xs: Vec<f64> = (1..=len).map(f64::from).collect();
            let n = f64::from(len);
            assert_eq!(sum_of_squares(&xs, |x| x), n * (n + 1.0) * (2.0 * n + 1.0) / 6.0);
        }
    }

    #[test]
    fn gradients_whose_squares_overflow_f32_are_clipped() {
        let mut grad = [3e30, 4e30];
        assert!((clip(&mut grad, 5.0).unwrap() / 5e30 - 1.0).abs() < 1e-6);
        assert!((grad[0] - 3.0).abs() < 1e-5 && (grad[1] - 4.0).abs() < 1e-5, "{grad:?}");
    }

    /// In f32, 1e-6/2e38 is subnormal and 1e-8/6.8e38 is 0; in f64, squares of 1e160 overflow.
    #[test]
    fn clipping_gives_the_norm_at_any_size() {
        for (size, max_norm) in [(1e38, 1e-6), (f32::MAX, 1e-8), (1e-30, 1e-35), (1e-44, 1e-45)] {
            let mut grad = [size; 4];
            let before = clip(&mut grad, max_norm).unwrap();
            assert!((before / (2.0 * f64::from(size)) - 1.0).abs() < 1e-12);
            let half = (max_norm / 2.0) as f32;
            assert!(grad.iter().all(|g| (g / half - 1.0).abs() < 1e-6 || *g == half), "{grad:?}");
        }
        for (size, max_norm) in [(1e160, 1.0), (f64::MAX, 3.0), (1e-170, 1e-171), (1e200, 1e-100)] {
            let mut grad = [size, -size, size, -size];
            let mut value = [0.0; 4];
            let slot = Slot { value: &mut value, grad: &mut grad, decay: true };
            let before = clip_total_norm(&mut [slot], max_norm).unwrap();
            assert_eq!(before, 2.0 * size);
            let expected = [1.0, -1.0, 1.0, -1.0].map(|sign| sign * max_norm / 2.0);
            assert!(
                grad.iter().zip(expected).all(|(g, e)| (g / e - 1.0).abs() < 1e-14),
                "{grad:?}"
            );
            let mut unit = [size; 4];
            constrain_norm(&mut unit, 4, max_norm).unwrap();
            assert!(unit.iter().all(|w| (w / (max_norm / 2.0) - 1.0).abs() < 1e-14), "{unit:?}");
        }
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
        assert!(total_norm::<f32>(&mut []).is_sign_positive());
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
