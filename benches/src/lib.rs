//! Whole-experiment benchmarks.
