use kernels::each_with_root;
use num_traits::Float;

use super::bias_correction;
use crate::range::cast;
use crate::{Epsilon, Range, Rule};

/// Adam (book, section 6.1.6): momentum and RMSProp, both corrected for starting at zero.
///
/// m := m + (1−β₁)·(g − m)\
/// v := v + (1−β₂)·(g² − v)\
/// η_t = η·√(1−β₂ᵗ) / (1−β₁ᵗ)\
/// W := W − η_t·m / (√v + ε)
///
/// Defaults: `lr` 0.001, `beta1` 0.9, `beta2` 0.999, `eps` 1e-7, the book's. This is the paper's
/// "more efficient" form (end of section 2), also Lasagne's: ε is added to the uncorrected √v.
/// `torch.optim.Adam` has [`Epsilon::Corrected`] and defaults to 1e-8.
///
/// With [`Decay::Decoupled`](crate::Decay::Decoupled) it is AdamW.
///
/// Reference: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015,
/// arXiv:1412.6980.
///
/// ```
/// use optimizers::{Adam, Rule, Slot};
///
/// let mut w = [0.0_f64, 0.0];
/// let mut adam = Adam { lr: 0.5, ..Adam::default() }.build()?;
/// adam.step(&mut [Slot { value: &mut w, grad: &mut [3.0, -300.0], decay: true }])?;
/// assert!((w[0] + 0.5).abs() < 1e-6 && (w[1] - 0.5).abs() < 1e-6); // first step: η·sign(g)
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[doc(alias = "AdamW")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Adam {
    /// Learning rate η ≥ 0.
    pub lr: f64,
    /// Decay rate β₁ of the mean gradient, in [0, 1).
    pub beta1: f64,
    /// Decay rate β₂ of the mean squared gradient, in [0, 1).
    pub beta2: f64,
    /// ε > 0, outside the root.
    pub eps: Epsilon,
}

impl Default for Adam {
    fn default() -> Self {
        Self { lr: 0.001, beta1: 0.9, beta2: 0.999, eps: Epsilon::Uncorrected(1e-7) }
    }
}

impl Rule<2> for Adam {
    const NAME: &'static str = "adam";
    const STATE: [&'static str; 2] = ["m", "v"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        vec![
            ("beta1", &mut self.beta1, Range::FRACTION),
            ("beta2", &mut self.beta2, Range::FRACTION),
            self.eps.hyperparameter(),
        ]
    }

    fn update<T: Float + 'static>(&self, t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 2]) {
        // ANCHOR: rate
        let root = bias_correction(self.beta2, t).sqrt();
        let (lr_t, eps): (T, T) =
            (cast(self.lr * (root / bias_correction(self.beta1, t))), self.eps.before(root));
        // ANCHOR_END: rate
        let (rate1, rate2): (T, T) = (cast(1.0 - self.beta1), cast(1.0 - self.beta2));
        move |value, grad, [m, v]| {
            // ANCHOR: update
            each_with_root(
                grad,
                [value, m, v],
                |g, [_, m, v]| {
                    *m = *m + rate1 * (g - *m);
                    *v = *v + rate2 * (g * g - *v);
                    *v
                },
                |_, [w, m, _], root| *w = *w - lr_t * *m / (root + eps),
            );
            // ANCHOR_END: update
        }
    }
}
