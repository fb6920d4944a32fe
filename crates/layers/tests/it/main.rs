//! The integration tests, in one binary: what they share is compiled and linked once.

mod allocation;
mod golden;
mod gradients;
mod interop;
mod sparse;
mod value_stability;
