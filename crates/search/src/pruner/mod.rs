//! Pruners: which trials to stop before their last step.

mod asha;
mod kind;
mod median;

pub use asha::Asha;
pub use kind::PrunerKind;
pub use median::Median;

use crate::{Report, Trial};

/// A rule that stops trials whose values are too low.
///
/// It is asked after each step of a trial but the last. The answer depends only on the reports of
/// this trial and of the finished ones: a pruner keeps no state of its own.
///
/// ```
/// use search::pruner::{Median, Pruner};
/// use search::{End, Params, Report, Trial};
///
/// let finished = [0.2, 0.4, 0.6].map(|value| Trial {
///     number: 0,
///     params: Params::of::<String>([]),
///     reports: vec![Report::of(0, value)],
///     end: End::Complete,
/// });
/// let median = Median { startup: 3, warmup: 0 };
/// assert!(median.prune(&[Report::of(0, 0.3)], &finished));
/// assert!(!median.prune(&[Report::of(0, 0.5)], &finished));
/// ```
pub trait Pruner: Send + Sync + std::fmt::Debug {
    /// Whether to stop the trial with the reports `so_far`, given the trials that have ended.
    fn prune(&self, so_far: &[Report], finished: &[Trial]) -> bool;

    /// Whether it ever stops a trial.
    fn prunes(&self) -> bool {
        true
    }
}

/// Lets every trial run to its end.
#[derive(Clone, Copy, Debug, Default)]
pub struct Never;

impl Pruner for Never {
    fn prune(&self, _: &[Report], _: &[Trial]) -> bool {
        false
    }

    fn prunes(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::End;
    use crate::trial::tests::{reports, trial};

    #[test]
    fn the_best_value_so_far_is_compared_with_the_median_of_complete_trials() {
        let median = Median { startup: 3, warmup: 1 };
        let complete = |a, b, c| trial(&[a, b, c], End::Complete);
        let mut finished =
            vec![complete(0.1, 0.2, 0.9), complete(0.1, 0.4, 0.9), complete(0.1, 0.6, 0.9)];
        assert!(!median.prune(&reports(&[0.0]), &finished), "warming up");
        assert!(median.prune(&reports(&[0.0, 0.39]), &finished));
        assert!(!median.prune(&reports(&[0.0, 0.4]), &finished));
        assert!(!median.prune(&reports(&[0.5, 0.1]), &finished), "its best is above");
        // Pruned and diverged trials do not change the median.
        finished.push(trial(&[0.0, 0.0], End::Stopped(1)));
        finished.push(trial(&[0.0, 0.0], End::Diverged(9)));
        assert!(median.prune(&reports(&[0.0, 0.39]), &finished));
        assert!(!median.prune(&reports(&[0.0, 0.1]), &finished[1..]), "too few complete ones");
        // Negative values, such as negated losses.
        let below = [trial(&[-3.0, -2.0], End::Complete)];
        let median = Median { startup: 1, warmup: 0 };
        assert!(
            median.prune(&reports(&[-4.0]), &below) && !median.prune(&reports(&[-3.0]), &below)
        );
        // The sum of these two is infinite.
        let large = [1.5e308, 1.6e308].map(|value| trial(&[value], End::Complete));
        assert!(!median.prune(&reports(&[1.6e308]), &large));
    }

    #[test]
    fn one_in_three_goes_on_at_a_rung() {
        let asha = Asha { first: 2, reduction: 3 };
        let others = |values: &[f64]| -> Vec<Trial> {
            values.iter().map(|&v| trial(&[0.0, v], End::Stopped(1))).collect()
        };
        let prune =
            |value: f64, values: &[f64]| asha.prune(&reports(&[0.0, value]), &others(values));
        assert!(!prune(0.1, &[]), "the first one is the best of its rung");
        assert!(prune(0.1, &[0.2]) && !prune(0.3, &[0.2]));
        // Two of six go on.
        let five = [0.1, 0.2, 0.3, 0.4, 0.5];
        assert!(!prune(0.45, &five) && prune(0.35, &five));
        assert!(!asha.prune(&reports(&[0.0]), &others(&five)), "not at a rung");
        assert!(!asha.prune(&reports(&[0.0; 3]), &others(&five)), "not at a rung");
        assert!(asha.prune(&reports(&[0.0; 6]), &[trial(&[0.1; 6], End::Complete)]));
        // A diverged trial counts as the worst.
        let diverged = trial(&[0.0, 0.9], End::Diverged(7));
        assert!(!asha.prune(&reports(&[0.0, 0.1]), &[diverged]));
    }
}
