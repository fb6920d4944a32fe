//! Numbers that will be needed soon.

/// Has `values` brought into the cache while other work goes on; a wish, of no effect on results.
#[inline(always)]
pub(crate) fn prefetch<T>(values: &[T]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        for line in values.chunks(super::LINE / size_of::<T>()) {
            // SAFETY: every x86-64 processor has the instruction, which reads nothing.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast()) };
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = values;
}
