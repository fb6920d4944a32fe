//! The instruction sets that loops are compiled for, and which of them this processor has.

/// An instruction set. Loops are compiled once for each of them, and the best one is chosen at run time, so that no
/// compiler flag is needed.
///
/// The last bits of a matrix product depend on it: without fused multiply-adds every product is rounded by itself.
///
/// # Example
/// ```
/// let name = kernels::Instructions::best().name();
/// assert!(["avx512", "avx2", "portable"].contains(&name));
/// ```
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
    pub fn best() -> Self {
        Self::available().next().unwrap_or(Self::Portable)
    }

    /// `avx512`, `avx2` or `portable`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Portable => "portable",
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => "avx2",
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => "avx512",
        }
    }

    /// Whether this processor has it.
    pub(crate) fn is_available(self) -> bool {
        Self::available().any(|has| has == self)
    }

    /// What this processor has, best first. The processor is asked once a process.
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
