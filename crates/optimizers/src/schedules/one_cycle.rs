//! One cycle.

use super::{Schedule, half_cosine};

/// One rise and one longer fall, both along half a cosine.
///
/// With the peak at step p = warmup·steps − 1 and the end at step e = steps − 1:\
/// lr goes from max/start_divisor at step 0 to max at p, and from there to
/// max/(start_divisor·end_divisor) at e, where it stays.
///
/// Defaults: those of `torch.optim.lr_scheduler.OneCycleLR` (fields `max_lr`, `total_steps`,
/// `pct_start`, `div_factor`, `final_div_factor` there), which is the same function; PyTorch by
/// default cycles the momentum too, and raises an error after the last step.
///
/// Reference: Smith and Topin, "Super-convergence", 2018, arXiv:1708.07120.
///
/// ```
/// use optimizers::schedules::{OneCycle, Schedule};
///
/// let cycle = OneCycle::new(0.5, 100);
/// assert_eq!(cycle.lr(0), 0.5 / 25.0);
/// let peak = (0..100).max_by(|&a, &b| cycle.lr(a).total_cmp(&cycle.lr(b)));
/// assert_eq!(peak, Some(29));
/// assert!((cycle.lr(99) - 0.5 / 25e4).abs() < 1e-16);
/// assert_eq!(cycle.lr(99), cycle.lr(1_000));
/// ```
#[doc(alias = "OneCycleLR")]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct OneCycle {
    /// Highest rate.
    pub max: f64,
    /// Steps of the whole cycle.
    pub steps: u64,
    /// Part of the cycle that rises, between 0 and 1.
    pub warmup: f64,
    /// Highest rate over the first.
    pub start_divisor: f64,
    /// First rate over the last.
    pub end_divisor: f64,
}

impl OneCycle {
    /// A cycle with PyTorch's proportions: `warmup` 0.3, `start_divisor` 25, `end_divisor` 1e4.
    pub fn new(max: f64, steps: u64) -> Self {
        Self { max, steps, warmup: 0.3, start_divisor: 25.0, end_divisor: 1e4 }
    }
}

impl Schedule for OneCycle {
    fn lr(&self, step: u64) -> f64 {
        let start = self.max / self.start_divisor;
        let last = start / self.end_divisor;
        let (step, end) = (step as f64, self.steps as f64 - 1.0);
        let peak = self.warmup * self.steps as f64 - 1.0;
        if step >= end {
            last
        } else if step <= peak {
            half_cosine(start, self.max, if peak > 0.0 { step / peak } else { 1.0 })
        } else {
            half_cosine(self.max, last, (step - peak) / (end - peak))
        }
    }
}
