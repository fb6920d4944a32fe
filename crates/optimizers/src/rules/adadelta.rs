use kernels::each_with_root;
use num_traits::Float;

use crate::range::cast;
use crate::{Range, Rule};

/// AdaDelta: RMSProp whose step has the unit of the parameter, so that η can stay at 1.
///
/// h := ρ·h + (1−ρ)·g²\
/// d := g·√(s + ε) / √(h + ε)\
/// s := ρ·s + (1−ρ)·d²\
/// W := W − η·d
///
/// Defaults: `lr` 1, `rho` 0.95, `eps` 1e-6, the paper's and Lasagne's; `torch.optim.Adadelta` has
/// the same formula with ρ = 0.9. ε is inside both roots: as s starts at 0, ε sets the length of
/// the first steps.
///
/// Reference: Zeiler, "ADADELTA: an adaptive learning rate method", 2012, arXiv:1212.5701.
///
/// ```
/// use optimizers::{AdaDelta, Rule, Slot};
///
/// let mut w = [0.0_f64];
/// let mut adadelta = AdaDelta { rho: 0.75, eps: 0.25, ..AdaDelta::default() }.build()?;
/// adadelta.step(&mut [Slot { value: &mut w, grad: &mut [1.0], decay: true }])?;
/// assert!((w[0] + 0.5_f64.sqrt()).abs() < 1e-15); // √0.25 / √(0.25 + 0.25)
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AdaDelta {
    /// Learning rate η ≥ 0.
    pub lr: f64,
    /// Decay rate ρ of both mean squares, in [0, 1).
    pub rho: f64,
    /// ε > 0, inside the roots.
    pub eps: f64,
}

impl Default for AdaDelta {
    fn default() -> Self {
        Self { lr: 1.0, rho: 0.95, eps: 1e-6 }
    }
}

impl Rule<2> for AdaDelta {
    const NAME: &'static str = "adadelta";
    const STATE: [&'static str; 2] = ["h", "s"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        vec![("rho", &mut self.rho, Range::FRACTION), ("eps", &mut self.eps, Range::POSITIVE)]
    }

    fn update<T: Float + 'static>(&self, _t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 2]) {
        let (lr, rho, eps): (T, T, T) = (cast(self.lr), cast(self.rho), cast(self.eps));
        let rate: T = cast(1.0 - self.rho);
        move |value, grad, [h, s]| {
            each_with_root(
                grad,
                [value, h, s],
                |g, [_, h, s]| {
                    *h = rho * *h + rate * g * g;
                    (*s + eps) / (*h + eps)
                },
                |g, [w, _, s], root| {
                    let d = g * root;
                    *s = rho * *s + rate * d * d;
                    *w = *w - lr * d;
                },
            );
        }
    }
}
