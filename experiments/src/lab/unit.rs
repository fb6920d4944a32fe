//! Which network of a run draws random numbers.

use init::Seed;

/// A network of a run, or the run itself: each draws its random numbers from streams of its own, so that adding one
/// shifts no other's.
///
/// Their numbers are part of the reproducibility promise. Two kinds may have the same numbers only where no section
/// has both: a search has no series, and only the notebook's, of 100 trials, is narrowed.
///
/// ```
/// use experiments::lab::Unit;
/// use init::Seed;
///
/// assert_eq!(Unit::Run.of(7), Seed::new(7));
/// assert_eq!(Unit::Series(2).of(7), Seed::new(7).unit(2));
/// assert_eq!(Unit::Trial(0).of(7), Seed::new(7).unit(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// What all networks of a run share: its mini-batches, the split of its images.
    Run,
    /// The network of a series, counted from 0. That of the first is the run's: weights and batches are different
    /// purposes.
    Series(usize),
    /// A member of an ensemble, counted from 0.
    Member(usize),
    /// A trial of a search, by its number.
    Trial(u64),
}

impl Unit {
    /// The number of the first trial of the searches that narrow the range, behind those of the search itself.
    pub const FIRST_NARROWED: u64 = 1000;
    /// The number of the first of the notebook's own trials, behind those.
    pub const FIRST_PRINTED: u64 = 10_000;

    /// Its seed in the run with this seed.
    pub fn of(self, run: u64) -> Seed {
        Seed::new(run).unit(match self {
            Self::Run => 0,
            Self::Series(index) => index as u64,
            Self::Member(index) => 100 + index as u64,
            Self::Trial(number) => 1 + number,
        })
    }
}
