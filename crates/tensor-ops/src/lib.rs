#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

pub mod broadcast;
pub mod gradient;
pub mod im2col;
pub mod matmul;
pub mod one_hot;
pub mod reduce;
mod reshape;
pub mod shuffle;
pub mod softmax;
pub mod sparse;
mod wide;

pub use gradient::numerical_gradient;
pub use im2col::{ImageShape, Window, WindowError, col2im, conv_output_size, im2col};
pub use matmul::{Operand, matmul, matmul_relu, matmul_relu_gradient};
pub use one_hot::one_hot;
pub use reshape::reshape;
pub use shuffle::{permutation, shuffle};
pub use sparse::{Sparse, Workspace};
