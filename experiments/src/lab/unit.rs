//! Which network of a run random numbers are drawn for.

use init::Seed;

/// A network of a run, or the run itself. Each has random streams of its own, so that adding a
/// network does not change the draws of another.
///
/// The numbers of units are part of the reproducibility promise. Two kinds may share numbers only
/// if no section uses both: a search has no series, and only the notebook's search, of 100 trials,
/// is narrowed.
///
/// ```
/// use experiments::lab::Unit;
/// use init::Seed;
///
/// let run = Seed::new(7);
/// assert_eq!(Unit::Run.of(run), run);
/// assert_eq!(Unit::Series(2).of(run), run.unit(2));
/// assert_eq!(Unit::Trial(0).of(run), run.unit(1));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// What all networks of a run share: the mini-batches, the split of the images.
    Run,
    /// The network of a series, counted from 0. The first shares its number with the run; weights
    /// and mini-batches still have different streams, since they are different purposes.
    Series(usize),
    /// A member of an ensemble, counted from 0.
    Member(usize),
    /// A trial of a search, by its number.
    Trial(u64),
}

impl Unit {
    /// The number of the first trial of the narrowing rounds, above those of the search.
    pub const FIRST_NARROWED: u64 = 1000;
    /// The number of the first trial at the notebook's own points, above those of the rounds.
    pub const FIRST_PRINTED: u64 = 10_000;

    /// The seed of this unit in the run with seed `run`.
    pub fn of(self, run: Seed) -> Seed {
        run.unit(match self {
            Self::Run => 0,
            Self::Series(index) => index as u64,
            Self::Member(index) => 100 + index as u64,
            Self::Trial(number) => 1 + number,
        })
    }
}
