#![doc = include_str!("../README.md")]
// SIMD intrinsics, pointers into matrices and an allocator; the public functions are safe.
#![allow(unsafe_code)]

mod allocator;
mod byte_rows;
mod cache;
mod elementary;
mod instructions;
mod matmul;
mod product;
mod root;
mod scalar;
mod sparse_matmul;
mod sparse_rows;
mod sums;
mod wide;

pub use allocator::LineAllocator;
pub use byte_rows::ByteRows;
pub use elementary::{exp, exp_m1, tanh};
pub use instructions::Instructions;
pub use matmul::{MatrixRef, matmul};
pub use product::{Epilogue, PartialSums};
pub use root::each_with_root;
pub use scalar::Scalar;
pub use sparse_matmul::{SparseRef, sparse_matmul};
pub use sparse_rows::{BYTES, Entry, SparseRows};
pub use sums::{mean_slice, sum_pairs, sum_slice, sum_squares_about, variance_slice};
pub use wide::with_wide_registers;
