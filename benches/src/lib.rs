//! What the benchmarks of whole steps and experiments share; see `README.md` beside this crate.
//! Benchmarks of single operations stand in the crate that they measure.

/// As in the sections.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

pub mod peak;
pub mod step;
