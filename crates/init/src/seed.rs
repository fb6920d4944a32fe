//! Named streams of random numbers.

use rand::SeedableRng;
use rand::rngs::ChaCha8Rng;

/// What a stream of random numbers is used for.
///
/// Each purpose has its own streams, so that more draws for one purpose change no draw for another:
/// a different batch order does not change the weights, and a dropout layer changes neither.
///
/// The discriminant is part of the stream's key: renumbering would change every draw.
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
    Weights = 1,
    /// Which samples are in each mini-batch.
    Batches = 2,
    /// Which units dropout removes.
    Dropout = 3,
    /// The order of a data set and its split.
    Shuffle = 4,
    /// Hyperparameters of a search.
    Search = 5,
    /// Synthetic inputs of an experiment.
    Inputs = 6,
}

impl Purpose {
    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The name of a kind of stream: a [`Purpose`], or one of your own.
///
/// # Example
/// ```
/// use init::{Purpose, Seed, StreamName};
/// use rand::Rng;
///
/// /// Noise that is added to images.
/// #[derive(Clone, Copy)]
/// struct Noise;
///
/// impl StreamName for Noise {
///     fn number(self) -> u64 {
///         1000
///     }
/// }
///
/// let seed = Seed::new(1);
/// assert_ne!(seed.stream(Noise, 0).next_u64(), seed.stream(Purpose::Inputs, 0).next_u64());
/// ```
pub trait StreamName: Copy {
    /// The number that is part of the stream's key: 256 or more for your own, each only once.
    fn number(self) -> u64;
}

impl StreamName for Purpose {
    fn number(self) -> u64 {
        self as u64
    }
}

/// The source of all random numbers of one network, trial or run.
///
/// A seed gives an independent generator for each (seed, unit, purpose, index): ChaCha8 with the
/// first three as the key and the index as the stream number. No stream overlaps another, and the
/// values are the same on every machine and in every version of this crate.
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
    /// Purposes whose streams are those of another seed, a bit each, and that seed.
    varied: (u8, u64),
}

impl Seed {
    /// The root seed of a run: its unit is 0.
    ///
    /// ```
    /// assert_eq!(init::Seed::new(7), init::Seed::new(7).unit(0));
    /// ```
    pub const fn new(seed: u64) -> Self {
        Self { seed, unit: 0, varied: (0, 0) }
    }

    /// The same seed for the `unit`-th network or trial.
    ///
    /// ```
    /// assert_ne!(init::Seed::new(7).unit(1), init::Seed::new(7).unit(2));
    /// ```
    pub const fn unit(self, unit: u64) -> Self {
        Self { unit, ..self }
    }

    /// The same seed, except that the streams of these purposes are those of the seed `of`: between
    /// two values of `of`, nothing else differs.
    ///
    /// ```
    /// use init::{Purpose, Seed};
    /// use rand::Rng;
    ///
    /// let draw = |seed: Seed, purpose| seed.unit(3).stream(purpose, 0).next_u64();
    /// let (first, other) = (Seed::new(0), Seed::new(7));
    /// let varied = first.vary(&[Purpose::Weights], 7);
    /// assert_eq!(draw(varied, Purpose::Weights), draw(other, Purpose::Weights));
    /// assert_eq!(draw(varied, Purpose::Batches), draw(first, Purpose::Batches));
    /// ```
    #[must_use]
    pub fn vary(self, purposes: &[Purpose], of: u64) -> Self {
        let bits = purposes.iter().fold(0, |bits, purpose| bits | purpose.bit());
        Self { varied: (bits, of), ..self }
    }

    /// The generator with number `index` of a purpose, for example for the weights of one layer.
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
    pub fn stream(self, purpose: impl StreamName, index: u64) -> ChaCha8Rng {
        let (varied, of) = self.varied;
        let number = purpose.number();
        let is_varied = number < 8 && varied & 1 << number != 0;
        let seed = if is_varied { of } else { self.seed };
        let key = [seed, self.unit, number, 0].map(u64::to_le_bytes);
        let key = key.as_flattened().try_into().expect("four words of 8 bytes are 32 bytes");
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
