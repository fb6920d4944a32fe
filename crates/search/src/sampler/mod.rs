//! Samplers: which parameters to try next.

mod gp;
mod grid;
mod kind;
mod random;
mod sobol;

use init::Seed;

use crate::{Params, Space};

pub use gp::GaussianProcess;
pub use grid::GridSearch;
pub use kind::SamplerKind;
pub use random::Random;
pub use sobol::Sobol;

/// The random stream of [`Purpose::Search`](init::Purpose::Search) that all trials share; no trial
/// has this number.
const STREAM: u64 = u64::MAX;

/// A trial that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Its number.
    pub number: u64,
    /// Its parameters.
    pub params: Params,
    /// Its value, larger is better; NaN if it diverged.
    pub value: f64,
}

/// What a sampler knows when it suggests a trial.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// The search space.
    pub space: &'a Space,
    /// The trials that have ended, in order of their numbers.
    pub finished: &'a [Observation],
    /// The parameters of trials that are still running, in order of their numbers.
    pub pending: &'a [Params],
    /// The seed of the search.
    pub seed: Seed,
}

/// A rule that chooses the parameters of the next trial.
///
/// The parameters depend only on the space, the seed, the trial's number and the other trials. What
/// a sampler keeps between trials may save time, but decides nothing. Two searches with the same
/// seed and the same history therefore continue in the same way.
pub trait Sampler: Send + Sync + std::fmt::Debug {
    /// The parameters of trial `number`.
    fn suggest(&self, known: Known<'_>, number: u64) -> Params;

    /// The number of different trials in `space`; `None` if it is unlimited.
    fn count(&self, _space: &Space) -> Option<u64> {
        None
    }

    /// Whether its suggestions depend on other trials.
    fn learns(&self) -> bool {
        false
    }
}
