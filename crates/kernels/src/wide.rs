//! Auto-vectorised loops, compiled for the widest registers of the processor.

use crate::instructions::Instructions;

/// Runs `work` with the widest registers of this processor.
///
/// Meant for loops over slices: code inlined into `work` is compiled once per instruction set, and
/// the best one is chosen at run time. Every instruction set gives the same bits, because the
/// compiler neither reorders sums nor fuses multiply-adds.
///
/// # Example
/// ```
/// let (mut y, x) = ([1.0_f32; 1000], [0.5; 1000]);
/// kernels::with_wide_registers(|| {
///     for (y, x) in y.iter_mut().zip(x) {
///         *y += 2.0 * x;
///     }
/// });
/// assert_eq!(y, [2.0; 1000]);
/// ```
#[inline(always)]
pub fn with_wide_registers<R>(work: impl FnOnce() -> R) -> R {
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx512f")]
    fn avx512<R>(work: impl FnOnce() -> R) -> R {
        work()
    }
    #[cfg(target_arch = "x86_64")]
    #[target_feature(enable = "avx2,fma")]
    fn avx2<R>(work: impl FnOnce() -> R) -> R {
        work()
    }
    match Instructions::best() {
        // SAFETY: the processor has these instructions.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx512 => unsafe { avx512(work) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Instructions::Avx2 => unsafe { avx2(work) },
        // Instructions that every processor of the target has, for which all code is compiled.
        _ => work(),
    }
}
