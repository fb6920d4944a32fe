//! Registers: the few operations that the kernel needs, once for each instruction set.

use num_traits::Zero;

/// A register of [`LANES`](Self::LANES) numbers.
///
/// # Safety
/// Whoever calls a method of a vector of an instruction set must run on a processor that has it, and
/// the pointers must be valid for one number ([`splat`](Self::splat)) or `LANES` of them.
pub(super) trait Vector: Copy {
    type Scalar: Copy + Zero + PartialEq;
    const LANES: usize;
    /// Columns of the largest tile of two registers by so many that leaves enough for the factors: 2×6 of
    /// sixteen registers, 2×12 of thirty-two.
    const COLUMNS: usize;
    unsafe fn zero() -> Self;
    /// The number at `p` in every lane.
    unsafe fn splat(p: *const Self::Scalar) -> Self;
    unsafe fn load(p: *const Self::Scalar) -> Self;
    /// The first `count` < `LANES` numbers at `p`, which alone must be valid, and zeros.
    unsafe fn load_first(p: *const Self::Scalar, count: usize) -> Self;
    unsafe fn store(self, p: *mut Self::Scalar);
    /// self·b + c.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;
    /// Runs `work` in a function of its own, which is compiled with the instructions.
    unsafe fn run(work: impl Work<Self>);
    /// Transposes [`BLOCK`]×[`BLOCK`] numbers: the runs of `BLOCK` at `from + i·from_stride` become
    /// those at `to + j·to_stride`. Only the first `read` are read, the others being zeros, and only
    /// the first `written` are written.
    #[inline(always)]
    unsafe fn transpose(
        (from, from_stride, read): (*const Self::Scalar, usize, usize),
        (to, to_stride, written): (*mut Self::Scalar, usize, usize),
    ) {
        for i in 0..BLOCK {
            for j in 0..BLOCK.min(written) {
                let zero = Self::Scalar::zero();
                // SAFETY: both blocks are valid, says the caller.
                unsafe {
                    let value = if i < read { *from.add(i * from_stride + j) } else { zero };
                    *to.add(j * to_stride + i) = value;
                }
            }
        }
    }
}

/// A kernel on registers of `V`, or a part of one: the compiler takes several times as long for a kernel in
/// one function as for its parts.
pub(super) trait Work<V: Vector> {
    /// # Safety
    /// What the type says, and the processor has the instructions of `V`.
    unsafe fn run(self);
}

/// Rows and columns that [`Vector::transpose`] takes at a time.
pub(super) const BLOCK: usize = 8;

/// [`Vector::transpose`]. What the compiler knows to be a whole block needs no question for each run.
///
/// # Safety
/// As there.
#[inline(always)]
pub(super) unsafe fn transpose<V: Vector>(
    (from, from_stride, read): (*const V::Scalar, usize, usize),
    (to, to_stride, written): (*mut V::Scalar, usize, usize),
) {
    // SAFETY: the caller's promise.
    unsafe {
        if read == BLOCK && written == BLOCK {
            V::transpose((from, from_stride, BLOCK), (to, to_stride, BLOCK));
        } else {
            V::transpose((from, from_stride, read), (to, to_stride, written));
        }
    }
}

