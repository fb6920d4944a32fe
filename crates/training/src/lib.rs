#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod batches;
mod blocks;
mod plan;
mod real;
mod samples;
mod train;
mod work_sharing;

pub use blocks::Blocks;
pub use plan::Plan;
pub use real::Real;
pub use samples::Samples;
pub use train::{Contestant, Moment, train};
