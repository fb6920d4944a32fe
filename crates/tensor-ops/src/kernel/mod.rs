//! The kernels of matrix products, once for each instruction set, their choice at run time, and the allocator.
//!
//! This is the one module of the workspace that holds `unsafe` code. The functions that leave it are
//! safe.
#![allow(unsafe_code)]

mod allocator;
mod dense;
mod lines;
mod panel;
mod prefetch;
mod root;
mod sparse;
mod strided;
mod transpose;
mod vector;
mod wide;

use nalgebra::DMatrix;

use crate::{Operand, Scalar};
use dense::{Product, Tiled};
use sparse::SparseProduct;
use strided::Strided;
use vector::Vector;

pub use allocator::LineAllocator;
pub(crate) use dense::Finish;
pub(crate) use lines::Lines;
pub(crate) use prefetch::prefetch;
pub use root::each_with_root;
pub(crate) use sparse::{BYTES, Factor, Sums};
pub use wide::with_wide_registers;

/// Bytes of a cache line.
const LINE: usize = 64;

/// Instruction sets that the kernels are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instructions {
    /// Whatever the compiler may use by itself.
    Portable,
    /// 256-bit registers and fused multiply-adds.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512-bit registers.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Instructions {
    /// The best that this processor has.
    pub(crate) fn best() -> Self {
        Self::available().next().unwrap_or(Self::Portable)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
        }
    }

    /// What this processor has, best first. The answer is asked for once a process.
    pub(crate) fn available() -> impl Iterator<Item = Self> {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        let wide = [
            is_x86_feature_detected!("avx512f").then_some(Self::Avx512),
            (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"))
                .then_some(Self::Avx2),
        ];
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        let wide: [Option<Self>; 0] = [];
        wide.into_iter().flatten().chain([Self::Portable])
    }
}

/// The kernels of one element type; sealed, since only `f32` and `f64` have them.
pub trait Kernel: Sized {
    /// Computes a dense product.
    ///
    /// # Safety
    /// The processor has the instructions. Every element that the sizes and strides address is valid
    /// to read (and of C to write), and C overlaps neither factor.
    #[doc(hidden)]
    unsafe fn dense(instructions: Instructions, product: &Product<'_, Self>);

    /// Computes a sparse product.
    ///
    /// # Safety
    /// The processor has the instructions, and C is valid for its elements.
    #[doc(hidden)]
    unsafe fn sparse(instructions: Instructions, product: SparseProduct<'_, Self>);
}

/// The kernels of an element type, run on the registers of each instruction set.
macro_rules! kernel {
    ($type:ty, $avx2:ident, $avx512:ident) => {
        const _: () = {
            #[cfg(target_arch = "x86_64")]
            use std::arch::x86_64::{$avx2, $avx512};
            macro_rules! run {
                ($instructions:ident, $work:expr) => {
                    // SAFETY: the caller's promise.
                    unsafe {
                        match $instructions {
                            #[cfg(target_arch = "x86_64")]
                            Instructions::Avx512 => $avx512::run($work),
                            #[cfg(target_arch = "x86_64")]
                            Instructions::Avx2 => $avx2::run($work),
                            Instructions::Portable => <[$type; 4]>::run($work),
                        }
                    }
                };
            }
            impl Kernel for $type {
                unsafe fn dense(instructions: Instructions, product: &Product<'_, Self>) {
                    run!(instructions, Tiled(product));
                }
                unsafe fn sparse(instructions: Instructions, product: SparseProduct<'_, Self>) {
                    run!(instructions, product);
                }
            }
        };
    };
}
kernel!(f32, __m256, __m512);
kernel!(f64, __m256d, __m512d);

/// C ← op(A)·op(B), and `add` to every row of it; then its `finish`.
///
/// # Panics
/// If the shapes do not fit, or the processor lacks the instructions.
pub(crate) fn dense<T: Scalar>(
    instructions: Instructions,
    a: Operand<'_, T>,
    b: Operand<'_, T>,
    add: Option<&[T]>,
    finish: Finish<&DMatrix<T>>,
    c: &mut DMatrix<T>,
) {
    let ((m, k), (k_b, n)) = (a.shape(), b.shape());
    assert!(
        k == k_b && c.shape() == (m, n) && add.is_none_or(|add| add.len() == n),
        "kernel: shapes that do not fit"
    );
    let finish = match finish {
        Finish::Sums => Finish::Sums,
        Finish::Relu => Finish::Relu,
        Finish::ReluGradient(x) => {
            assert_eq!(x.shape(), (m, n), "kernel: shapes that do not fit");
            Finish::ReluGradient(x.as_ptr())
        }
    };
    assert!(
        Instructions::available().any(|has| has == instructions),
        "kernel: no {instructions:?}"
    );
    let (a, b) = (strided(a), strided(b));
    let product = Product { sizes: (m, k, n), a, b, c: c.as_mut_ptr(), add, finish };
    // SAFETY: the processor has the instructions. a, b and x are live borrows whose strides address
    // exactly their m·k and k·n elements; c is contiguous, column-major and (m, n), and as a mutable
    // borrow apart from both.
    unsafe { T::dense(instructions, &product) };
}

/// C ← S·D, and `add` to every row of it; then max(0, C), if `relu`.
///
/// # Panics
/// If the shapes do not fit, or the processor lacks the instructions.
pub(crate) fn sparse<T: Scalar>(
    instructions: Instructions,
    s: Factor<'_, T>,
    d: &DMatrix<T>,
    add: Option<&[T]>,
    relu: bool,
    work: &mut Sums<T>,
    c: &mut DMatrix<T>,
) {
    let (k, n) = d.shape();
    assert!(
        s.rows.width() == k
            && c.shape() == (s.rows.len(), n)
            && add.is_none_or(|add| add.len() == n),
        "kernel: shapes that do not fit"
    );
    assert!(
        Instructions::available().any(|has| has == instructions),
        "kernel: no {instructions:?}"
    );
    let (d, c) = (d.as_slice(), c.as_mut_ptr());
    let product = SparseProduct { s, d, sizes: (k, n), add, relu, work, c };
    // SAFETY: the processor has the instructions, and c is contiguous, column-major and of C's shape.
    unsafe { T::sparse(instructions, product) };
}

fn strided<T: Scalar>(operand: Operand<'_, T>) -> Strided<T> {
    match operand {
        Operand::Plain(m) => Strided { pointer: m.as_ptr(), row: 1, column: m.nrows() },
        Operand::Transposed(m) => Strided { pointer: m.as_ptr(), row: m.nrows(), column: 1 },
    }
}
