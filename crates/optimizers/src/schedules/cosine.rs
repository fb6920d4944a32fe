use super::{Schedule, half_cosine};

/// Falls along half a cosine, then stays constant.
///
/// lr(t) = min + ½(η − min)(1 + cos(π·t/steps)) for t < steps, then min
///
/// `torch.optim.lr_scheduler.CosineAnnealingLR(T_max = steps)` is the same up to `steps` and rises
/// again afterwards. `optax.cosine_decay_schedule(decay_steps = steps, alpha = min/η)` is the same
/// everywhere.
///
/// Reference: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR
/// 2017, arXiv:1608.03983 (without the restarts).
///
/// ```
/// use optimizers::schedules::{Cosine, Schedule};
///
/// let cosine = Cosine { lr: 0.5, min: 0.25, steps: 100 };
/// assert_eq!([0, 50, 100, 500].map(|t| cosine.lr(t)), [0.5, 0.375, 0.25, 0.25]);
/// ```
#[doc(alias = "CosineAnnealingLR")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Cosine {
    /// Rate η of the first step.
    pub lr: f64,
    /// Rate from `steps` on.
    pub min: f64,
    /// Number of steps of the fall.
    pub steps: u64,
}

impl Schedule for Cosine {
    fn lr(&self, step: u64) -> f64 {
        if step >= self.steps {
            return self.min;
        }
        half_cosine(self.lr, self.min, step as f64 / self.steps as f64)
    }
}
