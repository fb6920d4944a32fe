use num_traits::Float;

use crate::range::cast;
use crate::{Range, Rule};

/// Lion: every parameter moves by η, against the sign of its averaged gradient.
///
/// W := W − η·sign(β₁·m + (1−β₁)·g), with sign(0) = 0\
/// m := β₂·m + (1−β₂)·g
///
/// Defaults: `lr` 1e-4, `beta1` 0.9, `beta2` 0.99, the paper's and optax's, whose `lion` also
/// has a decoupled decay of 1e-3 unless told otherwise; PyTorch has no Lion.
/// The paper combines it with [`Decay::Decoupled`](crate::Decay::Decoupled) and a learning rate 3
/// to 10 times smaller than Adam's.
///
/// Reference: Chen et al., "Symbolic discovery of optimization algorithms", NeurIPS 2023,
/// arXiv:2302.06675.
///
/// ```
/// use optimizers::{Lion, Rule, Slot};
///
/// let mut w = [0.0_f64, 0.0, 0.0];
/// let mut lion = Lion { lr: 0.5, ..Lion::default() }.build()?;
/// lion.step(&mut [Slot { value: &mut w, grad: &mut [1e-9, 0.0, -300.0], decay: true }])?;
/// assert_eq!(w, [-0.5, 0.0, 0.5]);
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Lion {
    /// Learning rate η ≥ 0.
    pub lr: f64,
    /// Weight β₁ of the momentum in the step, in [0, 1).
    pub beta1: f64,
    /// Decay rate β₂ of the momentum, in [0, 1).
    pub beta2: f64,
}

impl Default for Lion {
    fn default() -> Self {
        Self { lr: 1e-4, beta1: 0.9, beta2: 0.99 }
    }
}

impl Rule<1> for Lion {
    const NAME: &'static str = "lion";
    const STATE: [&'static str; 1] = ["m"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        vec![
            ("beta1", &mut self.beta1, Range::FRACTION),
            ("beta2", &mut self.beta2, Range::FRACTION),
        ]
    }

    fn update<T: Float + 'static>(&self, _t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 1]) {
        let lr: T = cast(self.lr);
        let (rate1, rate2): (T, T) = (cast(1.0 - self.beta1), cast(1.0 - self.beta2));
        move |value, grad, [m]| {
            for ((w, &g), m) in value.iter_mut().zip(grad).zip(m) {
                let direction = *m + rate1 * (g - *m);
                // `signum` alone would give 1 for +0 and −1 for −0; NaN stays NaN.
                let sign = if direction == T::zero() { T::zero() } else { direction.signum() };
                *w = *w - lr * sign;
                *m = *m + rate2 * (g - *m);
            }
        }
    }
}
