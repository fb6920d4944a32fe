//! The streams of random numbers that `--vary` names.

use clap::ValueEnum;
use init::Purpose;

/// A cause of the differences between seeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Stream {
    /// Initial weights.
    Weights,
    /// Which images are in each mini-batch.
    Batches,
    /// Which units dropout removes.
    Dropout,
    /// Which images are trained on.
    Images,
    /// The hyperparameters of trials.
    Trials,
    /// The inputs of 6.2's activations.
    Inputs,
}

impl Stream {
    /// What it is in code.
    pub fn purpose(self) -> Purpose {
        match self {
            Self::Weights => Purpose::Weights,
            Self::Batches => Purpose::Batches,
            Self::Dropout => Purpose::Dropout,
            Self::Images => Purpose::Shuffle,
            Self::Trials => Purpose::Search,
            Self::Inputs => Purpose::Inputs,
        }
    }

    /// Its name in flags and files.
    pub fn name(self) -> String {
        self.to_possible_value().expect("every stream has a name").get_name().to_owned()
    }
}
