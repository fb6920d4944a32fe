//! SIMD registers: the operations that the products need, for each instruction set.

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod x86;

use std::array;

use num_traits::Zero;

use super::strided::Rows;

/// A register of [`LANES`](Self::LANES) elements.
///
/// # Safety
/// For all methods: the processor has the register's instruction set, and pointers are valid for
/// `LANES` elements (one for [`splat`](Self::splat)).
pub(super) trait Vector: Copy {
    type Scalar: Copy + Zero + PartialEq;
    const LANES: usize;
    /// Columns of the wide tiles of a dense product that reads B in place; `usize::MAX` disables
    /// them. Tiles of 2×6 accumulators leave enough of 16 registers for the factors. With 32
    /// registers, 2×10 is as fast as 2×12 and divides layers of 10, 50 and 100 units.
    const COLUMNS: usize;
    /// Whether a dense product also packs B. It pays where an instruction multiplies by one lane of
    /// a register: a load then brings `LANES` elements of B instead of one.
    const PACKS_B: bool = false;
    /// How often the innermost loop of a dense product is unrolled.
    const UNROLL: usize = 1;
    /// Calls `step` [`UNROLL`](Self::UNROLL) times.
    #[inline(always)]
    fn unrolled<F: FnMut()>(step: &mut F) {
        // Not `impl FnMut` called with a reference: that call would not be inlined across units.
        step();
    }
    #[inline(always)]
    unsafe fn zero() -> Self {
        // SAFETY: the caller's promise.
        unsafe { Self::splat(&Self::Scalar::zero()) }
    }
    /// The element at `p` in every lane.
    unsafe fn splat(p: *const Self::Scalar) -> Self;
    unsafe fn load(p: *const Self::Scalar) -> Self;
    /// The `count` < `LANES` elements at `p`, then zeros. `p` is valid for `count` elements.
    unsafe fn load_first(p: *const Self::Scalar, count: usize) -> Self;
    unsafe fn store(self, p: *mut Self::Scalar);
    /// Stores the first `count` < `LANES` elements. `p` is valid for `count` elements.
    unsafe fn store_first(self, p: *mut Self::Scalar, count: usize);
    /// self·b + c.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    /// sums\[j\] ← a·bⱼ + sums\[j\] for each column j of a tile, where bⱼ is in the current row of
    /// B. With [`PACKS_B`](Self::PACKS_B), the row is contiguous.
    #[inline(always)]
    unsafe fn add_products<const MV: usize, const COLUMNS: usize>(
        a: [Self; MV],
        b: &impl Rows<Self::Scalar>,
        sums: &mut [[Self; MV]; COLUMNS],
    ) {
        for (j, sums) in sums.iter_mut().enumerate() {
            // SAFETY: the caller's promise.
            unsafe {
                let value = Self::splat(b.at(j));
                for (sum, a) in sums.iter_mut().zip(a) {
                    *sum = a.mul_add(value, *sum);
                }
            }
        }
    }
    /// ReLU: +0 where an element is at most zero. NaN stays NaN.
    unsafe fn rectified(self) -> Self;
    /// The gradient of ReLU: self·1 where `x` is above zero or NaN, self·0 elsewhere.
    unsafe fn gated(self, x: Self) -> Self;
    /// Runs `work` in a separate function that is compiled for the instruction set.
    unsafe fn run(work: impl Work<Self>);
    /// Transposes [`RUN`] elements of up to `LANES` runs: lane i of register j is the element at
    /// `from + i·stride + j`. `runs` ≥ 1; lanes from `runs` on repeat the last run.
    unsafe fn columns(from: *const Self::Scalar, stride: usize, runs: usize) -> [Self; RUN];
}

/// A kernel on registers of `V`, or a part of one. The parts are separate functions because
/// compiling a whole kernel as one function takes several times as long.
pub(super) trait Work<V: Vector> {
    /// # Safety
    /// The implementing type's conditions hold, and the processor has the instructions of `V`.
    unsafe fn run(self);
}

/// Elements per run in [`Vector::columns`].
pub(super) const RUN: usize = 4;

/// Portable: the compiler maps an array of four onto the registers of the target.
impl<T: num_traits::Float> Vector for [T; 4] {
    type Scalar = T;
    const LANES: usize = 4;
    const COLUMNS: usize = usize::MAX;
    #[inline(always)]
    unsafe fn splat(p: *const T) -> Self {
        // SAFETY: the caller's promise.
        [unsafe { *p }; 4]
    }
    #[inline(always)]
    unsafe fn load(p: *const T) -> Self {
        // SAFETY: the caller's promise; arrays have no padding.
        unsafe { p.cast::<Self>().read_unaligned() }
    }
    #[inline(always)]
    unsafe fn load_first(p: *const T, count: usize) -> Self {
        // SAFETY: lane < `count`.
        array::from_fn(|lane| if lane < count { unsafe { *p.add(lane) } } else { T::zero() })
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut T) {
        // SAFETY: as in `load`.
        unsafe { p.cast::<Self>().write_unaligned(self) }
    }
    #[inline(always)]
    unsafe fn store_first(self, p: *mut T, count: usize) {
        for (lane, value) in self.into_iter().enumerate().take(count) {
            // SAFETY: lane < `count`.
            unsafe { *p.add(lane) = value };
        }
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        // Without the FMA instruction, `mul_add` would call a library function.
        let fused = cfg!(target_feature = "fma");
        array::from_fn(|lane| {
            let (x, y, z) = (self[lane], b[lane], c[lane]);
            if fused { x.mul_add(y, z) } else { x * y + z }
        })
    }
    #[inline(always)]
    unsafe fn rectified(self) -> Self {
        self.map(|x| if x <= T::zero() { T::zero() } else { x })
    }
    #[inline(always)]
    unsafe fn gated(self, x: Self) -> Self {
        array::from_fn(|lane| self[lane] * if x[lane] <= T::zero() { T::zero() } else { T::one() })
    }
    #[inline(never)]
    unsafe fn run(work: impl Work<Self>) {
        // SAFETY: the caller's promise.
        unsafe { work.run() }
    }
    #[inline(always)]
    unsafe fn columns(from: *const T, stride: usize, runs: usize) -> [Self; RUN] {
        let number = |lane: usize, j| from.wrapping_add(lane.min(runs - 1) * stride + j);
        // SAFETY: lane.min(runs − 1) < `runs` and j < `RUN`.
        array::from_fn(|j| array::from_fn(|lane| unsafe { *number(lane, j) }))
    }
}
