#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
// A library tells its caller; only programs print.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod distribution;
mod error;
mod importance;
mod params;
pub mod pruner;
pub mod sampler;
mod search;
mod space;
pub mod study;
mod trial;

pub use distribution::Distribution;
pub use error::SpaceError;
pub use importance::importance;
pub use params::{Params, Value};
pub use pruner::Pruner;
pub use sampler::{Observation, Sampler};
pub use search::{Objective, Observe, Progress, Search, pruned, steps_taken};
pub use space::{Check, Space};
pub use study::{Identity, Study, StudyError};
pub use trial::{End, Report, Trial, observations, ranking};
