#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod accuracy;
mod batches;
mod plan;
mod real;
mod samples;
mod train;
mod work_sharing;

pub use plan::Plan;
pub use real::Real;
pub use samples::Samples;
pub use train::{Contestant, Moment, train};
