//! All hyperparameters of a trial.

use std::str::FromStr;

use init::{Initializer, Seed};
use layers::{Activation, DropoutScaling, MultiLayerNet};
use optimizers::OptimizerKind;
use search::{Params, SpaceError};
use training::{Contestant, Real};

use crate::hyperparameter::Hyperparameter;

/// Every hyperparameter of a trial; the defaults are the notebook's network.
///
/// As clap arguments they are the flags of a single trial.
#[derive(Clone, Debug, PartialEq, clap::Args)]
pub struct Settings {
    /// Learning rate
    #[arg(long, default_value_t = 0.01, allow_hyphen_values = true)]
    pub lr: f64,
    /// Weight decay: λ of ½·λ·ΣW² in the loss
    #[arg(long, default_value_t = 0.0, allow_hyphen_values = true)]
    pub weight_decay: f64,
    /// Momentum, of the optimizers momentum and nesterov
    #[arg(long, default_value_t = 0.9, allow_hyphen_values = true)]
    pub momentum: f64,
    /// Samples a mini-batch
    #[arg(long, default_value_t = 100, allow_hyphen_values = true)]
    pub batch_size: usize,
    /// Number of hidden layers
    #[arg(long, default_value_t = 6, allow_hyphen_values = true)]
    pub depth: usize,
    /// Units of each hidden layer
    #[arg(long, default_value_t = 100, allow_hyphen_values = true)]
    pub width: usize,
    /// Activation: relu, sigmoid, tanh, leaky-relu, elu, gelu or silu
    #[arg(long, default_value_t = Activation::Relu)]
    pub activation: Activation,
    /// How weights start: he, xavier, a standard deviation such as 0.01, …
    #[arg(long, default_value = "he")]
    pub initializer: Initializer,
    /// Update rule: sgd, momentum, nesterov, adagrad, rmsprop, adam, …
    #[arg(long, default_value_t = OptimizerKind::Sgd)]
    pub optimizer: OptimizerKind,
    /// Ratio of units that dropout removes after each activation
    #[arg(long, default_value_t = 0.0, allow_hyphen_values = true)]
    pub dropout: f64,
    /// Batch normalisation before each activation
    #[arg(long)]
    pub batch_norm: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lr: 0.01,
            weight_decay: 0.0,
            momentum: 0.9,
            batch_size: 100,
            depth: 6,
            width: 100,
            activation: Activation::Relu,
            initializer: Initializer::He,
            optimizer: OptimizerKind::Sgd,
            dropout: 0.0,
            batch_norm: false,
        }
    }
}

/// Larger networks are a slip of a finger: the matrices would not fit a memory.
const LARGEST: usize = 100_000;

impl Settings {
    /// The defaults with the values of `params` in their places.
    ///
    /// # Errors
    /// [`SpaceError`] if a name is unknown or a value is none that it can take.
    pub fn of(params: &Params) -> Result<Self, SpaceError> {
        let mut settings = Self::default();
        for (name, value) in params.iter() {
            settings.set(name.parse()?, &value.to_string())?;
        }
        Ok(settings)
    }

    /// Gives one hyperparameter the value that `text` writes.
    ///
    /// # Errors
    /// [`SpaceError::Value`] if it cannot take it; it then keeps the old one.
    pub fn set(&mut self, name: Hyperparameter, text: &str) -> Result<(), SpaceError> {
        let mut changed = self.clone();
        let number = "must be a number";
        let whole = "must be a whole number; in a space, int:LOW:HIGH";
        let read = match name {
            Hyperparameter::LearningRate => read(&mut changed.lr, text, number),
            Hyperparameter::WeightDecay => read(&mut changed.weight_decay, text, number),
            Hyperparameter::Momentum => read(&mut changed.momentum, text, number),
            Hyperparameter::BatchSize => read(&mut changed.batch_size, text, whole),
            Hyperparameter::Depth => read(&mut changed.depth, text, whole),
            Hyperparameter::Width => read(&mut changed.width, text, whole),
            Hyperparameter::Activation => read(&mut changed.activation, text, ""),
            Hyperparameter::Initializer => read(&mut changed.initializer, text, ""),
            Hyperparameter::Optimizer => read(&mut changed.optimizer, text, ""),
            Hyperparameter::Dropout => read(&mut changed.dropout, text, number),
            Hyperparameter::BatchNorm => {
                read(&mut changed.batch_norm, text, "must be true or false")
            }
        };
        read.map_err(|reason| error(name, text, reason))?;
        changed.validate()?;
        *self = changed;
        Ok(())
    }

