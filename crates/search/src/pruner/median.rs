//! Pruning below the median.

use super::Pruner;
use crate::{End, Report, Trial};

/// Stops a trial whose best value so far is below the median of the complete trials' values at the
/// same step.
///
/// As in Vizier (Golovin et al. 2017) and Optuna (`MedianPruner`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Median {
    /// The number of complete trials before any trial is stopped.
    pub startup: usize,
    /// The number of steps that no trial is stopped in.
    pub warmup: usize,
}

impl Median {
    /// For trials of `steps` steps: five complete trials first, and a tenth of the steps for each
    /// trial, since a network that learns slowly at first may end well.
    pub fn over(steps: usize) -> Self {
        Self { startup: 5, warmup: steps.div_ceil(10) }
    }
}

impl Pruner for Median {
    fn prune(&self, so_far: &[Report], finished: &[Trial]) -> bool {
        if so_far.len() <= self.warmup {
            return false;
        }
        let complete = finished.iter().filter(|trial| trial.end == End::Complete);
        let others = complete.filter_map(|trial| Some(trial.reports.get(so_far.len() - 1)?.value));
        let mut others: Vec<f64> = others.collect();
        if others.len() < self.startup.max(1) {
            return false;
        }
        others.sort_by(f64::total_cmp);
        // ANCHOR: prune
        let median = others[(others.len() - 1) / 2] / 2.0 + others[others.len() / 2] / 2.0;
        so_far.iter().map(|report| report.value).fold(f64::NEG_INFINITY, f64::max) < median
        // ANCHOR_END: prune
    }
}