/// Any processor: the compiler maps an array of four on whatever registers there are.
impl<T: num_traits::Float> Vector for [T; 4] {
    type Scalar = T;
    const LANES: usize = 4;
    const COLUMNS: usize = 4;
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
        std::array::from_fn(|lane| if lane < count { unsafe { *p.add(lane) } } else { T::zero() })
    }
    #[inline(always)]
    unsafe fn store(self, p: *mut T) {
        // SAFETY: as in `load`.
        unsafe { p.cast::<Self>().write_unaligned(self) }
    }
    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        // Where the instruction is missing, a fused product would be a call of a function.
        let fused = cfg!(any(target_feature = "fma", target_arch = "aarch64"));
        std::array::from_fn(|lane| {
            let (x, y, z) = (self[lane], b[lane], c[lane]);
            if fused { x.mul_add(y, z) } else { x * y + z }
        })
    }
    #[inline(never)]
    unsafe fn run(work: impl Work<Self>) {
        // SAFETY: the caller's promise.
        unsafe { work.run() }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;
    use std::array;

    macro_rules! vector {
        ($features:literal, $columns:literal, $register:ty, $scalar:ty, $lanes:literal, $zero:ident, $splat:ident, $load:ident, $load_first:ident, $store:ident, $fma:ident, $transpose:ident) => {
            // SAFETY of every method: the trait's contract is the intrinsic's.
            impl super::Vector for $register {
                type Scalar = $scalar;
                const LANES: usize = $lanes;
                const COLUMNS: usize = $columns;
                #[inline(always)]
                unsafe fn zero() -> Self {
                    unsafe { $zero() }
                }
                #[inline(always)]
                unsafe fn splat(p: *const $scalar) -> Self {
                    unsafe { $splat(*p) }
                }
                #[inline(always)]
                unsafe fn load(p: *const $scalar) -> Self {
                    unsafe { $load(p) }
                }
                #[inline(always)]
                unsafe fn load_first(p: *const $scalar, count: usize) -> Self {
                    unsafe { $load_first(p, count) }
                }
                #[inline(always)]
                unsafe fn store(self, p: *mut $scalar) {
                    unsafe { $store(p, self) }
                }
                #[inline(always)]
                unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                    unsafe { $fma(self, b, c) }
                }
                #[inline(never)]
                #[target_feature(enable = $features)]
                unsafe fn run(work: impl super::Work<Self>) {
                    unsafe { work.run() }
                }
                #[inline(always)]
                unsafe fn transpose(
                    from: (*const $scalar, usize, usize),
                    to: (*mut $scalar, usize, usize),
                ) {
                    unsafe { $transpose(from, to) }
                }
            }
        };
    }
    vector!(
        "avx2,fma",
        6,
        __m256,
        f32,
        8,
        _mm256_setzero_ps,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        load_first_256_f32,
        _mm256_storeu_ps,
        _mm256_fmadd_ps,
        transpose_f32
    );
    vector!(
        "avx2,fma",
        6,
        __m256d,
        f64,
        4,
        _mm256_setzero_pd,
        _mm256_set1_pd,
        _mm256_loadu_pd,
        load_first_256_f64,
        _mm256_storeu_pd,
        _mm256_fmadd_pd,
        transpose_f64
    );
    vector!(
        "avx512f",
        12,
        __m512,
        f32,
        16,
        _mm512_setzero_ps,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        load_first_512_f32,
        _mm512_storeu_ps,
        _mm512_fmadd_ps,
        transpose_f32
    );
    vector!(
        "avx512f",
        12,
        __m512d,
        f64,
        8,
        _mm512_setzero_pd,
        _mm512_set1_pd,
        _mm512_loadu_pd,
        load_first_512_f64,
        _mm512_storeu_pd,
        _mm512_fmadd_pd,
        transpose_f64
    );

    /// Masks: that of the first `count` lanes of 32 bits begins at 8 − `count`, of 64 bits at 8 − 2·`count`.
    static FIRST: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

    #[inline(always)]
    unsafe fn load_first_256_f32(p: *const f32, count: usize) -> __m256 {
        unsafe { _mm256_maskload_ps(p, _mm256_loadu_si256(FIRST.as_ptr().add(8 - count).cast())) }
    }
    #[inline(always)]
    unsafe fn load_first_256_f64(p: *const f64, count: usize) -> __m256d {
        unsafe {
            _mm256_maskload_pd(p, _mm256_loadu_si256(FIRST.as_ptr().add(8 - 2 * count).cast()))
        }
    }
    #[inline(always)]
    unsafe fn load_first_512_f32(p: *const f32, count: usize) -> __m512 {
        unsafe { _mm512_maskz_loadu_ps((1 << count) - 1, p) }
    }
    #[inline(always)]
    unsafe fn load_first_512_f64(p: *const f64, count: usize) -> __m512d {
        unsafe { _mm512_maskz_loadu_pd((1 << count) - 1, p) }
    }

    /// Swaps pairs, then pairs of pairs, then halves of the registers.
    #[inline(always)]
    unsafe fn transpose_f32(
        (from, from_stride, read): (*const f32, usize, usize),
        (to, to_stride, written): (*mut f32, usize, usize),
    ) {
        unsafe {
            let rows: [__m256; 8] = array::from_fn(|i| {
                if i < read {
                    _mm256_loadu_ps(from.add(i * from_stride))
                } else {
                    _mm256_setzero_ps()
                }
            });
            let pairs: [__m256; 8] = array::from_fn(|i| {
                let (a, b) = (rows[i / 2 * 2], rows[i / 2 * 2 + 1]);
                if i % 2 == 0 { _mm256_unpacklo_ps(a, b) } else { _mm256_unpackhi_ps(a, b) }
            });
            let fours: [__m256; 8] = array::from_fn(|i| {
                let (a, b) = (pairs[i / 4 * 4 + i % 4 / 2], pairs[i / 4 * 4 + i % 4 / 2 + 2]);
                if i % 2 == 0 {
                    _mm256_shuffle_ps::<0x44>(a, b)
                } else {
                    _mm256_shuffle_ps::<0xee>(a, b)
                }
            });
            for j in 0..8.min(written) {
                let (a, b) = (fours[j % 4], fours[j % 4 + 4]);
                let row = if j < 4 {
                    _mm256_permute2f128_ps::<0x20>(a, b)
                } else {
                    _mm256_permute2f128_ps::<0x31>(a, b)
                };
                _mm256_storeu_ps(to.add(j * to_stride), row);
            }
        }
    }

    /// The same in four blocks of 4×4.
    #[inline(always)]
    unsafe fn transpose_f64(
        (from, from_stride, read): (*const f64, usize, usize),
        (to, to_stride, written): (*mut f64, usize, usize),
    ) {
        for (i, j) in [(0, 0), (0, 4), (4, 0), (4, 4)] {
            unsafe {
                let from = from.add(i * from_stride + j);
                let to = to.add(j * to_stride + i);
                let rows: [__m256d; 4] = array::from_fn(|row| {
                    if i + row < read {
                        _mm256_loadu_pd(from.add(row * from_stride))
                    } else {
                        _mm256_setzero_pd()
                    }
                });
                let pairs: [__m256d; 4] = array::from_fn(|i| {
                    let (a, b) = (rows[i / 2 * 2], rows[i / 2 * 2 + 1]);
                    if i % 2 == 0 { _mm256_unpacklo_pd(a, b) } else { _mm256_unpackhi_pd(a, b) }
                });
                for row in 0..4.min(written.saturating_sub(j)) {
                    let (a, b) = (pairs[row % 2], pairs[row % 2 + 2]);
                    let values = if row < 2 {
                        _mm256_permute2f128_pd::<0x20>(a, b)
                    } else {
                        _mm256_permute2f128_pd::<0x31>(a, b)
                    };
                    _mm256_storeu_pd(to.add(row * to_stride), values);
                }
            }
        }
    }
}
