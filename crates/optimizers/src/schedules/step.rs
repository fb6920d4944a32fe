use super::Schedule;

/// Multiplied by γ every `every` steps.
///
/// lr(t) = η·γ^⌊t / every⌋
///
/// Same as `torch.optim.lr_scheduler.StepLR`, and as `optax.exponential_decay` with
/// `transition_steps = every` and `staircase = True`.
///
/// # Panics
/// [`lr`](Schedule::lr) panics if `every` is 0.
///
/// ```
/// use optimizers::schedules::{Schedule, Step};
///
/// let step = Step { lr: 0.8, gamma: 0.5, every: 10 };
/// assert_eq!([0, 9, 10, 20].map(|t| step.lr(t)), [0.8, 0.8, 0.4, 0.2]);
/// ```
#[doc(alias = "StepLR")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Step {
    /// Rate η of the first step.
    pub lr: f64,
    /// Factor γ.
    pub gamma: f64,
    /// Number of steps from one change to the next, at least 1.
    pub every: u64,
}

impl Schedule for Step {
    fn lr(&self, step: u64) -> f64 {
        assert!(self.every > 0, "a step schedule needs `every` of at least 1");
        self.lr * libm::pow(self.gamma, (step / self.every) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "at least 1")]
    fn every_zero_steps_panics() {
        Step { lr: 0.1, gamma: 0.5, every: 0 }.lr(0);
    }
}
