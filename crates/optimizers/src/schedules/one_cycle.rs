use super::{Schedule, half_cosine};

/// One rise, then one longer fall, both along half a cosine.
///
/// With the peak at step p = warmup·steps − 1 and the end at step e = steps − 1:\
/// lr goes from max/start_divisor at step 0 to max at p, and from there to
/// max/(start_divisor·end_divisor) at e. After e it is constant. With `warmup` 1 it ends at max.
///
/// Defaults: those of `torch.optim.lr_scheduler.OneCycleLR` (fields `max_lr`, `total_steps`,
/// `pct_start`, `div_factor`, `final_div_factor` there), which is the same function; PyTorch by
/// default cycles the momentum too, and raises an error after the last step.
/// `optax.cosine_onecycle_schedule(n)` is one step later: its peak is at q = ⌊pct_start·n⌋ and its
/// end at n, as here with `steps` = n + 1 and `warmup` = (q + 1)/(n + 1).
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
    /// Number of steps of the whole cycle.
    pub steps: u64,
    /// Fraction of the cycle that rises, between 0 and 1.
    pub warmup: f64,
    /// Highest rate divided by the first rate.
    pub start_divisor: f64,
    /// First rate divided by the last rate.
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
        let end = self.steps.saturating_sub(1) as f64;
        let peak = self.warmup * self.steps as f64 - 1.0;
        let step = (step as f64).min(end);
        if step <= peak {
            half_cosine(start, self.max, if peak > 0.0 { step / peak } else { 1.0 })
        } else {
            half_cosine(self.max, last, (step - peak) / (end - peak))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first and last value of PyTorch's `OneCycleLR(max_lr=0.1, total_steps=100,
    /// pct_start=1)`.
    #[test]
    fn a_cycle_that_only_rises_ends_at_its_peak() {
        let cycle = OneCycle { warmup: 1.0, ..OneCycle::new(0.1, 100) };
        assert_eq!([0, 99, 1_000].map(|step| cycle.lr(step)), [0.004, 0.1, 0.1]);
    }

    #[test]
    fn a_cycle_of_no_rise_or_of_one_step_has_a_rate() {
        let falling = OneCycle { warmup: 0.0, ..OneCycle::new(0.1, 100) };
        assert!((falling.lr(99) - 0.1 / 25e4).abs() < 1e-17 && falling.lr(0) < 0.1);
        for steps in [0, 1] {
            assert!(OneCycle::new(0.1, steps).lr(0).is_finite(), "{steps} steps");
        }
    }
}
