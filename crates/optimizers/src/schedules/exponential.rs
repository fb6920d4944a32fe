use super::Schedule;

/// Multiplied by γ at every step.
///
/// lr(t) = η·γᵗ
///
/// Same as `torch.optim.lr_scheduler.ExponentialLR`, and as `optax.exponential_decay` with
/// `transition_steps = 1`.
///
/// ```
/// use optimizers::schedules::{Exponential, Schedule};
///
/// let exponential = Exponential { lr: 0.8, gamma: 0.5 };
/// assert_eq!([0, 1, 2].map(|t| exponential.lr(t)), [0.8, 0.4, 0.2]);
/// ```
#[doc(alias = "ExponentialLR")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Exponential {
    /// Rate η of the first step.
    pub lr: f64,
    /// Factor γ.
    pub gamma: f64,
}

impl Schedule for Exponential {
    fn lr(&self, step: u64) -> f64 {
        self.lr * libm::pow(self.gamma, step as f64)
    }
}
