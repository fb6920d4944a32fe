#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod decay;
mod epsilon;
mod error;
mod kind;
mod memory;
mod norm;
mod optimizer;
mod range;
mod rule;
mod rules;
pub mod schedules;
mod sharing;
mod slots;

pub use decay::Decay;
pub use epsilon::Epsilon;
pub use error::OptimizerError;
pub use kind::OptimizerKind;
pub use norm::{clip_total_norm, constrain_norm, total_norm};
pub use optimizer::{Optimizer, OptimizerState, StateArray};
pub use range::Range;
pub use rule::{Driver, Rule};
pub use rules::{
    AdaDelta, AdaGrad, AdaMax, Adam, AmsGrad, Lion, Momentum, NAdam, Nesterov, RAdam, RmsProp, Sgd,
};
pub use slots::{Slot, Slots};
