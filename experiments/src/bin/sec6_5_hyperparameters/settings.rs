//! All hyperparameters of a trial. A new one is a field of [`Settings`] and its use in
//! [`Settings::build`]: its name in flags, spaces and files, its values and their check follow from
//! the field.

use std::sync::LazyLock;

use clap::{Args, Command, FromArgMatches};
use init::{Initializer, Seed};
use layers::{Activation, DropoutScaling, MultiLayerNet};
use optimizers::OptimizerKind;
use search::{Params, SpaceError};
use serde::{Serialize, Serializer};
use training::{Contestant, Real};

/// Every hyperparameter of a trial; the defaults are the notebook's network. As clap arguments they
/// are the flags of a single trial.
#[derive(Clone, Debug, PartialEq, Args, Serialize)]
pub struct Settings {
    /// Learning rate
    #[arg(long, default_value = "0.01", value_parser = above_zero, allow_hyphen_values = true)]
    pub lr: f64,
    /// Weight decay: λ of ½·λ·ΣW² in the loss
    #[arg(long, default_value = "0", value_parser = at_least_zero, allow_hyphen_values = true)]
    pub weight_decay: f64,
    /// Momentum, of the optimizers momentum and nesterov
    #[arg(long, default_value = "0.9", value_parser = below_one, allow_hyphen_values = true)]
    pub momentum: f64,
    /// Samples a mini-batch
    #[arg(long, default_value = "100", value_parser = count, allow_hyphen_values = true)]
    pub batch_size: usize,
    /// Number of hidden layers
    #[arg(long, default_value = "6", value_parser = count, allow_hyphen_values = true)]
    pub depth: usize,
    /// Units of each hidden layer
    #[arg(long, default_value = "100", value_parser = count, allow_hyphen_values = true)]
    pub width: usize,
    /// Activation: relu, sigmoid, tanh, leaky-relu, elu, gelu or silu
    #[arg(long, default_value = "relu")]
    #[serde(serialize_with = "name")]
    pub activation: Activation,
    /// How weights start: he, xavier, a standard deviation such as 0.01, …
    #[arg(long, default_value = "he")]
    #[serde(serialize_with = "name")]
    pub initializer: Initializer,
    /// Update rule: sgd, momentum, nesterov, adagrad, rmsprop, adam, …
    #[arg(long, default_value = "sgd")]
    #[serde(serialize_with = "name")]
    pub optimizer: OptimizerKind,
    /// Ratio of units that dropout removes after each activation
    #[arg(long, default_value = "0", value_parser = below_one, allow_hyphen_values = true)]
    pub dropout: f64,
    /// Batch normalisation before each activation
    #[arg(long, default_value = "false", default_missing_value = "true", value_parser = truth,
        num_args = 0..=1, require_equals = true)]
    pub batch_norm: bool,
}

/// The fields as flags.
static FLAGS: LazyLock<Command> =
    LazyLock::new(|| Settings::augment_args(Command::new("trial").no_binary_name(true)));

impl Default for Settings {
    fn default() -> Self {
        Self::parse(&[])
    }
}

