//! AVX2 and AVX-512.

use std::arch::x86_64::*;
use std::array;

/// Implements [`Vector`](super::Vector) with the intrinsics of a register. `keep_above_zero` is
/// `value` where x is above zero or NaN, and +0 elsewhere.
macro_rules! vector {
    (
        $register:ty: [$scalar:ty; $lanes:literal], $features:literal, $columns:literal columns,
        $splat:ident, $load:ident, $store:ident, $mul:ident, $fma:ident,
        load_first: |$from:ident, $n:ident| $load_first:expr,
        store_first: |$to:ident, $count:ident, $values:ident| $store_first:expr,
        keep_above_zero: |$x:ident, $value:ident| $keep:expr,
        $columns_of_runs:ident
    ) => {
        // SAFETY of every method: the trait's contract is the intrinsic's.
        impl super::Vector for $register {
            type Scalar = $scalar;
            const LANES: usize = $lanes;
            const COLUMNS: usize = $columns;
            #[inline(always)]
            unsafe fn splat(p: *const $scalar) -> Self {
                unsafe { $splat(*p) }
            }
            #[inline(always)]
            unsafe fn load(p: *const $scalar) -> Self {
                unsafe { $load(p) }
            }
            #[inline(always)]
            unsafe fn load_first($from: *const $scalar, $n: usize) -> Self {
                unsafe { $load_first }
            }
            #[inline(always)]
            unsafe fn store(self, p: *mut $scalar) {
                unsafe { $store(p, self) }
            }
            #[inline(always)]
            unsafe fn store_first(self, $to: *mut $scalar, $count: usize) {
                let $values = self;
                unsafe { $store_first }
            }
            #[inline(always)]
            unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                unsafe { $fma(self, b, c) }
            }
            #[inline(always)]
            unsafe fn rectified(self) -> Self {
                let ($x, $value) = (self, self);
                unsafe { $keep }
            }
            #[inline(always)]
            unsafe fn gated(self, $x: Self) -> Self {
                let $value = unsafe { $splat(1.0) };
                unsafe { $mul(self, $keep) }
            }
            #[inline(never)]
            unsafe fn run(work: impl super::Work<Self>) {
                // Nested, since rustc 1.95 ignores `inline(never)` beside `target_feature`.
                #[target_feature(enable = $features)]
                unsafe fn with_features(work: impl super::Work<$register>) {
                    unsafe { work.run() }
                }
                unsafe { with_features(work) }
            }
            #[inline(always)]
            unsafe fn columns(
                from: *const $scalar,
                stride: usize,
                runs: usize,
            ) -> [Self; super::RUN] {
                unsafe { $columns_of_runs(from, stride, runs) }
            }
        }
    };
}
vector! {
    __m256: [f32; 8], "avx2,fma", 6 columns,
    _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_mul_ps, _mm256_fmadd_ps,
    load_first: |p, n| _mm256_maskload_ps(p, first(32 * n)),
    store_first: |p, n, values| _mm256_maskstore_ps(p, first(32 * n), values),
    keep_above_zero: |x, value|
        _mm256_and_ps(_mm256_cmp_ps::<_CMP_NLE_UQ>(x, _mm256_setzero_ps()), value),
    columns_256_f32
}
vector! {
    __m256d: [f64; 4], "avx2,fma", 6 columns,
    _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_mul_pd, _mm256_fmadd_pd,
    load_first: |p, n| _mm256_maskload_pd(p, first(64 * n)),
    store_first: |p, n, values| _mm256_maskstore_pd(p, first(64 * n), values),
    keep_above_zero: |x, value|
        _mm256_and_pd(_mm256_cmp_pd::<_CMP_NLE_UQ>(x, _mm256_setzero_pd()), value),
    columns_256_f64
}
vector! {
    __m512: [f32; 16], "avx512f", 10 columns,
    _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_mul_ps, _mm512_fmadd_ps,
    load_first: |p, n| _mm512_maskz_loadu_ps((1 << n) - 1, p),
    store_first: |p, n, values| _mm512_mask_storeu_ps(p, (1 << n) - 1, values),
    keep_above_zero: |x, value|
        _mm512_maskz_mov_ps(_mm512_cmp_ps_mask::<_CMP_NLE_UQ>(x, _mm512_setzero_ps()), value),
    columns_512_f32
}
vector! {
    __m512d: [f64; 8], "avx512f", 10 columns,
    _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_mul_pd, _mm512_fmadd_pd,
    load_first: |p, n| _mm512_maskz_loadu_pd((1 << n) - 1, p),
    store_first: |p, n, values| _mm512_mask_storeu_pd(p, (1 << n) - 1, values),
    keep_above_zero: |x, value|
        _mm512_maskz_mov_pd(_mm512_cmp_pd_mask::<_CMP_NLE_UQ>(x, _mm512_setzero_pd()), value),
    columns_512_f64
}

