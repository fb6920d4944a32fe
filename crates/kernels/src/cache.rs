//! The cache-line size, and prefetching.

/// Bytes of a cache line.
pub(crate) const LINE: usize = 64;

/// Prefetches `values` into the cache: a hint that does not affect results.
#[inline(always)]
pub(crate) fn prefetch<T>(values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let first = values.as_ptr().cast::<i8>();
        for at in (0..size_of_val(values)).step_by(LINE) {
            // SAFETY: every x86-64 processor has the instruction, and it accepts any address.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(first.wrapping_add(at)) };
        }
    }
    #[cfg(target_arch = "aarch64")]
    {
        let first = values.as_ptr().cast::<u8>();
        for at in (0..size_of_val(values)).step_by(LINE) {
            // SAFETY: the instruction accepts any address and changes no register. (The standard
            // library's function for it is unstable.)
            unsafe {
                std::arch::asm!(
                    "prfm pldl1keep, [{}]",
                    in(reg) first.wrapping_add(at),
                    options(readonly, nostack, preserves_flags)
                );
            }
        }
    }
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let _ = values;
}
