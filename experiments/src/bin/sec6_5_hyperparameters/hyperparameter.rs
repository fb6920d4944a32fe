//! The names of what can be searched.

use std::fmt;
use std::str::FromStr;

use search::SpaceError;

/// A hyperparameter of a trial, by the name that flags and files use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hyperparameter {
    /// `lr`: the learning rate.
    LearningRate,
    /// `weight_decay`: λ of ½·λ·ΣW² in the loss.
    WeightDecay,
    /// `momentum`: of the optimizers `momentum` and `nesterov`.
    Momentum,
    /// `batch_size`: samples a mini-batch.
    BatchSize,
    /// `depth`: the number of hidden layers.
    Depth,
    /// `width`: units of each hidden layer.
    Width,
    /// `activation`: between the layers.
    Activation,
    /// `initializer`: how weights start.
    Initializer,
    /// `optimizer`: the update rule.
    Optimizer,
    /// `dropout`: the ratio of units removed after each activation.
    Dropout,
    /// `batch_norm`: batch normalisation before each activation, `true` or `false`.
    BatchNorm,
}

impl Hyperparameter {
    /// All of them, in the order in which spaces have them.
    pub const ALL: [Self; 11] = [
        Self::LearningRate,
        Self::WeightDecay,
        Self::Momentum,
        Self::BatchSize,
        Self::Depth,
        Self::Width,
        Self::Activation,
        Self::Initializer,
        Self::Optimizer,
        Self::Dropout,
        Self::BatchNorm,
    ];

    /// The name in flags and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LearningRate => "lr",
            Self::WeightDecay => "weight_decay",
            Self::Momentum => "momentum",
            Self::BatchSize => "batch_size",
            Self::Depth => "depth",
            Self::Width => "width",
            Self::Activation => "activation",
            Self::Initializer => "initializer",
            Self::Optimizer => "optimizer",
            Self::Dropout => "dropout",
            Self::BatchNorm => "batch_norm",
        }
    }
}

impl fmt::Display for Hyperparameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Hyperparameter {
    type Err = SpaceError;

    /// Reads a name; `-` counts as `_`, as in flags.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().replace('-', "_");
        Self::ALL.into_iter().find(|known| known.name() == name).ok_or_else(|| {
            SpaceError::UnknownName {
                found: text.to_owned(),
                known: Self::ALL.map(Self::name).join(", "),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_flags_and_files() {
        assert_eq!("weight-decay".parse(), Ok(Hyperparameter::WeightDecay));
        assert_eq!(Hyperparameter::LearningRate.to_string(), "lr");
        let error = "learning_rate".parse::<Hyperparameter>().unwrap_err().to_string();
        assert!(error.contains("give lr, weight_decay, momentum"), "{error}");
    }
}
