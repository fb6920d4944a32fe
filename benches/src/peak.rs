//! The most multiply-adds that a core can do: the bound of every matrix product.

// Wide registers are reached by functions compiled for them, called where the processor has them.
#![allow(unsafe_code)]

#[cfg(target_arch = "aarch64")]
use std::arch::aarch64::*;
#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::*;
use std::hint::black_box;
use std::time::Instant;

use kernels::Instructions;

/// Independent sums: enough to hide the latency of a multiply-add (4 cycles, 2 of them a cycle).
const CHAINS: usize = 12;
const ROUNDS: usize = 200_000;
/// The best of so many tries: whatever else runs only slows one down.
const TRIES: usize = 15;

/// GFLOP/s of one core in `f32` and `f64`, measured now, with the registers that
/// [`Instructions::best`] names.
///
/// ```
/// let (single, double) = benches::peak::gflops();
/// assert!(single > 0.0 && double > 0.0);
/// ```
pub fn gflops() -> (f64, f64) {
    match Instructions::best() {
        // SAFETY: `best` names these only where the processor has them.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => {
            (best(16, || unsafe { f32_avx512() }), best(8, || unsafe { f64_avx512() }))
        }
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => {
            (best(8, || unsafe { f32_avx2() }), best(4, || unsafe { f64_avx2() }))
        }
        // SAFETY: as above.
        #[cfg(target_arch = "aarch64")]
        Instructions::Neon => {
            (best(4, || unsafe { f32_neon() }), best(2, || unsafe { f64_neon() }))
        }
        Instructions::Portable => (best(4, portable::<f32, 4>), best(2, portable::<f64, 2>)),
    }
}

fn best(lanes: usize, run: impl Fn()) -> f64 {
    let once = || {
        let start = Instant::now();
        run();
        (2 * CHAINS * lanes * ROUNDS) as f64 / start.elapsed().as_secs_f64() / 1e9
    };
    (0..TRIES).map(|_| once()).fold(0.0, f64::max)
}

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
macro_rules! chains {
    ($name:ident, $features:literal, $set:ident, $multiply_add:ident) => {
        #[target_feature(enable = $features)]
        fn $name() {
            let factor = $set(black_box(0.999));
            let mut sums = [factor; CHAINS];
            for _ in 0..ROUNDS {
                for sum in &mut sums {
                    *sum = $multiply_add(*sum, factor, factor);
                }
            }
            black_box(sums);
        }
    };
}

#[cfg(target_arch = "x86_64")]
chains!(f32_avx512, "avx512f", _mm512_set1_ps, _mm512_fmadd_ps);
#[cfg(target_arch = "x86_64")]
chains!(f64_avx512, "avx512f", _mm512_set1_pd, _mm512_fmadd_pd);
#[cfg(target_arch = "x86_64")]
chains!(f32_avx2, "avx2,fma", _mm256_set1_ps, _mm256_fmadd_ps);
#[cfg(target_arch = "x86_64")]
chains!(f64_avx2, "avx2,fma", _mm256_set1_pd, _mm256_fmadd_pd);
#[cfg(target_arch = "aarch64")]
chains!(f32_neon, "neon", vdupq_n_f32, vfmaq_f32);
#[cfg(target_arch = "aarch64")]
chains!(f64_neon, "neon", vdupq_n_f64, vfmaq_f64);

/// A multiplication and an addition: what a compiler may use without being told of a processor.
fn portable<T: kernels::Scalar, const LANES: usize>() {
    let factor = black_box([T::of(0.999); LANES]);
    let mut sums = [factor; CHAINS];
    for _ in 0..ROUNDS {
        for sum in &mut sums {
            for (value, &factor) in sum.iter_mut().zip(&factor) {
                *value = *value * factor + factor;
            }
        }
    }
    black_box(sums);
}
