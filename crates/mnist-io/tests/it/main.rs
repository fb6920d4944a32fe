//! The integration tests in one binary: shared code is compiled and linked once.

mod common;

mod load;
mod names;
mod robustness;
mod roundtrip;
mod types;
