//! The loop for AVX2 and AVX-512, and square roots by multiply-adds.

use std::any::Any;
use std::arch::x86_64::*;

use num_traits::Float;

use super::chunks::{Chunk, chunks};

/// Elements of `f32` per 512-bit register.
const LANES: usize = 16;

/// [`chunks`] compiled for AVX2.
#[target_feature(enable = "avx2,fma")]
pub(super) fn avx2<T: Float, const N: usize>(
    x: &[T],
    arrays: [&mut [T]; N],
    before: impl Fn(T, [&mut T; N]) -> T,
    after: impl Fn(T, [&mut T; N], T),
) {
    chunks(x, arrays, before, Chunk::roots, after);
}

/// [`chunks`] compiled for AVX-512; roots of `f32` by [`half_of_each_kind`].
#[target_feature(enable = "avx512f")]
pub(super) fn avx512<T: Float + 'static, const N: usize>(
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
#[target_feature(enable = "avx512f")]
pub(super) fn half_of_each_kind(chunk: &mut Chunk<f32>) {
    for (i, numbers) in chunk.0.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        // SAFETY: `numbers` has the length of a register.
        unsafe {
            let x = _mm512_loadu_ps(numbers.as_ptr());
            let root = if i % 2 == 0 { root(x) } else { _mm512_sqrt_ps(x) };
            _mm512_storeu_ps(numbers.as_mut_ptr(), root);
        }
    }
}

/// √x, correctly rounded.
#[inline]
#[target_feature(enable = "avx512f")]
fn root(x: __m512) -> __m512 {
    /// The bits of 2⁻¹⁰⁰. For much smaller x, x − g² would be subnormal and so inexact.
    const LEAST: i32 = (127 - 100) << 23;
    const INFINITY: i32 = 255 << 23;
    let bits = _mm512_castps_si512(x);
    let above = _mm512_sub_epi32(bits, _mm512_set1_epi32(LEAST));
    let usual = _mm512_cmplt_epu32_mask(above, _mm512_set1_epi32(INFINITY - LEAST));
    let zero = _mm512_testn_epi32_mask(bits, bits);
    if usual | zero != 0xffff {
        return _mm512_sqrt_ps(x);
    }
    // 1/√0 would be infinite; an estimate of 0 gives the root 0.
    refined(x, _mm512_maskz_rsqrt14_ps(usual, x))
}

/// √x from an estimate of 1/√x: a Newton step for √x and 1/√x together, then one for √x alone from
/// the remainder x − g², which the fused multiply-add computes exactly.
#[inline]
#[target_feature(enable = "avx512f")]
fn refined(x: __m512, estimate: __m512) -> __m512 {
    let half = _mm512_set1_ps(0.5);
    let g = _mm512_mul_ps(x, estimate); // → √x
    let h = _mm512_mul_ps(half, estimate); // → 1/(2√x)
    let error = _mm512_fnmadd_ps(g, h, half);
    let g = _mm512_fmadd_ps(g, error, g);
    let h = _mm512_fmadd_ps(h, error, h);
    let remainder = _mm512_fnmadd_ps(g, g, x);
    _mm512_fmadd_ps(remainder, h, g)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every f32 from 1 to 4. All others differ from one of these by a power of four.
    fn numbers() -> impl Iterator<Item = [f32; LANES]> {
        let first = (1.0_f32.to_bits()..4.0_f32.to_bits()).step_by(LANES);
        first.map(|first| std::array::from_fn(|lane| f32::from_bits(first + lane as u32)))
    }

    /// Processors guarantee a relative error of 2⁻¹⁴, so their differing estimates do not matter.
    #[test]
    fn estimates_within_2_to_the_minus_13_are_enough() {
        #[target_feature(enable = "avx512f")]
        fn refine(x: [f32; LANES], estimate: [f32; LANES]) -> [f32; LANES] {
            let mut roots = x;
            // SAFETY: the arrays have the length of a register.
            unsafe {
                let estimate = _mm512_loadu_ps(estimate.as_ptr());
                let root = refined(_mm512_loadu_ps(x.as_ptr()), estimate);
                _mm512_storeu_ps(roots.as_mut_ptr(), root);
            }
            roots
        }
        if !is_x86_feature_detected!("avx512f") {
            return;
        }
        for error in [-1.0, -0.5, 0.0, 0.5, 1.0].map(|error| error / 8192.0) {
            for x in numbers() {
                let estimate = x.map(|x| (f64::from(x).sqrt().recip() * (1.0 + error)) as f32);
                // SAFETY: the processor has these instructions.
                assert_eq!(unsafe { refine(x, estimate) }, x.map(f32::sqrt), "{error:e}");
            }
        }
    }
}
