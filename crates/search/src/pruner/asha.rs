//! Asynchronous successive halving.

use super::Pruner;
use crate::{End, Report, Trial};

/// Stops a trial at a rung unless it is among the best of the trials that have reached the rung.
///
/// The rungs are after r, r·η, r·η², … steps. Of the n trials that have reached a rung, this one
/// included, the best max(1, ⌊n/η⌋) go on. No trial waits until a rung is full, and a stopped trial
/// is never resumed, as in Optuna's `SuccessiveHalvingPruner`, whose rungs are at the steps *named*
/// r, r·η, …: a report later where steps are counted from 0. The paper's scheduler pauses trials
/// instead. A diverged trial counts as the worst at every rung.
///
/// Reference: Li et al. 2020, *A System for Massively Parallel Hyperparameter Tuning*
/// (arXiv:1810.05934).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asha {
    /// r: the number of steps before the first rung.
    pub first: usize,
    /// η: one in η trials goes on.
    pub reduction: usize,
}

impl Asha {
    /// For trials of `steps` steps: η = 3 and up to three rungs, the first after 1/27 of the steps
    /// but not before step 2: a network's accuracy after one update says nothing yet.
    pub fn over(steps: usize) -> Self {
        Self { first: steps.div_ceil(27).max(2), reduction: 3 }
    }

    fn is_rung(&self, steps: usize) -> bool {
        let mut rung = self.first.max(1);
        while rung < steps {
            rung = rung.saturating_mul(self.reduction.max(2));
        }
        rung == steps
    }
}

impl Pruner for Asha {
    fn prune(&self, so_far: &[Report], finished: &[Trial]) -> bool {
        let Some(last) = so_far.last().filter(|_| self.is_rung(so_far.len())) else {
            return false;
        };
        let reached = finished.iter().filter_map(|trial| {
            let value = trial.reports.get(so_far.len() - 1)?.value;
            Some(if matches!(trial.end, End::Diverged(_)) { f64::NEG_INFINITY } else { value })
        });
        let reached: Vec<f64> = reached.collect();
        let better = reached.iter().filter(|&&value| value > last.value).count();
        better >= ((reached.len() + 1) / self.reduction.max(2)).max(1)
    }
}
