use num_traits::Float;

use crate::range::cast;
use crate::{Range, Rule};

/// Nesterov's accelerated gradient, in the form with the gradient at the current point.
///
/// W := W + α²·v − (1+α)·η·g, with the *old* v\
/// v := α·v − η·g
///
/// This equals v' := α·v − η·g, W := W + α·v' − η·g, which is Lasagne's form, the book's since its
/// Japanese repository was corrected in 2021, and (while η is constant)
/// `torch.optim.SGD(nesterov=True)`. The book's Korean repository updates v first and then uses the
/// new v in the first line, which is another algorithm.
///
/// Defaults: `lr` 0.01, `momentum` 0.9, the book's.
///
/// Reference: Nesterov, 1983; this form: Bengio et al., "Advances in optimizing recurrent
/// networks", 2013, arXiv:1212.0901.
///
/// ```
/// use optimizers::{Nesterov, Rule, Slot};
///
/// let mut w = [0.0_f64];
/// let mut nesterov = Nesterov { lr: 1.0, momentum: 0.5 }.build()?;
/// for expected in [-1.5, -3.25] { // −1.5·1, then 0.25·(−1) − 1.5·1
///     nesterov.step(&mut [Slot { value: &mut w, grad: &mut [1.0], decay: true }])?;
///     assert_eq!(w, [expected]);
/// }
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Nesterov {
    /// Learning rate η ≥ 0.
    pub lr: f64,
    /// Momentum α in [0, 1).
    pub momentum: f64,
}

impl Default for Nesterov {
    fn default() -> Self {
        Self { lr: 0.01, momentum: 0.9 }
    }
}

impl Rule<1> for Nesterov {
    const NAME: &'static str = "nesterov";
    const STATE: [&'static str; 1] = ["v"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        vec![("momentum", &mut self.momentum, Range::FRACTION)]
    }

    fn update<T: Float + 'static>(&self, _t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 1]) {
        let (lr, momentum): (T, T) = (cast(self.lr), cast(self.momentum));
        let momentum2: T = cast(self.momentum * self.momentum);
        let ahead = (T::one() + momentum) * lr;
        move |value, grad, [v]| {
            for ((w, &g), v) in value.iter_mut().zip(grad).zip(v) {
                *w = *w + momentum2 * *v - ahead * g;
                *v = momentum * *v - lr * g;
            }
        }
    }
}
