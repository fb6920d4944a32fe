use num_traits::Float;

use crate::range::cast;
use crate::{Range, Rule};

/// Momentum (book, section 6.1.4).
///
/// v := α·v − η·g\
/// W := W + v
///
/// Defaults: `lr` 0.01, `momentum` 0.9, the book's. PyTorch has η in the second line, v := α·v + g
/// and W := W − η·v: the same path while η is constant, but not after η changes (here the velocity
/// from the old rate is kept, there it is rescaled).
///
/// Reference: Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
///
/// ```
/// use optimizers::{Momentum, Rule, Slot};
///
/// let mut w = [0.0_f64];
/// let mut momentum = Momentum { lr: 1.0, momentum: 0.5 }.build()?;
/// for expected in [-1.0, -2.5] { // v = −1, then 0.5·(−1) − 1
///     momentum.step(&mut [Slot { value: &mut w, grad: &mut [1.0], decay: true }])?;
///     assert_eq!(w, [expected]);
/// }
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Momentum {
    /// Learning rate η ≥ 0.
    pub lr: f64,
    /// Momentum α in [0, 1).
    pub momentum: f64,
}

impl Default for Momentum {
    fn default() -> Self {
        Self { lr: 0.01, momentum: 0.9 }
    }
}

impl Rule<1> for Momentum {
    const NAME: &'static str = "momentum";
    const STATE: [&'static str; 1] = ["v"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        vec![("momentum", &mut self.momentum, Range::FRACTION)]
    }

    fn update<T: Float + 'static>(&self, _t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 1]) {
        let (lr, momentum): (T, T) = (cast(self.lr), cast(self.momentum));
        move |value, grad, [v]| {
            // ANCHOR: update
            for ((w, &g), v) in value.iter_mut().zip(grad).zip(v) {
                *v = momentum * *v - lr * g;
                *w = *w + *v;
            }
            // ANCHOR_END: update
        }
    }
}
