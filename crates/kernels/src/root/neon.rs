//! The loop for NEON, and square roots by multiply-adds.

use std::any::Any;
use std::arch::aarch64::*;

use num_traits::Float;

use super::chunks::{Chunk, chunks};

/// Elements of `f32` per register.
const LANES: usize = 4;

/// [`chunks`] with roots of `f32` by [`half_of_each_kind`].
pub(super) fn neon<T: Float + 'static, const N: usize>(
    x: &[T],
    arrays: [&mut [T]; N],
    before: impl Fn(T, [&mut T; N]) -> T,
    after: impl Fn(T, [&mut T; N], T),
) {
    let roots = |chunk: &mut Chunk<T>| match (chunk as &mut dyn Any).downcast_mut() {
        Some(chunk) => half_of_each_kind(chunk),
        None => chunk.roots(),
    };
    chunks(x, arrays, before, roots, after);
}

/// √x for each x of a chunk, every second register by [`root`].
#[inline]
pub(super) fn half_of_each_kind(chunk: &mut Chunk<f32>) {
    for (i, numbers) in chunk.0.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        // SAFETY: every aarch64 processor has NEON, and `numbers` the length of a register.
        unsafe {
            let x = vld1q_f32(numbers.as_ptr());
            let root = if i % 2 == 0 { root(x) } else { vsqrtq_f32(x) };
            vst1q_f32(numbers.as_mut_ptr(), root);
        }
    }
}

/// √x, correctly rounded, as on AVX-512.
///
/// # Safety
/// None is needed: every aarch64 processor has NEON.
#[inline(always)]
unsafe fn root(x: float32x4_t) -> float32x4_t {
    /// The bits of 2⁻¹⁰⁰. For much smaller x, x − g² would be subnormal and so inexact.
    const LEAST: u32 = (127 - 100) << 23;
    const INFINITY: u32 = 255 << 23;
    // SAFETY: as above.
    unsafe {
        let bits = vreinterpretq_u32_f32(x);
        let above = vsubq_u32(bits, vdupq_n_u32(LEAST));
        let usual = vcltq_u32(above, vdupq_n_u32(INFINITY - LEAST));
        if vminvq_u32(vorrq_u32(usual, vceqzq_u32(bits))) == 0 {
            return vsqrtq_f32(x);
        }
        // An estimate of 8 bits of 1/√x, and a Newton step to 15. 1/√0 would be infinite; an
        // estimate of 0 gives the root 0.
        let estimate = vrsqrteq_f32(x);
        let step = vrsqrtsq_f32(vmulq_f32(x, estimate), estimate);
        let estimate = vreinterpretq_u32_f32(vmulq_f32(estimate, step));
        let estimate = vreinterpretq_f32_u32(vandq_u32(estimate, usual));
        // A Newton step for √x and 1/(2√x) together, then one for √x alone from the remainder
        // x − g², which the fused multiply-add computes exactly.
        let half = vdupq_n_f32(0.5);
        let g = vmulq_f32(x, estimate);
        let h = vmulq_f32(half, estimate);
        let error = vfmsq_f32(half, g, h);
        let g = vfmaq_f32(g, g, error);
        let h = vfmaq_f32(h, h, error);
        let remainder = vfmsq_f32(x, g, g);
        vfmaq_f32(g, remainder, h)
    }
}
