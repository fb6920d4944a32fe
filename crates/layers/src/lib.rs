#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod activation;
mod affine;
mod batch_norm;
mod convolution;
mod dropout;
mod input;
mod layer;
mod loss;
mod network;
mod param;
mod pooling;

pub use activation::{Activation, Elementwise};
pub use affine::Affine;
pub use batch_norm::BatchNorm;
pub use convolution::Convolution;
pub use dropout::{Dropout, DropoutScaling};
pub use input::{Input, SparseInput};
pub use layer::{Layer, LayerError, Mode};
pub use loss::{Loss, Targets};
pub use network::{CheckpointError, MultiLayerNet, Sequential, TwoLayerNet};
pub use param::{Buffer, Param, Role};
pub use pooling::MaxPooling;
