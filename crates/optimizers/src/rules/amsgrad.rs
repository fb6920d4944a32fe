use kernels::each_with_root;
use num_traits::Float;

use super::{bias_correction, max};
use crate::range::cast;
use crate::{Epsilon, Range, Rule};

/// AMSGrad: Adam whose second moment never shrinks.
///
/// m := β₁·m + (1−β₁)·g\
/// v := β₂·v + (1−β₂)·g²\
/// v̂ := max(v̂, v)\
/// W := W − η·√(1−β₂ᵗ) / (1−β₁ᵗ) · m / (√v̂ + ε)
///
/// Defaults: `lr` 0.001, `beta1` 0.9, `beta2` 0.999, `eps` 1e-8, Lasagne's. The maximum is over the
/// uncorrected v and the bias is corrected afterwards, as in Lasagne and
/// `torch.optim.Adam(amsgrad=True)`; the paper corrects nothing. PyTorch has
/// [`Epsilon::Corrected`].
///
/// Reference: Reddi, Kale and Kumar, "On the convergence of Adam and beyond", ICLR 2018,
/// arXiv:1904.09237.
///
/// ```
/// use optimizers::{AmsGrad, Rule, Slot};
///
/// let mut w = [0.0_f64];
/// let mut amsgrad = AmsGrad { lr: 0.5, ..AmsGrad::default() }.build()?;
/// amsgrad.step(&mut [Slot { value: &mut w, grad: &mut [-3.0], decay: true }])?;
/// assert!((w[0] - 0.5).abs() < 1e-6);
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AmsGrad {
    /// Learning rate η ≥ 0.
    pub lr: f64,
    /// Decay rate β₁ of the mean gradient, in [0, 1).
    pub beta1: f64,
    /// Decay rate β₂ of the mean squared gradient, in [0, 1).
    pub beta2: f64,
    /// ε > 0, outside the root.
    pub eps: Epsilon,
}

impl Default for AmsGrad {
    fn default() -> Self {
        Self { lr: 0.001, beta1: 0.9, beta2: 0.999, eps: Epsilon::Uncorrected(1e-8) }
    }
}

impl Rule<3> for AmsGrad {
    const NAME: &'static str = "amsgrad";
    const STATE: [&'static str; 3] = ["m", "v", "v_hat"];

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

    fn update<T: Float + 'static>(&self, t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 3]) {
        let root = bias_correction(self.beta2, t).sqrt();
        let (lr_t, eps): (T, T) =
            (cast(self.lr * (root / bias_correction(self.beta1, t))), self.eps.before(root));
        let (rate1, rate2): (T, T) = (cast(1.0 - self.beta1), cast(1.0 - self.beta2));
        move |value, grad, [m, v, v_hat]| {
            each_with_root(
                grad,
                [value, m, v, v_hat],
                |g, [_, m, v, v_hat]| {
                    *m = *m + rate1 * (g - *m);
                    *v = *v + rate2 * (g * g - *v);
                    *v_hat = max(*v_hat, *v);
                    *v_hat
                },
                |_, [w, m, ..], root| *w = *w - lr_t * *m / (root + eps),
            );
        }
    }
}
