use super::Schedule;

/// Rises linearly to the first rate of another schedule, then follows that schedule.
///
/// lr(t) = then.lr(0)·(t+1)/(steps+1) for t < steps, then then.lr(t − steps)
///
/// No step is wasted at a rate of 0, with which Hugging Face's schedules begin. Same as PyTorch's
/// `LinearLR(start_factor = 1/(steps+1), total_iters = steps)` followed by the other scheduler in
/// `SequentialLR`, and as the `optax.warmup_*` schedules with `warmup_steps = steps` and
/// `init_value = then.lr(0)/(steps+1)`, whose `decay_steps` include the warm-up.
///
/// ```
/// use optimizers::schedules::{Exponential, Schedule, Warmup};
///
/// let warmup = Warmup { steps: 3, then: Exponential { lr: 0.8, gamma: 0.5 } };
/// let rates: Vec<f64> = (0..6).map(|t| warmup.lr(t)).collect();
/// assert_eq!(rates[..4], [0.2, 0.4, 0.8 * 0.75, 0.8]);
/// assert_eq!(rates[4..], [0.4, 0.2]);
///
/// let to_constant = Warmup { steps: 4, then: 0.1 };
/// assert_eq!(to_constant.lr(1_000), 0.1);
/// ```
#[doc(alias = "LinearLR")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Warmup<S> {
    /// Number of steps of the rise.
    pub steps: u64,
    /// The schedule that follows.
    pub then: S,
}

impl<S: Schedule> Schedule for Warmup<S> {
    fn lr(&self, step: u64) -> f64 {
        if step < self.steps {
            return self.then.lr(0) * ((step + 1) as f64 / (self.steps as f64 + 1.0));
        }
        self.then.lr(step - self.steps)
    }
}
