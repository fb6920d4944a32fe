//! The dense product that packs only panels of A.
//!
//! A panel holds as many rows of A as fill two registers and a block of up to [`TERMS`] columns; it
//! stays in the L1 cache. The micro-kernel accumulates tiles of these rows by [`Vector::COLUMNS`]
//! columns of C over the panel. It reads B in place, one element at a time. Remaining columns are
//! covered by tiles of up to [`NARROW`] columns. If A is column-major and the panel has all its
//! rows, the first tile packs the panel while it reads A; otherwise A is copied into the panel
//! first, transposed if it is row-major. Only A is copied, onto the stack, so nothing is allocated.
//!
//! `packed.rs` packs B, too, for the instruction sets that gain by it.

use std::mem::MaybeUninit;

use super::dense::{DensePart, DenseProduct, Epilogue, REGISTERS, Start, Tiles};
use super::packed;
use super::panel::pack;
use super::strided::{Few, Many, NARROW};
use super::vector::{Vector, Work};

/// Columns of a panel, which takes 16 KiB with AVX2 and 32 KiB with AVX-512.
const TERMS: usize = 256;

impl<V: Vector> Work<V> for &DenseProduct<'_, V::Scalar> {
    #[inline(always)]
    unsafe fn run(self) {
        let (rows, _, columns) = self.sizes;
        if columns == 0 {
            return;
        }
        if V::PACKS_B {
            // SAFETY: the caller's promise.
            return unsafe { packed::run::<V>(self) };
        }
        let most = REGISTERS * V::LANES;
        for first in (0..rows).step_by(most) {
            let count = most.min(rows - first);
            // SAFETY: the caller's promise; first + count ≤ `rows`.
            unsafe {
                if count <= V::LANES {
                    some_rows::<V, 1>(self, first, count);
                } else {
                    some_rows::<V, REGISTERS>(self, first, count);
                }
            }
        }
    }
}

/// Computes the `rows` rows of C from `first` on, which fit into `MV` registers per column.
///
/// # Safety
/// As [`DenseProduct`].
#[inline(always)]
unsafe fn some_rows<V: Vector, const MV: usize>(
    product: &DenseProduct<'_, V::Scalar>,
    first: usize,
    rows: usize,
) {
    let DenseProduct { sizes: (m, k, n), a, b, c, add, epilogue } = *product;
    let mut panel = MaybeUninit::<[[V; MV]; TERMS]>::uninit();
    let panel = panel.as_mut_ptr().cast();
    let wide = n - n % V::COLUMNS;
    let mut from = 0;
    // Runs once even if k = 0: every row of C then becomes `add`.
    while from < k || from == 0 {
        let terms = TERMS.min(k - from);
        let start = match add {
            _ if from > 0 => Start::Sums,
            Some(row) => Start::Row(row.as_ptr()),
            None => Start::Zeros,
        };
        let epilogue = if from + terms == k { epilogue.from(first) } else { Epilogue::None };
        let (b, c) = (b.from(from, 0), c.wrapping_add(first));
        // SAFETY: first + rows ≤ m, from + terms ≤ k, and the panel has room for `TERMS` columns.
        unsafe {
            let a = a.from(first, from);
            // If contiguous columns of A fill all registers, the first wide tile packs the panel.
            let mut unpacked =
                (MV == REGISTERS && a.row == 1 && rows == MV * V::LANES).then_some(a);
            if unpacked.is_none() {
                pack::<V>(a, (rows, terms), (panel, MV * V::LANES));
            }
            let part = DensePart { rows, terms, panel, b, c, column_of_c: m, start, epilogue };
            if wide > 0 {
                let unpacked = unpacked.take();
                // `V::COLUMNS` cannot be a const argument (generic_const_exprs is unstable).
                match V::COLUMNS {
                    10 => V::run(Tiles::<_, Many<_>, MV, 10>::new(part, unpacked, 0..wide)),
                    6 => V::run(Tiles::<_, Many<_>, MV, 6>::new(part, unpacked, 0..wide)),
                    _ => unreachable!("tiles of {} columns", V::COLUMNS),
                }
            }
            if wide < n {
                V::run(Tiles::<_, Few<_>, MV, NARROW>::new(part, unpacked, wide..n));
            }
        }
        from += TERMS;
    }
}