impl Settings {
    /// The names of all hyperparameters, in the order in which spaces have them.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FLAGS.get_arguments().map(|arg| arg.get_id().as_str())
    }

    /// The defaults with the values of `params` in their places.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn of(params: &Params) -> Result<Self, SpaceError> {
        let check =
            |(name, value): (&str, _)| Self::check(name, &format!("{value}")).map(|(_, flag)| flag);
        Ok(Self::parse(&params.iter().map(check).collect::<Result<Vec<_>, _>>()?))
    }

    /// The hyperparameter of a name, in which `-` counts as `_`, and the flag that gives it the
    /// value that `text` writes.
    ///
    /// # Errors
    /// [`SpaceError`] if there is none, or it cannot have this value.
    pub fn check(name: &str, text: &str) -> Result<(&'static str, String), SpaceError> {
        let wanted = name.trim().replace('-', "_");
        let name = Self::names().find(|known| *known == wanted).ok_or_else(|| {
            let known = Self::names().collect::<Vec<_>>().join(", ");
            SpaceError::UnknownName { found: name.to_owned(), known }
        })?;
        let flag = format!("--{}={text}", name.replace('_', "-"));
        FLAGS.clone().try_get_matches_from([&flag]).map_err(|error| {
            // What the value's own parser said.
            let reason =
                std::error::Error::source(&error).map_or(error.to_string(), ToString::to_string);
            wrong(name, text, reason)
        })?;
        Ok((name, flag))
    }

    /// The defaults but for these flags, which have been checked.
    fn parse(flags: &[String]) -> Self {
        let matches = FLAGS.clone().try_get_matches_from(flags);
        let settings = matches.and_then(|matches| Self::from_arg_matches(&matches));
        settings.expect("defaults and checked flags are valid")
    }

    /// The network and its optimizer, fresh, for images of `inputs` pixels in so many classes.
    ///
    /// # Errors
    /// [`SpaceError::Value`] if the element type cannot hold a value.
    pub fn build<T: Real>(
        &self,
        (inputs, classes): (usize, usize),
        seed: Seed,
    ) -> Result<Contestant<T>, SpaceError> {
        let mut network = MultiLayerNet::new(inputs, &vec![self.width; self.depth], classes)
            .activation(self.activation)
            .initializer(self.initializer)
            .weight_decay(self.weight_decay)
            .batch_norm(self.batch_norm);
        if self.dropout > 0.0 {
            network = network.dropout(self.dropout, DropoutScaling::AtEvaluation);
        }
        let mut contestant = Contestant::new(&network, self.optimizer, seed)
            .map_err(|cause| wrong("dropout", &self.dropout.to_string(), cause.to_string()))?;
        let mut set = |name, value: f64| {
            let set = contestant.optimizer.set(name, value);
            set.map_err(|cause| wrong(name, &value.to_string(), cause.to_string()))
        };
        set("lr", self.lr)?;
        if matches!(self.optimizer, OptimizerKind::Momentum | OptimizerKind::Nesterov) {
            set("momentum", self.momentum)?;
        }
        Ok(contestant)
    }
}

fn wrong(name: &str, value: &str, reason: String) -> SpaceError {
    SpaceError::Value { name: name.to_owned(), value: value.to_owned(), reason }
}

/// Reads a number that is as it must be.
fn real(text: &str, fine: fn(f64) -> bool, must: &str) -> Result<f64, String> {
    let number = text.parse().map_err(|_| "must be a number".to_owned())?;
    if fine(number) { Ok(number) } else { Err(must.to_owned()) }
}

fn above_zero(text: &str) -> Result<f64, String> {
    real(text, |x| x > 0.0 && x.is_finite(), "must be above 0 and finite")
}

fn at_least_zero(text: &str) -> Result<f64, String> {
    real(text, |x| x >= 0.0 && x.is_finite(), "must be at least 0 and finite")
}

fn below_one(text: &str) -> Result<f64, String> {
    real(text, |x| (0.0..1.0).contains(&x), "must be at least 0 and less than 1")
}

fn count(text: &str) -> Result<usize, String> {
    // Larger ones are a slip of a finger: the matrices would not fit a memory.
    const LARGEST: usize = 100_000;
    match text.parse() {
        Ok(number) if (1..=LARGEST).contains(&number) => Ok(number),
        Ok(_) => Err(format!("must be from 1 to {LARGEST}")),
        Err(_) => Err("must be a whole number; in a space, int:LOW:HIGH".to_owned()),
    }
}

fn truth(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "must be true or false".to_owned())
}

fn name<S: Serializer>(value: &impl ToString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_flags_and_files() {
        assert_eq!(Settings::check(" weight-decay", "0").unwrap().0, "weight_decay");
        let error = Settings::check("learning_rate", "1").unwrap_err().to_string();
        assert!(error.contains("give lr, weight_decay, momentum, batch_size"), "{error}");
    }

    /// A Sobol sequence has no more dimensions than the space can have.
    #[test]
    fn a_sobol_sequence_covers_all_hyperparameters() {
        assert!(Settings::names().count() <= search::sampler::Sobol::DIMENSIONS);
    }
}
