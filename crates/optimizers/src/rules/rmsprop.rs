use kernels::each_with_root;
use num_traits::Float;

use crate::range::cast;
use crate::{Range, Rule};

/// RMSProp: AdaGrad with a moving average of g² in place of the sum.
///
/// h := ρ·h + (1−ρ)·g²\
/// W := W − η·g / (√h + ε)
///
/// Defaults: `lr` 0.01, `rho` 0.99 (the book's `decay_rate`), `eps` 1e-7, the book's. ε is outside
/// the root, as in `torch.optim.RMSprop` (whose default is 1e-8); Lasagne and optax have it inside,
/// with ρ = 0.9.
///
/// Reference: Tieleman and Hinton, "Lecture 6.5: rmsprop", Coursera, 2012.
///
/// ```
/// use optimizers::{RmsProp, Rule, Slot};
///
/// let mut w = [0.0_f64];
/// let mut rmsprop = RmsProp { lr: 1.0, rho: 0.75, ..RmsProp::default() }.build()?;
/// rmsprop.step(&mut [Slot { value: &mut w, grad: &mut [3.0], decay: true }])?;
/// assert!((w[0] + 2.0).abs() < 1e-6); // h = 9/4, so 3/√h = 2
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct RmsProp {
    /// Learning rate η ≥ 0.
    pub lr: f64,
    /// Decay rate ρ of the mean square, in [0, 1).
    pub rho: f64,
    /// ε > 0, outside the root.
    pub eps: f64,
}

impl Default for RmsProp {
    fn default() -> Self {
        Self { lr: 0.01, rho: 0.99, eps: 1e-7 }
    }
}

impl Rule<1> for RmsProp {
    const NAME: &'static str = "rmsprop";
    const STATE: [&'static str; 1] = ["h"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        vec![("rho", &mut self.rho, Range::FRACTION), ("eps", &mut self.eps, Range::POSITIVE)]
    }

    fn update<T: Float + 'static>(&self, _t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 1]) {
        let (lr, rho, eps): (T, T, T) = (cast(self.lr), cast(self.rho), cast(self.eps));
        let rate: T = cast(1.0 - self.rho);
        move |value, grad, [h]| {
            each_with_root(
                grad,
                [value, h],
                |g, [_, h]| {
                    *h = rho * *h + rate * g * g;
                    *h
                },
                |g, [w, _], root| *w = *w - lr * g / (root + eps),
            );
        }
    }
}
