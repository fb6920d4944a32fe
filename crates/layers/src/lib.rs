#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod activation;
mod affine;
mod average_pooling;
mod batch_norm;
mod convolution;
mod dropout;
mod error;
mod input;
mod layer;
mod loss;
mod max_pooling;
mod network;
mod state;

pub use activation::{Activation, Elementwise};
pub use affine::Affine;
pub use average_pooling::AveragePooling;
pub use batch_norm::BatchNorm;
pub use convolution::Convolution;
pub use dropout::{Dropout, DropoutScaling};
pub use error::LayerError;
pub use input::Input;
pub use layer::{BoxedClone, Fold, Layer, Mode};
pub use loss::{Loss, LossFunction, Targets};
pub use max_pooling::MaxPooling;
pub use network::{
    Builder, Checkpoint, CheckpointError, MultiLayerNet, OnnxError, OnnxOutput, Sequential,
    TwoLayerNet,
};
pub use state::{Buffer, Generator, Param, Role, State, StateMut};
