//! Whole-experiment benchmarks; see `benches/`. Benchmarks of single operations stand in the crate
//! that they measure.
