//! Hyperparameter search: spaces, samplers, pruners, and the training of a trial.
//!
//! A [`Space`] says what is searched, a [`Sampler`] which [`Params`] to try next, [`Settings`] what a
//! network with them is, a [`Task`] trains it, a [`Pruner`] stops it where it is behind, and a
//! [`Search`] puts them together. What is left is a list of [`Trial`]s, of which [`importance`] says
//! what mattered.
//!
//! Samplers know nothing of networks: anything that takes [`Params`] and gives a number can be searched.
//!
//! ```
//! use experiments::search::sampler::{GaussianProcess, Known};
//! use experiments::search::{Observation, Sampler, Space, Value};
//!
//! let space = Space::parse(["lr=log:1e-6:1"])?;
//! let mut finished = Vec::new();
//! for number in 0..15 {
//!     let known = Known { space: &space, finished: &finished, pending: &[], seed: init::Seed::new(7) };
//!     let params = GaussianProcess.suggest(known, number);
//!     let Some(Value::Float(lr)) = params.get("lr") else { unreachable!("of the space") };
//!     let value = -(lr.log10() + 2.0).powi(2); // highest at lr = 0.01
//!     finished.push(Observation { number, params, value });
//! }
//! let best = finished.iter().map(|trial| trial.value).fold(f64::NEG_INFINITY, f64::max);
//! assert!(best > -0.001);
//! # Ok::<(), experiments::search::SpaceError>(())
//! ```

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
pub use trial::{Trial, observations, ranking};
