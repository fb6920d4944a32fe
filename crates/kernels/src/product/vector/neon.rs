//! NEON, which every aarch64 processor has.

use std::arch::aarch64::*;
use std::array;

use super::super::strided::Rows;

/// Implements [`Vector`](super::Vector) with the intrinsics of a register. `fma_lane` multiplies by
/// one lane of a register.
macro_rules! vector {
    (
        $register:ty: [$scalar:ty; $lanes:literal],
        $splat:ident, $one:ident, $load:ident, $store:ident,
        $mul:ident, $fma:ident, $fma_lane:ident [$($lane:literal)*],
        $at_most_zero:ident, $select:ident, $columns_of_runs:ident
    ) => {
        // SAFETY of every method: the trait's contract is the intrinsic's.
        impl super::Vector for $register {
            type Scalar = $scalar;
            const LANES: usize = $lanes;
            const COLUMNS: usize = usize::MAX;
            const PACKS_B: bool = true;
            /// One step is 24 multiply-adds and up to four loads: with eight, the loop's counter
            /// and pointers are 2 % of its instructions.
            const UNROLL: usize = 8;
            // The compiler does not unroll a loop of this length by itself.
            #[inline(always)]
            fn unrolled<F: FnMut()>(step: &mut F) {
                let mut twice = || {
                    step();
                    step();
                };
                twice();
                twice();
                twice();
                twice();
            }
            #[inline(always)]
            unsafe fn splat(p: *const $scalar) -> Self {
                unsafe { $splat(p) }
            }
            #[inline(always)]
            unsafe fn load(p: *const $scalar) -> Self {
                unsafe { $load(p) }
            }
            #[inline(always)]
            unsafe fn load_first(p: *const $scalar, count: usize) -> Self {
                let mut lanes = [0.0; $lanes];
                unsafe {
                    lanes.as_mut_ptr().copy_from_nonoverlapping(p, count);
                    $load(lanes.as_ptr())
                }
            }
            #[inline(always)]
            unsafe fn store(self, p: *mut $scalar) {
                unsafe { $store(p, self) }
            }
            #[inline(always)]
            unsafe fn store_first(self, p: *mut $scalar, count: usize) {
                let mut lanes = [0.0; $lanes];
                unsafe {
                    $store(lanes.as_mut_ptr(), self);
                    p.copy_from_nonoverlapping(lanes.as_ptr(), count);
                }
            }
            #[inline(always)]
            unsafe fn mul_add(self, b: Self, c: Self) -> Self {
                unsafe { $fma(c, self, b) }
            }
            #[inline(always)]
            unsafe fn rectified(self) -> Self {
                unsafe { $select($at_most_zero(self), $one(0.0), self) }
            }
            #[inline(always)]
            unsafe fn gated(self, x: Self) -> Self {
                unsafe { $mul(self, $select($at_most_zero(x), $one(0.0), $one(1.0))) }
            }
            #[inline(always)]
            unsafe fn add_products<const MV: usize, const COLUMNS: usize>(
                a: [Self; MV],
                b: &impl Rows<$scalar>,
                sums: &mut [[Self; MV]; COLUMNS],
            ) {
                for (group, sums) in sums.as_chunks_mut::<$lanes>().0.iter_mut().enumerate() {
                    unsafe {
                        let b = $load(b.at(group * $lanes));
                        $(for (sum, a) in sums[$lane].iter_mut().zip(a) {
                            *sum = $fma_lane::<$lane>(*sum, a, b);
                        })*
                    }
                }
            }
            #[inline(never)]
            unsafe fn run(work: impl super::Work<Self>) {
                unsafe { work.run() }
            }
            #[inline(always)]
            unsafe fn columns(
                from: *const $scalar,
                stride: usize,
                runs: usize,
            ) -> [Self; super::RUN] {
                unsafe { $columns_of_runs(|lane: usize| from.add(lane.min(runs - 1) * stride)) }
            }
        }
    };
}
vector! {
    float32x4_t: [f32; 4],
    vld1q_dup_f32, vdupq_n_f32, vld1q_f32, vst1q_f32,
    vmulq_f32, vfmaq_f32, vfmaq_laneq_f32 [0 1 2 3],
    vclezq_f32, vbslq_f32, columns_f32
}
vector! {
    float64x2_t: [f64; 2],
    vld1q_dup_f64, vdupq_n_f64, vld1q_f64, vst1q_f64,
    vmulq_f64, vfmaq_f64, vfmaq_laneq_f64 [0 1],
    vclezq_f64, vbslq_f64, columns_f64
}

/// Transposes four elements of four runs.
#[inline(always)]
unsafe fn columns_f32(run: impl Fn(usize) -> *const f32) -> [float32x4_t; 4] {
    unsafe {
        let runs: [_; 4] = array::from_fn(|lane| vld1q_f32(run(lane)));
        let pairs = |a, b| {
            let (low, high) = (vtrn1q_f32(a, b), vtrn2q_f32(a, b));
            [low, high].map(|pair| vreinterpretq_f64_f32(pair))
        };
        let (ab, cd) = (pairs(runs[0], runs[1]), pairs(runs[2], runs[3]));
        let columns = [
            vtrn1q_f64(ab[0], cd[0]),
            vtrn1q_f64(ab[1], cd[1]),
            vtrn2q_f64(ab[0], cd[0]),
            vtrn2q_f64(ab[1], cd[1]),
        ];
        columns.map(|column| vreinterpretq_f32_f64(column))
    }
}

/// Transposes four elements of two runs.
#[inline(always)]
unsafe fn columns_f64(run: impl Fn(usize) -> *const f64) -> [float64x2_t; 4] {
    unsafe {
        let [a, b] = array::from_fn(|lane| [vld1q_f64(run(lane)), vld1q_f64(run(lane).add(2))]);
        [
            vtrn1q_f64(a[0], b[0]),
            vtrn2q_f64(a[0], b[0]),
            vtrn1q_f64(a[1], b[1]),
            vtrn2q_f64(a[1], b[1]),
        ]
    }
}
