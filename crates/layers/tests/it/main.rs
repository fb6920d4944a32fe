//! The integration tests are one binary, so that it is linked once.

mod allocation;
mod composed;
mod examples;
mod golden;
mod gradients;
mod interop;
mod onnx;
mod resume;
mod sparse;
mod state;
mod value_stability;