    /// Checks every value.
    ///
    /// # Errors
    /// [`SpaceError::Value`] for the first one that is out of range.
    pub fn validate(&self) -> Result<(), SpaceError> {
        use Hyperparameter as H;
        let real = |name, value: f64, fine: bool, reason: &str| match fine && value.is_finite() {
            true => Ok(()),
            false => Err(error(name, &format!("{value:?}"), reason.to_owned())),
        };
        let whole = |name, value: usize| match (1..=LARGEST).contains(&value) {
            true => Ok(()),
            false => Err(error(name, &value.to_string(), format!("must be from 1 to {LARGEST}"))),
        };
        let below_one = "must be at least 0 and less than 1";
        real(H::LearningRate, self.lr, self.lr > 0.0, "must be above 0 and finite")?;
        let decay = self.weight_decay;
        real(H::WeightDecay, decay, decay >= 0.0, "must be at least 0 and finite")?;
        real(H::Momentum, self.momentum, (0.0..1.0).contains(&self.momentum), below_one)?;
        whole(H::BatchSize, self.batch_size)?;
        whole(H::Depth, self.depth)?;
        whole(H::Width, self.width)?;
        real(H::Dropout, self.dropout, (0.0..1.0).contains(&self.dropout), below_one)
    }

    /// The network and its optimizer, fresh, for images of `inputs` pixels in so many classes.
    ///
    /// # Errors
    /// [`SpaceError::Value`] as [`validate`](Self::validate), and if the element type cannot hold a
    /// value.
    pub fn build<T: Real>(
        &self,
        (inputs, classes): (usize, usize),
        seed: Seed,
    ) -> Result<Contestant<T>, SpaceError> {
        self.validate()?;
        let mut network = MultiLayerNet::new(inputs, &vec![self.width; self.depth], classes)
            .activation(self.activation)
            .initializer(self.initializer)
            .weight_decay(self.weight_decay)
            .batch_norm(self.batch_norm);
        if self.dropout > 0.0 {
            network = network.dropout(self.dropout, DropoutScaling::AtEvaluation);
        }
        let mut contestant = Contestant::new(&network, self.optimizer, seed).map_err(|cause| {
            error(Hyperparameter::Dropout, &self.dropout.to_string(), cause.to_string())
        })?;
        let mut set = |name: Hyperparameter, value: f64| {
            let set = contestant.optimizer.set(name.name(), value);
            set.map_err(|cause| error(name, &value.to_string(), cause.to_string()))
        };
        set(Hyperparameter::LearningRate, self.lr)?;
        if matches!(self.optimizer, OptimizerKind::Momentum | OptimizerKind::Nesterov) {
            set(Hyperparameter::Momentum, self.momentum)?;
        }
        Ok(contestant)
    }
}

fn error(name: Hyperparameter, value: &str, reason: String) -> SpaceError {
    SpaceError::Value { name: name.to_string(), value: value.to_owned(), reason }
}

/// Reads `text` into its place, or says what it must be: the type's own words where `must` is empty.
fn read<V: FromStr<Err: ToString>>(place: &mut V, text: &str, must: &str) -> Result<(), String> {
    let words = |cause: V::Err| if must.is_empty() { cause.to_string() } else { must.to_owned() };
    *place = text.parse().map_err(words)?;
    Ok(())
}
