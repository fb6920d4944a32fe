//! Weight decay in its two forms, L2 and decoupled.

use num_traits::Float;

use crate::Range;
use crate::range::cast;

/// Weight decay, usable with every rule; it changes only slots whose
/// [`decay`](crate::Slot::decay) is true.
///
/// For SGD the two forms are the same; for every rule that keeps state they differ, because an L2
/// gradient goes through the moments and a decoupled decay does not.
///
/// The book's network itself adds λW to the gradient and ½λΣW² to the loss. With such a network,
/// do not use [`Decay::L2`] as well, or weights decay twice.
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
    /// PyTorch's AdamW; the paper has the schedule's multiplier in place of η.
    Decoupled(f64),
}

impl Decay {
    /// The name, λ and its range; `None` without decay.
    pub(crate) fn hyperparameter(&mut self) -> Option<(&'static str, &mut f64, Range)> {
        match self {
            Decay::None => None,
            Decay::L2(lambda) => Some(("l2_decay", lambda, Range::NON_NEGATIVE)),
            Decay::Decoupled(lambda) => Some(("decoupled_decay", lambda, Range::NON_NEGATIVE)),
        }
    }

    /// The decay whose λ has this name.
    pub(crate) fn named(name: &str, lambda: f64) -> Option<Self> {
        let known = [Decay::L2(lambda), Decay::Decoupled(lambda)];
        known
            .into_iter()
            .find(|decay| decay.clone().hyperparameter().is_some_and(|(known, ..)| known == name))
    }

    /// Decays one slot whose `decay` is true.
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
