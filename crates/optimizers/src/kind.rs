//! Optimizers by name, for command lines and files.

use std::fmt;
use std::str::FromStr;

use num_traits::Float;

use crate::{
    AdaDelta, AdaGrad, AdaMax, Adam, AmsGrad, Decay, Epsilon, Lion, Momentum, NAdam, Nesterov,
    Optimizer, OptimizerError, OptimizerState, RAdam, RmsProp, Rule, Sgd,
};

/// Every optimizer of this crate under its lower-case name.
///
/// ```
/// use optimizers::{Optimizer, OptimizerKind};
///
/// let kind: OptimizerKind = "rmsprop".parse()?;
/// assert_eq!(kind.to_string(), "rmsprop");
///
/// let mut optimizer = kind.build::<f32>()?; // the book's defaults …
/// optimizer.set_lr(0.001)?; // … except for the learning rate
///
/// let error = "rmsprpo".parse::<OptimizerKind>().unwrap_err();
/// assert!(error.to_string().starts_with("unknown optimizer \"rmsprpo\"; known are: sgd, mom"));
/// # Ok::<(), optimizers::OptimizerError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum OptimizerKind {
    /// [`Sgd`].
    Sgd,
    /// [`Momentum`].
    Momentum,
    /// [`Nesterov`].
    Nesterov,
    /// [`AdaGrad`].
    AdaGrad,
    /// [`RmsProp`].
    RmsProp,
    /// [`Adam`].
    Adam,
    /// [`AdaDelta`].
    AdaDelta,
    /// [`AdaMax`].
    AdaMax,
    /// [`AmsGrad`].
    AmsGrad,
    /// [`Adam`] with [`Decay::Decoupled`] of 0.01, the default of `torch.optim.AdamW`. The built
    /// optimizer has the [`name`](Optimizer::name) of its rule, `"adam"`.
    AdamW,
    /// [`NAdam`].
    NAdam,
    /// [`RAdam`].
    RAdam,
    /// [`Lion`].
    Lion,
}

impl OptimizerKind {
    /// All optimizers: first the book's, in the book's order.
    pub const ALL: [Self; 13] = [
        Self::Sgd,
        Self::Momentum,
        Self::Nesterov,
        Self::AdaGrad,
        Self::RmsProp,
        Self::Adam,
        Self::AdaDelta,
        Self::AdaMax,
        Self::AmsGrad,
        Self::AdamW,
        Self::NAdam,
        Self::RAdam,
        Self::Lion,
    ];

    /// The name, as [`Display`](fmt::Display) writes it and [`FromStr`] reads it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sgd => Sgd::NAME,
            Self::Momentum => Momentum::NAME,
            Self::Nesterov => Nesterov::NAME,
            Self::AdaGrad => AdaGrad::NAME,
            Self::RmsProp => RmsProp::NAME,
            Self::Adam => Adam::NAME,
            Self::AdaDelta => AdaDelta::NAME,
            Self::AdaMax => AdaMax::NAME,
            Self::AmsGrad => AmsGrad::NAME,
            Self::AdamW => "adamw",
            Self::NAdam => NAdam::NAME,
            Self::RAdam => RAdam::NAME,
            Self::Lion => Lion::NAME,
        }
    }

    /// The optimizer with its default hyperparameters.
    ///
    /// # Errors
    /// [`OptimizerError::Hyperparameter`] if a default does not fit the scalar; `f32` and `f64`
    /// take them all.
    pub fn build<T: Float + Send + Sync + 'static>(
        self,
    ) -> Result<Box<dyn Optimizer<T>>, OptimizerError> {
        self.build_with(if self == Self::AdamW { Decay::Decoupled(0.01) } else { Decay::None })
    }

    /// The optimizer with its other defaults and this weight decay.
    ///
    /// # Errors
    /// [`OptimizerError::Hyperparameter`] if λ is negative or not finite.
    pub fn build_with<T: Float + Send + Sync + 'static>(
        self,
        decay: Decay,
    ) -> Result<Box<dyn Optimizer<T>>, OptimizerError> {
        match self {
            Self::Sgd => Sgd::default().build_with(decay),
            Self::Momentum => Momentum::default().build_with(decay),
            Self::Nesterov => Nesterov::default().build_with(decay),
            Self::AdaGrad => AdaGrad::default().build_with(decay),
            Self::RmsProp => RmsProp::default().build_with(decay),
            Self::Adam | Self::AdamW => Adam::default().build_with(decay),
            Self::AdaDelta => AdaDelta::default().build_with(decay),
            Self::AdaMax => AdaMax::default().build_with(decay),
            Self::AmsGrad => AmsGrad::default().build_with(decay),
            Self::NAdam => NAdam::default().build_with(decay),
            Self::RAdam => RAdam::default().build_with(decay),
            Self::Lion => Lion::default().build_with(decay),
        }
    }
}

impl<T: Float + Send + Sync + 'static> OptimizerState<T> {
    /// The optimizer that goes on from this state, if its rule is one of this crate's.
    ///
    /// # Errors
    /// [`UnknownName`](OptimizerError::UnknownName) for a rule of your own, which is to be built
    /// first and then to [load the state](Optimizer::load_state); else as `load_state`.
    ///
    /// ```
    /// use optimizers::{Adam, Epsilon, Rule};
    ///
    /// let eps = Epsilon::Corrected(1e-8);
    /// let adam = Adam { lr: 0.5, beta1: 0.8, eps, ..Adam::default() }.build::<f32>()?;
    /// let again = adam.state().build()?;
    /// assert_eq!((again.lr(), again.hyperparameters()), (0.5, adam.hyperparameters()));
    /// # Ok::<(), optimizers::OptimizerError>(())
    /// ```
    pub fn build(self) -> Result<Box<dyn Optimizer<T>>, OptimizerError> {
        let decay = |(name, value): &(String, f64)| Decay::named(name, *value);
        let decay = self.hyperparameters.iter().find_map(decay).unwrap_or_default();
        let corrected = self.hyperparameters.iter().find(|(name, _)| name == Epsilon::CORRECTED);
        let eps = corrected.map(|(_, eps)| Epsilon::Corrected(*eps));
        let mut optimizer = match (self.rule.parse::<OptimizerKind>()?, eps) {
            (OptimizerKind::Adam, Some(eps)) => Adam { eps, ..Adam::default() }.build_with(decay),
            (OptimizerKind::AmsGrad, Some(eps)) => {
                AmsGrad { eps, ..AmsGrad::default() }.build_with(decay)
            }
            (kind, _) => kind.build_with(decay),
        }?;
        for (name, value) in &self.hyperparameters {
            optimizer.set(name, *value)?;
        }
        optimizer.load_state(self)?;
        Ok(optimizer)
    }
}

impl fmt::Display for OptimizerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for OptimizerKind {
    type Err = OptimizerError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            OptimizerError::UnknownName {
                found: name.to_owned(),
                known: Self::ALL.map(Self::name).join(", "),
            }
        })
    }
}
