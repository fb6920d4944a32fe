//! The instruction sets that loops are compiled for, and run-time detection.

/// An instruction set. Loops are compiled once for each, and the best one that the processor has is
/// chosen at run time: no compiler flag is needed.
///
/// A matrix product has the same bits with all but [`Portable`](Self::Portable): a fused
/// multiply-add rounds once, a product and a sum round twice.
///
/// # Example
/// ```
/// let name = kernels::Instructions::best().name();
/// assert!(["avx512", "avx2", "neon", "portable"].contains(&name));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instructions {
    /// The instructions that the compilation target guarantees.
    Portable,
    /// 256-bit registers and fused multiply-adds.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// 512-bit registers.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// 128-bit registers and fused multiply-adds.
    #[cfg(target_arch = "aarch64")]
    Neon,
}

impl Instructions {
    /// This processor's best instruction set.
    pub fn best() -> Self {
        Self::available().next().unwrap_or(Self::Portable)
    }

    /// `avx512`, `avx2`, `neon` or `portable`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
            #[cfg(target_arch = "aarch64")]
            Self::Neon => "neon",
        }
    }

    /// Whether products are rounded once, after the sum. Every processor that does so computes the
    /// same bits.
    pub fn fuse_multiply_adds(self) -> bool {
        self != Self::Portable || cfg!(target_feature = "fma")
    }

    /// Whether this processor has it.
    pub(crate) fn is_available(self) -> bool {
        Self::available().any(|has| has == self)
    }

    /// This processor's instruction sets, best first. The standard library caches the detection.
    pub(crate) fn available() -> impl Iterator<Item = Self> {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        let wide = [
            is_x86_feature_detected!("avx512f").then_some(Self::Avx512),
            (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"))
                .then_some(Self::Avx2),
        ];
        #[cfg(all(target_arch = "aarch64", not(miri)))]
        let wide = [Some(Self::Neon)];
        #[cfg(any(miri, not(any(target_arch = "x86_64", target_arch = "aarch64"))))]
        let wide: [Option<Self>; 0] = [];
        wide.into_iter().flatten().chain([Self::Portable])
    }
}
