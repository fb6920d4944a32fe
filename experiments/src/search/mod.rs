//! Hyperparameter search: spaces, samplers, pruners, and the training of a trial.
//!
//! A [`Space`] says what is searched, a [`Sampler`] which [`Params`] to try next, [`Settings`] what a
//! network with them is.

mod distribution;
mod error;
mod hyperparameter;
mod importance;
mod params;
pub mod sampler;
mod settings;
mod space;
pub mod training;

pub use distribution::Distribution;
pub use error::SpaceError;
pub use hyperparameter::Hyperparameter;
pub use importance::importance;
pub use params::{Params, Value};
pub use sampler::{Observation, Sampler};
pub use settings::Settings;
pub use space::Space;
pub use training::{End, Epoch, Task};
