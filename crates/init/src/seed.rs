//! Named streams of randomness.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// What a stream of random numbers is used for.
///
/// Each purpose has streams of its own, so that drawing more of one thing shifts no other: another
/// batch order leaves the weights alone, and a dropout layer leaves both.
///
/// # Example
/// ```
/// use init::{Purpose, Seed};
/// use rand::Rng;
///
/// let draw = |purpose| Seed::new(1).stream(purpose, 0).next_u64();
/// assert_ne!(draw(Purpose::Weights), draw(Purpose::Dropout));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Initial weights.
    Weights,
    /// Which samples make up each mini-batch.
    Batches,
    /// Which units dropout removes.
    Dropout,
    /// The order of a data set and its split.
    Shuffle,
    /// Hyperparameters of a search.
    Search,
    /// Inputs made up for an experiment.
    Inputs,
}

impl Purpose {
    /// The key word of the purpose. Part of the reproducibility promise: never renumber.
    fn tag(self) -> u64 {
        match self {
            Self::Weights => 1,
            Self::Batches => 2,
            Self::Dropout => 3,
            Self::Shuffle => 4,
            Self::Search => 5,
            Self::Inputs => 6,
        }
    }
}

/// The root of every random number of one network, trial or run.
///
/// A seed names independent generators: one stream for each (seed, unit, purpose, index). They are
/// ChaCha8 keyed by the first three with the index as the cipher's stream number: no stream overlaps
/// another, and the values are the same on every machine and in every version of this crate.
///
/// # Example
/// ```
/// use init::{Purpose, Seed};
/// use rand::Rng;
///
/// let run = Seed::new(7);
/// let mut third_layer = run.stream(Purpose::Weights, 3);
/// let again = run.stream(Purpose::Weights, 3).next_u64();
/// assert_eq!(third_layer.next_u64(), again);
///
/// // Another network of the same run draws other weights.
/// assert_ne!(run.unit(1).stream(Purpose::Weights, 3).next_u64(), again);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Seed {
    seed: u64,
    unit: u64,
}

impl Seed {
    /// The root seed of a run: its unit is 0.
    ///
    /// ```
    /// assert_eq!(init::Seed::new(7), init::Seed::new(7).unit(0));
    /// ```
    pub const fn new(seed: u64) -> Self {
        Self { seed, unit: 0 }
    }

    /// The same seed for the `unit`-th network or trial.
    ///
    /// ```
    /// assert_ne!(init::Seed::new(7).unit(1), init::Seed::new(7).unit(2));
    /// ```
    pub const fn unit(self, unit: u64) -> Self {
        Self { seed: self.seed, unit }
    }

    /// The generator of the `index`-th thing of a purpose: a layer's weights, say.
    ///
    /// ```
    /// use init::{Purpose, Seed};
    /// use rand::RngExt;
    ///
    /// let batch: Vec<u32> = {
    ///     let mut rng = Seed::new(7).stream(Purpose::Batches, 0);
    ///     (0..100).map(|_| rng.random_range(0..60_000)).collect()
    /// };
    /// assert!(batch.iter().all(|&i| i < 60_000));
    /// ```
    pub fn stream(self, purpose: Purpose, index: u64) -> ChaCha8Rng {
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip([self.seed, self.unit, purpose.tag()]) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(index);
        rng
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;
    use std::collections::HashSet;

    #[test]
    fn value_stability() {
        let draw = |seed: Seed, purpose, index| seed.stream(purpose, index).next_u64();
        assert_eq!(draw(Seed::new(0), Purpose::Weights, 0), 12_728_390_236_735_101_980);
        assert_eq!(draw(Seed::new(7).unit(3), Purpose::Dropout, 2), 15_860_851_047_639_474_463);
    }

    #[test]
    fn every_name_gives_another_stream() {
        use Purpose::*;
        let mut seen = HashSet::new();
        for seed in 0..4 {
            for unit in 0..4 {
                for purpose in [Weights, Batches, Dropout, Shuffle, Search, Inputs] {
                    for index in 0..4 {
                        let mut rng = Seed::new(seed).unit(unit).stream(purpose, index);
                        assert!(seen.insert(rng.next_u64()));
                    }
                }
            }
        }
    }
}
