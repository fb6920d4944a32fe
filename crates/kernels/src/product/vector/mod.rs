//! Registers: the few operations that the kernel needs, once for each instruction set.

#[cfg(target_arch = "x86_64")]
mod x86;

use std::array;

use num_traits::Zero;

/// A register of [`LANES`](Self::LANES) numbers.
///
/// # Safety
/// Whoever calls a method of a vector of an instruction set must run on a processor that has it, and
/// the pointers must be valid for one number ([`splat`](Self::splat)) or `LANES` of them.
pub(super) trait Vector: Copy {
    type Scalar: Copy + Zero + PartialEq;
    const LANES: usize;
    /// Columns of the wide tiles of a dense product, none where there are too few registers: 2×6 of sixteen leave
    /// enough for the factors. Of thirty-two, 2×10 do as well as 2×12, and fit layers of 10, 50 and 100 units.
    const COLUMNS: usize;
    unsafe fn zero() -> Self;
    /// The number at `p` in every lane.
    unsafe fn splat(p: *const Self::Scalar) -> Self;
    unsafe fn load(p: *const Self::Scalar) -> Self;
    /// The first `count` < `LANES` numbers at `p`, which alone must be valid, and zeros.
    unsafe fn load_first(p: *const Self::Scalar, count: usize) -> Self;
    unsafe fn store(self, p: *mut Self::Scalar);
    /// Stores the first `count` < `LANES` numbers at `p`, which need not be valid for more.
    unsafe fn store_first(self, p: *mut Self::Scalar, count: usize);
    /// self·b + c.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    /// Zero where a number is at most zero. NaN stays.
    unsafe fn rectified(self) -> Self;
    /// self·1 where `x` is above zero or NaN, self·0 elsewhere.
    unsafe fn gated(self, x: Self) -> Self;
    /// Runs `work` in a function of its own, which is compiled with the instructions.
    unsafe fn run(work: impl Work<Self>);
    /// Register j of the result holds number j of every run: that of lane i is at `from + i·stride`. Only the
    /// first `runs` are read, at least one; lanes after them repeat the last.
    unsafe fn columns(from: *const Self::Scalar, stride: usize, runs: usize) -> [Self; RUN];
}

/// A kernel on registers of `V`, or a part of one: the compiler takes several times as long for a kernel in
/// one function as for its parts.
pub(super) trait Work<V: Vector> {
    /// # Safety
    /// What the type says, and the processor has the instructions of `V`.
    unsafe fn run(self);
}

/// Numbers of a run of [`Vector::columns`].
pub(super) const RUN: usize = 4;

/// Any processor: the compiler maps an array of four on whatever registers there are.
impl<T: num_traits::Float> Vector for [T; 4] {
    type Scalar = T;
    const LANES: usize = 4;
    const COLUMNS: usize = usize::MAX;
    #[inline(always)]
    unsafe fn zero() -> Self {
        [T::zero(); 4]
    }
    #[inline(always)]
    unsafe fn splat(p: *const T) -> Self {
        // SAFETY: `p` is valid, says the caller.
        [unsafe { *p }; 4]
    }
    #[inline(always)]
    unsafe fn load(p: *const T) -> Self {
        // SAFETY: `p` is valid for four numbers, says the caller; arrays of them have no padding.
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
        // Where the instruction is missing, a fused product would be a call of a function.
        let fused = cfg!(any(target_feature = "fma", target_arch = "aarch64"));
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
        // SAFETY: these are numbers of the runs, which are valid, says the caller.
        array::from_fn(|j| array::from_fn(|lane| unsafe { *number(lane, j) }))
    }
}
