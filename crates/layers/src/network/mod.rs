//! Networks.

mod builder;
mod checkpoint;
mod description;
mod gradients;
mod multi_layer_net;
mod onnx;
mod parameters;
mod passes;
mod saved;
mod sequential;
mod two_layer_net;

pub use builder::Builder;
pub use checkpoint::Checkpoint;
pub use multi_layer_net::MultiLayerNet;
pub use onnx::{OnnxError, OnnxOutput};
pub use saved::CheckpointError;
pub use sequential::Sequential;
pub use two_layer_net::TwoLayerNet;
