use kernels::each_with_root;
use num_traits::Float;

use crate::range::cast;
use crate::{Range, Rule};

/// AdaGrad (book, section 6.1.5): each parameter has its own learning rate, which only falls.
///
/// h := h + g²\
/// W := W − η·g / (√h + ε)
///
/// Defaults: `lr` 0.01, `eps` 1e-7, the book's. ε is outside the root, as in `torch.optim.Adagrad`
/// (whose default is 1e-10); Lasagne and optax have it inside, and optax starts h at 0.1.
///
/// Reference: Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and
/// stochastic optimization", JMLR 12, 2011.
///
/// ```
/// use optimizers::{AdaGrad, Rule, Slot};
///
/// let mut w = [0.0_f64, 0.0];
/// let mut adagrad = AdaGrad { lr: 1.0, ..AdaGrad::default() }.build()?;
/// adagrad.step(&mut [Slot { value: &mut w, grad: &mut [3.0, 300.0], decay: true }])?;
/// assert!(w.iter().all(|w| (w + 1.0).abs() < 1e-7)); // the first step has length η everywhere
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct AdaGrad {
    /// Learning rate η ≥ 0.
    pub lr: f64,
    /// ε > 0, outside the root.
    pub eps: f64,
}

impl Default for AdaGrad {
    fn default() -> Self {
        Self { lr: 0.01, eps: 1e-7 }
    }
}

impl Rule<1> for AdaGrad {
    const NAME: &'static str = "adagrad";
    const STATE: [&'static str; 1] = ["h"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        vec![("eps", &mut self.eps, Range::POSITIVE)]
    }

    fn update<T: Float + 'static>(&self, _t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 1]) {
        let (lr, eps): (T, T) = (cast(self.lr), cast(self.eps));
        move |value, grad, [h]| {
            // ANCHOR: update
            each_with_root(
                grad,
                [value, h],
                |g, [_, h]| {
                    *h = *h + g * g;
                    *h
                },
                |g, [w, _], root| *w = *w - lr * g / (root + eps),
            );
            // ANCHOR_END: update
        }
    }
}
