//! Hyperparameter search: spaces, samplers, pruners, and the training of a trial.
//!
//! A [`Space`] says what is searched, a [`Sampler`] which [`Params`] to try next, [`Settings`] what a
//! network with them is, a [`Task`] trains it, a [`Pruner`] stops it where it is behind, and a
//! [`Search`] puts them together. What is left is a list of [`Trial`]s, of which [`importance`] says
//! what mattered.

mod distribution;
mod driver;
mod error;
mod hyperparameter;
mod importance;
mod params;
pub mod pruner;
pub mod sampler;
mod settings;
mod space;
pub mod training;
mod trial;

pub use distribution::Distribution;
pub use driver::{Search, epochs_trained, pruned};
pub use error::SpaceError;
pub use hyperparameter::Hyperparameter;
pub use importance::importance;
pub use params::{Params, Value};
pub use pruner::Pruner;
pub use sampler::{Observation, Random, Sampler};
pub use settings::Settings;
pub use space::Space;
pub use training::{End, Epoch, Task};
pub use trial::{Trial, ranking};
