//! Loops that contain a square root.
//!
//! Processors compute roots in the division unit, one register after the other: a loop with a root
//! and a division waits for it most of the time. With AVX-512 and NEON, every second register of
//! `f32` roots is computed with multiply-adds instead, so that both units work in parallel. Both
//! methods round correctly, so the bits are the same.

mod chunks;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod x86;

use num_traits::Float;

use crate::instructions::Instructions;
use chunks::{Chunk, chunks};

/// For each i, calls `after`(xᵢ, aᵢ, √`before`(xᵢ, aᵢ)), where aᵢ are the i-th elements of
/// `arrays`.
///
/// Both functions may modify aᵢ. `before` may run for later elements before `after` runs for xᵢ.
/// With every instruction set, the bits are the same as in a plain loop with [`Float::sqrt`].
///
/// # Example
/// ```
/// let (grad, mut w, mut h) = ([3.0_f32, -4.0], [1.0, 1.0], [0.0, 0.0]);
/// kernels::each_with_root(
///     &grad,
///     [&mut w, &mut h],
///     |g, [_, h]| {
///         *h += g * g;
///         *h
///     },
///     |g, [w, _], root| *w -= g / root,
/// );
/// assert_eq!((w, h), ([0.0, 2.0], [9.0, 16.0]));
/// ```
///
/// # Panics
/// If an array is shorter than `x`.
pub fn each_with_root<T: Float + 'static, const N: usize>(
    x: &[T],
    arrays: [&mut [T]; N],
    before: impl Fn(T, [&mut T; N]) -> T,
    after: impl Fn(T, [&mut T; N], T),
) {
    let arrays = arrays.map(|array| &mut array[..x.len()]);
    match Instructions::best() {
        // SAFETY: the processor has these instructions.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { x86::avx512(x, arrays, before, after) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { x86::avx2(x, arrays, before, after) },
        #[cfg(target_arch = "aarch64")]
        Instructions::Neon => neon::neon(x, arrays, before, after),
        Instructions::Portable => chunks(x, arrays, before, Chunk::roots, after),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scalar::Scalar;

    fn same_as_a_plain_loop<T: Scalar, const N: usize>(len: usize) {
        let number = |i: usize| T::of([0.25, -3.0, 1e-38, 7.0, 0.0, 1e30, 0.1][i % 7] * i as f64);
        let x: Vec<T> = (0..len).map(number).collect();
        let start: [Vec<T>; N] = std::array::from_fn(|n| (n..n + len).map(number).collect());
        let before = |x: T, numbers: [&mut T; N]| {
            numbers.into_iter().fold(x, |sum, a| {
                *a += x * x;
                sum + *a
            })
        };
        let after = |x: T, numbers: [&mut T; N], root: T| {
            numbers.into_iter().for_each(|a| *a += x / root);
        };
        let after_loop = |work: &dyn Fn([&mut [T]; N])| {
            let mut arrays = start.clone();
            work(arrays.each_mut().map(Vec::as_mut_slice));
            arrays.map(|array| array.iter().map(|a| a.f64().to_bits()).collect::<Vec<_>>())
        };
        let expected = after_loop(&|mut arrays| {
            for (i, &x) in x.iter().enumerate() {
                let root = before(x, arrays.each_mut().map(|array| &mut array[i])).sqrt();
                after(x, arrays.each_mut().map(|array| &mut array[i]), root);
            }
        });
        let best = after_loop(&|arrays| each_with_root(&x, arrays, before, after));
        let portable = after_loop(&|arrays| chunks(&x, arrays, before, Chunk::roots, after));
        assert!(best == expected && portable == expected, "{len} {N} {}", T::NAME);
        #[cfg(target_arch = "x86_64")]
        if Instructions::Avx2.is_available() {
            // SAFETY: the processor has these instructions.
            let avx2 = after_loop(&|arrays| unsafe { x86::avx2(&x, arrays, before, after) });
            assert!(avx2 == expected, "{len} {N} {}", T::NAME);
        }
    }

    #[test]
    fn a_plain_loop_gives_the_same_bits() {
        for len in [0, 1, 15, 16, 63, 64, 65, 130, 1000] {
            same_as_a_plain_loop::<f32, 1>(len);
            same_as_a_plain_loop::<f32, 4>(len);
            same_as_a_plain_loop::<f64, 2>(len);
        }
    }

    /// The roots of a chunk by the instructions that take multiply-adds for half of them; false if
    /// the processor has none.
    fn halved(chunk: &mut Chunk<f32>) -> bool {
        match Instructions::best() {
            // SAFETY: the processor has these instructions.
            #[cfg(target_arch = "x86_64")]
            Instructions::Avx512 => unsafe { x86::half_of_each_kind(chunk) },
            #[cfg(target_arch = "aarch64")]
            Instructions::Neon => neon::half_of_each_kind(chunk),
            _ => return false,
        }
        true
    }

    #[test]
    fn roots_are_rounded_correctly() {
        // Every f32 from 1 to 4: all others differ from one of these by a power of four. Then every
        // 257th bit pattern, which covers subnormal and negative numbers and NaN.
        let numbers =
            (1.0_f32.to_bits()..4.0_f32.to_bits()).chain((0..=u32::MAX / 257).map(|i| i * 257));
        let special = [0.0, -0.0, f32::INFINITY, f32::MIN_POSITIVE, f32::MAX, -1.0, f32::NAN];
        let numbers: Vec<f32> = numbers.map(f32::from_bits).chain(special).collect();
        for numbers in numbers.chunks(chunks::CHUNK) {
            // Each number in a register of either kind.
            for shift in [0, 4, 16] {
                let at = |i: usize| numbers[(i + shift) % numbers.len()];
                let mut chunk = Chunk(std::array::from_fn(at));
                if !halved(&mut chunk) {
                    return;
                }
                for (i, found) in chunk.0.into_iter().enumerate() {
                    let expected = at(i).sqrt();
                    let same = found.to_bits() == expected.to_bits();
                    assert!(
                        same || found.is_nan() && expected.is_nan(),
                        "√{:e} is not {found:e}",
                        at(i)
                    );
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "out of range")]
    fn an_array_that_is_too_short_panics() {
        each_with_root(&[1.0_f32; 70], [&mut [1.0; 69]], |x, _| x, |_, [a], root| *a = root);
    }
}
