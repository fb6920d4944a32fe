//! Matrix products with SIMD, compiled once per instruction set and element type.

mod dense;
mod in_place;
mod packed;
mod panel;
mod sparse;
mod strided;
mod transpose;
mod vector;

#[cfg(target_arch = "aarch64")]
use std::arch::aarch64::{float32x4_t, float64x2_t};
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{__m256, __m256d, __m512, __m512d};

use crate::instructions::Instructions;
use vector::Vector;

pub use dense::{DenseProduct, Epilogue};
pub use sparse::{PartialSums, SparseProduct};
pub(crate) use strided::Strided;

/// The matrix products of an element type. Sealed: only `f32` and `f64` have them.
pub trait Kernel: Sized {
    /// Computes a dense product.
    ///
    /// # Safety
    /// The processor has the instructions. Every element that the sizes and strides address is
    /// valid for reads (in C also for writes), and C does not overlap the other matrices.
    #[doc(hidden)]
    unsafe fn dense(instructions: Instructions, product: &DenseProduct<'_, Self>);

    /// Computes a sparse product.
    ///
    /// # Safety
    /// The processor has the instructions, and C is valid for its elements.
    #[doc(hidden)]
    unsafe fn sparse(instructions: Instructions, product: SparseProduct<'_, Self>);
}

macro_rules! kernel {
    ($type:ty, $avx2:ty, $avx512:ty, $neon:ty, $($name:ident: $product:ty),*) => {
        impl Kernel for $type {
            $(unsafe fn $name(instructions: Instructions, product: $product) {
                // SAFETY: the caller's promise.
                unsafe {
                    match instructions {
                        #[cfg(target_arch = "x86_64")]
                        Instructions::Avx512 => <$avx512>::run(product),
                        #[cfg(target_arch = "x86_64")]
                        Instructions::Avx2 => <$avx2>::run(product),
                        #[cfg(target_arch = "aarch64")]
                        Instructions::Neon => <$neon>::run(product),
                        Instructions::Portable => <[$type; 4]>::run(product),
                    }
                }
            })*
        }
    };
    ($type:ty, $avx2:ty, $avx512:ty, $neon:ty) => {
        kernel!($type, $avx2, $avx512, $neon,
            dense: &DenseProduct<'_, Self>, sparse: SparseProduct<'_, Self>);
    };
}
kernel!(f32, __m256, __m512, float32x4_t);
kernel!(f64, __m256d, __m512d, float64x2_t);
