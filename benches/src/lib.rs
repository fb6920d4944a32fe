//! What the benchmarks of whole steps and experiments share; see `README.md` beside this crate.
//! Benchmarks of single operations stand in the crate that they measure.

pub mod peak;
pub mod step;
