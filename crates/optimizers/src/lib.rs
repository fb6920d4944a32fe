//! Gradient descent update rules over plain slices.

#![forbid(unsafe_code)]

mod check;
mod decay;
mod driver;
mod error;
mod optimizer;
mod rule;
mod rules;
mod slots;

pub use decay::Decay;
pub use driver::Driver;
pub use error::OptimizerError;
pub use optimizer::{Optimizer, OptimizerState, StateArray};
pub use rule::Rule;
pub use rules::{AdaGrad, Adam, Momentum, Nesterov, RmsProp, Sgd};
pub use slots::{Slot, Slots};
