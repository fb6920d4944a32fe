//! Weight decay, as a type: which of the two meanings is in force stands in the program.

use num_traits::Float;

use crate::OptimizerError;
use crate::check::{cast, non_negative};

/// Weight decay, usable with every rule; it touches only slots whose
/// [`decay`](crate::Slot::decay) is true.
///
/// For SGD the two forms are the same; for every rule that keeps state they differ, because an L2
/// gradient goes through the moments and a decoupled decay does not.
///
/// The book adds λW to the gradient and ½λΣW² to the loss inside its network. A network that does
/// so must not be given [`Decay::L2`] as well, or weights decay twice.
///
/// AdamW is Adam with decoupled decay:
///
/// ```
/// use optimizers::{Adam, Decay, Rule, Slot};
///
/// let mut adamw = Adam { lr: 0.1, ..Adam::default() }.build_with(Decay::Decoupled(0.5))?;
/// let (mut w, mut b) = ([1.0_f64], [1.0]);
/// adamw.step(&mut [
///     Slot { value: &mut w, grad: &mut [0.0], decay: true },
///     Slot { value: &mut b, grad: &mut [0.0], decay: false },
/// ])?;
/// assert_eq!((w, b), ([0.95], [1.0])); // (1 − 0.1·0.5)·1
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
///
/// Reference: Loshchilov and Hutter, "Decoupled weight decay regularization", ICLR 2019,
/// arXiv:1711.05101.
#[doc(alias = "AdamW")]
#[doc(alias = "weight_decay")]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Decay {
    /// No decay.
    #[default]
    None,
    /// g := g + λW before the rule, written into the slot's gradient: the gradient of ½λΣW².
    /// The `weight_decay` of PyTorch's SGD, Adam and most others.
    L2(f64),
    /// W := (1 − ηλ)·W before the rule, η the current learning rate. The `weight_decay` of
    /// PyTorch's AdamW; the paper writes the schedule's multiplier where PyTorch has η.
    Decoupled(f64),
}

impl Decay {
    /// Checks that λ is finite and not negative.
    ///
    /// # Errors
    /// [`OptimizerError::Hyperparameter`] named `weight_decay`.
    pub fn validate<T: Float>(&self) -> Result<(), OptimizerError> {
        match *self {
            Decay::None => Ok(()),
            Decay::L2(lambda) | Decay::Decoupled(lambda) => {
                non_negative::<T>("weight_decay", lambda)
            }
        }
    }

    /// The name and λ of the form that is in force.
    pub(crate) fn hyperparameter(&mut self) -> Option<(&'static str, &mut f64)> {
        match self {
            Decay::None => None,
            Decay::L2(lambda) => Some(("l2_decay", lambda)),
            Decay::Decoupled(lambda) => Some(("decoupled_decay", lambda)),
        }
    }

    /// Decays one slot that is meant to decay.
    pub(crate) fn apply<T: Float>(&self, lr: f64, value: &mut [T], grad: &mut [T]) {
        match *self {
            Decay::None => {}
            Decay::L2(lambda) => {
                let lambda: T = cast(lambda);
                for (g, &w) in grad.iter_mut().zip(&*value) {
                    *g = *g + lambda * w;
                }
            }
            Decay::Decoupled(lambda) => {
                let keep: T = cast(1.0 - lr * lambda);
                for w in value {
                    *w = keep * *w;
                }
            }
        }
    }
}