/// A mask of i lanes of 32 bits starts at index 8 − i.
static FIRST: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];

/// A mask of the first `bits` bits.
#[inline(always)]
unsafe fn first(bits: usize) -> __m256i {
    unsafe { _mm256_loadu_si256(FIRST.as_ptr().add(8 - bits / 32).cast()) }
}

/// A register whose 128-bit parts are loaded from these addresses.
#[inline(always)]
unsafe fn parts_256(place: impl Fn(usize) -> *const f32) -> __m256 {
    unsafe { _mm256_loadu2_m128(place(1), place(0)) }
}
#[inline(always)]
unsafe fn parts_512(place: impl Fn(usize) -> *const f32) -> __m512 {
    unsafe {
        let parts = _mm512_castps128_ps512(_mm_loadu_ps(place(0)));
        let parts = _mm512_insertf32x4::<1>(parts, _mm_loadu_ps(place(1)));
        let parts = _mm512_insertf32x4::<2>(parts, _mm_loadu_ps(place(2)));
        _mm512_insertf32x4::<3>(parts, _mm_loadu_ps(place(3)))
    }
}

/// [`Vector::columns`](super::Vector::columns). Each 128-bit part of a register is loaded from
/// another run; shuffles then transpose the same parts of several registers, for all parts at once.
macro_rules! columns {
    (
        $f32:ident, $f64:ident, $parts:ident, $ps:ident, $pd:ident,
        $low_ps:ident, $high_ps:ident, $shuffle:ident,
        $low_pd:ident, $high_pd:ident, $cast:ident
    ) => {
        /// Transposes 4×4 parts: four elements of four runs.
        #[inline(always)]
        unsafe fn $f32(from: *const f32, stride: usize, runs: usize) -> [$ps; 4] {
            unsafe {
                let rows: [$ps; 4] = array::from_fn(|row| {
                    $parts(|part| from.add((4 * part + row).min(runs - 1) * stride))
                });
                let low = [$low_ps(rows[0], rows[1]), $low_ps(rows[2], rows[3])];
                let high = [$high_ps(rows[0], rows[1]), $high_ps(rows[2], rows[3])];
                [
                    $shuffle::<0x44>(low[0], low[1]),
                    $shuffle::<0xee>(low[0], low[1]),
                    $shuffle::<0x44>(high[0], high[1]),
                    $shuffle::<0xee>(high[0], high[1]),
                ]
            }
        }
        /// Transposes 2×2 parts: two elements of two runs, twice.
        #[inline(always)]
        unsafe fn $f64(from: *const f64, stride: usize, runs: usize) -> [$pd; 4] {
            unsafe {
                let [a, b, c, d]: [$pd; 4] = array::from_fn(|i| {
                    let run = |part: usize| (2 * part + i % 2).min(runs - 1) * stride;
                    $cast($parts(|part| from.add(run(part) + i / 2 * 2).cast()))
                });
                [$low_pd(a, b), $high_pd(a, b), $low_pd(c, d), $high_pd(c, d)]
            }
        }
    };
}
columns! {
    columns_256_f32, columns_256_f64, parts_256, __m256, __m256d,
    _mm256_unpacklo_ps, _mm256_unpackhi_ps, _mm256_shuffle_ps,
    _mm256_unpacklo_pd, _mm256_unpackhi_pd, _mm256_castps_pd
}
columns! {
    columns_512_f32, columns_512_f64, parts_512, __m512, __m512d,
    _mm512_unpacklo_ps, _mm512_unpackhi_ps, _mm512_shuffle_ps,
    _mm512_unpacklo_pd, _mm512_unpackhi_pd, _mm512_castps_pd
}
