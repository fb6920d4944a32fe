use num_traits::Float;

use super::{bias_correction, max};
use crate::range::cast;
use crate::{Range, Rule};

/// AdaMax: Adam with a decaying maximum of |g| in place of the root mean square.
///
/// m := β₁·m + (1−β₁)·g\
/// u := max(β₂·u, |g|)\
/// W := W − η / (1−β₁ᵗ) · m / (u + ε)
///
/// Defaults: `lr` 0.002, `beta1` 0.9, `beta2` 0.999, `eps` 1e-8, Lasagne's; the paper has no ε.
/// `torch.optim.Adamax` adds ε inside the maximum: u := max(β₂·u, |g| + ε), W := W − … m / u.
///
/// Reference: Kingma and Ba, "Adam: a method for stochastic optimization", section 7.1, ICLR 2015,
/// arXiv:1412.6980.
///
/// ```
/// use optimizers::{AdaMax, Rule, Slot};
///
/// let mut w = [0.0_f64];
/// let mut adamax = AdaMax { lr: 0.5, ..AdaMax::default() }.build()?;
/// adamax.step(&mut [Slot { value: &mut w, grad: &mut [-3.0], decay: true }])?;
/// assert!((w[0] - 0.5).abs() < 1e-8);
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AdaMax {
    /// Learning rate η ≥ 0.
    pub lr: f64,
    /// Decay rate β₁ of the mean gradient, in [0, 1).
    pub beta1: f64,
    /// Decay rate β₂ of the maximum u, in [0, 1).
    pub beta2: f64,
    /// ε > 0, added to u.
    pub eps: f64,
}

impl Default for AdaMax {
    fn default() -> Self {
        Self { lr: 0.002, beta1: 0.9, beta2: 0.999, eps: 1e-8 }
    }
}

impl Rule<2> for AdaMax {
    const NAME: &'static str = "adamax";
    const STATE: [&'static str; 2] = ["m", "u"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        vec![
            ("beta1", &mut self.beta1, Range::FRACTION),
            ("beta2", &mut self.beta2, Range::FRACTION),
            ("eps", &mut self.eps, Range::POSITIVE),
        ]
    }

    fn update<T: Float + 'static>(&self, t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 2]) {
        let lr_t: T = cast(self.lr / bias_correction(self.beta1, t));
        let (beta2, eps): (T, T) = (cast(self.beta2), cast(self.eps));
        let rate1: T = cast(1.0 - self.beta1);
        move |value, grad, [m, u]| {
            for (((w, &g), m), u) in value.iter_mut().zip(grad).zip(m).zip(u) {
                *m = *m + rate1 * (g - *m);
                *u = max(beta2 * *u, g.abs());
                *w = *w - lr_t * *m / (*u + eps);
            }
        }
    }
}
