#![doc = include_str!("../README.md")]

pub mod broadcast;
mod byte_rows;
pub mod gradient;
pub mod im2col;
mod kernel;
pub mod matmul;
pub mod one_hot;
pub mod reduce;
mod scalar;
pub mod shuffle;
pub mod softmax;
pub mod sparse;

pub use byte_rows::ByteRows;
pub use gradient::numerical_gradient;
pub use im2col::{ImageShape, Window, WindowError, col2im, conv_output_size, im2col};
pub use kernel::{LineAllocator, each_with_root, with_wide_registers};
pub use matmul::{Operand, instructions, matmul, matmul_relu, matmul_relu_gradient};
pub use one_hot::one_hot;
pub use scalar::{Scalar, reshape};
pub use shuffle::{permutation, shuffle};
pub use sparse::{Sparse, Workspace};
