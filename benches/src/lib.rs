//! What the benchmarks of whole steps and experiments share; see `README.md` beside this crate.
//! Benchmarks of single operations stand in the crate that they measure.

// For its allocator: what is measured is what the sections do.
use experiments as _;

pub mod peak;
pub mod step;
