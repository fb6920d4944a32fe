//! RMSProp.

use kernels::each_with_root;
use num_traits::Float;

use crate::check::{cast, fraction, positive};
use crate::{OptimizerError, Rule};

/// RMSProp: AdaGrad that forgets.
///
/// h := ρ·h + (1−ρ)·g²\
/// W := W − η·g / (√h + ε)
///
/// Defaults: `lr` 0.01, `rho` 0.99 (the book's `decay_rate`), `eps` 1e-7, the book's. ε stands
/// outside the root, as in `torch.optim.RMSprop` (whose default is 1e-8); Lasagne and optax have it
/// inside, with ρ = 0.9.
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

    fn lr(&self) -> f64 {
        self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64)> {
        vec![("rho", &mut self.rho), ("eps", &mut self.eps)]
    }

    fn validate<T: Float>(&self) -> Result<(), OptimizerError> {
        fraction::<T>("rho", self.rho)?;
        positive::<T>("eps", self.eps)
    }

    fn update<T: Float + 'static>(
        &self,
        lr: f64,
        _t: u64,
    ) -> impl Fn(&mut [T], &[T], [&mut [T]; 1]) {
        let (lr, rho, eps): (T, T, T) = (cast(lr), cast(self.rho), cast(self.eps));
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
