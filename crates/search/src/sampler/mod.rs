//! Which parameters to try next.

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

/// The stream of [`Purpose::Search`](init::Purpose::Search) for what all trials share: no trial has
/// this number.
const STREAM: u64 = u64::MAX;

/// A trial that has ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// Its number.
    pub number: u64,
    /// What it tried.
    pub params: Params,
    /// How good that was, larger being better; NaN if it diverged.
    pub value: f64,
}

/// What a sampler may know.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What is searched.
    pub space: &'a Space,
    /// The trials that have ended, in order of their numbers.
    pub finished: &'a [Observation],
    /// What has been suggested and has not ended, in order of numbers.
    pub pending: &'a [Params],
    /// The seed of the search.
    pub seed: Seed,
}

/// A way to choose the next trial.
///
/// The parameters of trial `number` follow from the space, the seed, the number, and what is known
/// of other trials; a sampler keeps no state of its own. Searches of equal seed and equal history
/// therefore go on equally, whoever asks and however often.
pub trait Sampler: Send + Sync + std::fmt::Debug {
    /// The parameters of trial `number`.
    fn suggest(&self, known: Known<'_>, number: u64) -> Params;

    /// How many different trials there are in `space`; `None` if there is no end to them.
    fn count(&self, _space: &Space) -> Option<u64> {
        None
    }

    /// Whether it looks at what is known of other trials.
    fn learns(&self) -> bool {
        false
    }
}
