//! Pruning below the median.

use super::Pruner;
use crate::{End, Report, Trial};

/// Stops a trial whose best value so far is below the median that complete trials had at the same
/// step.
///
/// As Vizier's and Optuna's (Golovin et al. 2017; `MedianPruner`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Median {
    /// Complete trials that there must be first.
    pub startup: usize,
    /// Steps that every trial gets.
    pub warmup: usize,
}

impl Median {
    /// For trials of so many steps: five complete ones first, a tenth of the steps to each. A network
    /// that learns slowly at first is not worse for it.
    pub fn over(steps: usize) -> Self {
        Self { startup: 5, warmup: steps.div_ceil(10) }
    }
}

impl Pruner for Median {
    fn prune(&self, so_far: &[Report], finished: &[Trial]) -> bool {
        let complete = finished.iter().filter(|trial| trial.end == End::Complete);
        let Some(now) = so_far.len().checked_sub(1).filter(|&now| now >= self.warmup) else {
            return false;
        };
        let there = complete.filter_map(|trial| Some(trial.reports.get(now)?.value));
        let mut there: Vec<f64> = there.collect();
        if there.len() < self.startup.max(1) {
            return false;
        }
        there.sort_by(f64::total_cmp);
        // ANCHOR: prune
        let median = (there[(there.len() - 1) / 2] + there[there.len() / 2]) / 2.0;
        so_far.iter().map(|report| report.value).fold(f64::NEG_INFINITY, f64::max) < median
        // ANCHOR_END: prune
    }
}
