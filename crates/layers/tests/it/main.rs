//! The integration tests are one binary, so that it is linked once.

mod allocation;
mod golden;
mod gradients;
mod interop;
mod sparse;
mod value_stability;
