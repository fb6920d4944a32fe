//! Asynchronous successive halving.

use super::Pruner;
use crate::{End, Report, Trial};

/// Stops a trial at a rung if it is not among the best of those that came so far.
///
/// Rungs stand after r, r·η, r·η², … steps. Of the n trials that have reached a rung, this one
/// included, the best max(1, ⌊n/η⌋) go on. Nobody waits until a rung is full, and nobody who was
/// stopped is taken up again, as in Optuna's `SuccessiveHalvingPruner`; the paper's scheduler pauses
/// them instead. A diverged trial has lost at every rung.
///
/// Reference: Li et al. 2020, *A System for Massively Parallel Hyperparameter Tuning*
/// (arXiv:1810.05934).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asha {
    /// r: steps before the first rung.
    pub first: usize,
    /// η: one in so many goes on.
    pub reduction: usize,
}

impl Asha {
    /// For trials of so many steps: η = 3 and up to three rungs, the first after 1/27 of the steps but
    /// at least 2. A network's first accuracy is that after one update, which says nothing yet.
    pub fn over(steps: usize) -> Self {
        Self { first: steps.div_ceil(27).max(2), reduction: 3 }
    }

    fn is_rung(&self, steps: usize) -> bool {
        let reduction = self.reduction.max(2);
        let mut rung = self.first.max(1);
        while rung < steps {
            rung = rung.saturating_mul(reduction);
        }
        rung == steps
    }
}

impl Pruner for Asha {
    fn prune(&self, so_far: &[Report], finished: &[Trial]) -> bool {
        let Some(now) = so_far.len().checked_sub(1).filter(|_| self.is_rung(so_far.len())) else {
            return false;
        };
        let reached = finished.iter().filter_map(|trial| {
            let value = trial.reports.get(now)?.value;
            Some(if matches!(trial.end, End::Diverged(_)) { f64::NEG_INFINITY } else { value })
        });
        let own = so_far[now].value;
        let (better, count) = reached
            .fold((0, 1), |(better, count), value| (better + usize::from(value > own), count + 1));
        better >= (count / self.reduction.max(2)).max(1)
    }
}
