use num_traits::Float;

use crate::range::cast;
use crate::{Range, Rule};

/// Stochastic gradient descent (book, section 6.1.2).
///
/// W := W − η·g
///
/// Default: `lr` 0.01, the book's. Same as `torch.optim.SGD`.
///
/// ```
/// use optimizers::{Rule, Sgd, Slot};
///
/// let mut w = [1.0_f64];
/// let mut sgd = Sgd { lr: 0.1 }.build()?;
/// sgd.step(&mut [Slot { value: &mut w, grad: &mut [2.0], decay: true }])?;
/// assert_eq!(w, [0.8]);
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sgd {
    /// Learning rate η ≥ 0.
    pub lr: f64,
}

impl Default for Sgd {
    fn default() -> Self {
        Self { lr: 0.01 }
    }
}

impl Rule<0> for Sgd {
    const NAME: &'static str = "sgd";
    const STATE: [&'static str; 0] = [];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        Vec::new()
    }

    fn update<T: Float + 'static>(&self, _t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 0]) {
        let lr: T = cast(self.lr);
        move |value, grad, []| {
            // ANCHOR: update
            for (w, &g) in value.iter_mut().zip(grad) {
                *w = *w - lr * g;
            }
            // ANCHOR_END: update
        }
    }
}
