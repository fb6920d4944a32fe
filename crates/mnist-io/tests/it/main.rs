//! The integration tests, in one binary: what they share is compiled and linked once.

mod common;

mod load;
mod names;
mod robustness;
mod roundtrip;
mod types;
