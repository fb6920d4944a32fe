//! Networks made of layers.

mod checkpoint;
mod gradients;
mod multi_layer_net;
mod sequential;
mod two_layer_net;

pub use checkpoint::CheckpointError;
pub use multi_layer_net::MultiLayerNet;
pub use sequential::Sequential;
pub use two_layer_net::TwoLayerNet;
