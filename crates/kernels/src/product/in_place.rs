//! The dense product that packs panels of A, and of B only what would otherwise leave the cache.
//!
//! A panel holds as many rows of A as fill two registers and a block of up to [`TERMS`] columns; it
//! stays in the L1 cache. The micro-kernel accumulates tiles of these rows by [`Vector::COLUMNS`]
//! columns of C over the panel. It reads B in place, one element at a time. Remaining columns are
//! covered by tiles of up to [`NARROW`] columns. If A is column-major and the panel has all its
//! rows, the first tile packs the panel while it reads A; otherwise A is copied into the panel
//! first, transposed if it is row-major. Nothing is allocated: copies are on the stack.
//!
//! All panels of a block of [`TERMS`] rows and [`COLUMNS`] columns of B follow each other, so that
//! the block is read from memory once and then from the L2 cache. Where its rows are more than a
//! [`PAGE`] apart, it is copied first: otherwise every multiply-add would need another page.
//!
//! `packed.rs` packs B always, for the instruction sets that gain by it.

use std::mem::MaybeUninit;
use std::ptr;

use super::dense::{DensePart, DenseProduct, Epilogue, REGISTERS, Start, Tiles};
use super::packed;
use super::panel::pack;
use super::strided::{Few, Many, NARROW, Strided};
use super::vector::{Vector, Work};

/// Columns of a panel, which takes 16 KiB with AVX2 and 32 KiB with AVX-512.
const TERMS: usize = 256;
/// Columns of a block of B; a multiple of every [`Vector::COLUMNS`]. 255 KiB in `f32`.
const COLUMNS: usize = 240;
/// Bytes of a page of memory.
const PAGE: usize = 4096;
/// Elements between the columns of a copied block. Without them, columns would be a power of two
/// apart and compete for the same cache sets.
const GAP: usize = 16;

impl<V: Vector> Work<V> for &DenseProduct<'_, V::Scalar> {
    #[inline(always)]
    unsafe fn run(self) {
        let DenseProduct { sizes: (m, k, n), a, b, c, add, epilogue } = *self;
        if V::PACKS_B {
            // SAFETY: the caller's promise.
            return unsafe { packed::run::<V>(self) };
        }
        let mut block = MaybeUninit::<[[V::Scalar; TERMS + GAP]; COLUMNS]>::uninit();
        let block = block.as_mut_ptr().cast::<V::Scalar>();
        let most = REGISTERS * V::LANES;
        let copies = m > most && b.row * size_of::<V::Scalar>() > PAGE;
        for left in (0..n).step_by(COLUMNS) {
            let columns = COLUMNS.min(n - left);
            let mut from = 0;
            // Runs once even if k = 0: every row of C then becomes `add`.
            while from < k || from == 0 {
                let terms = TERMS.min(k - from);
                let start = match add {
                    _ if from > 0 => Start::Sums,
                    Some(row) => Start::Row(row.as_ptr().wrapping_add(left)),
                    None => Start::Zeros,
                };
                let epilogue = if from + terms == k { epilogue } else { Epilogue::None };
                let mut b = b.from(from, left);
                // SAFETY: left + columns ≤ n, from + terms ≤ k, first + rows ≤ m; the block has
                // room for `COLUMNS` columns.
                unsafe {
                    if copies {
                        let column = terms.next_multiple_of(V::LANES) + GAP;
                        pack::<V>(b, (terms, columns), (block, column));
                        b = Strided { pointer: block, row: 1, column };
                    }
                    for first in (0..m).step_by(most) {
                        let rows = most.min(m - first);
                        let place = left * m + first;
                        let part = DensePart {
                            rows,
                            terms,
                            panel: ptr::null_mut(),
                            b,
                            c: c.wrapping_add(place),
                            column_of_c: m,
                            start,
                            epilogue: epilogue.from(place),
                        };
                        let a = a.from(first, from);
                        if rows <= V::LANES {
                            some_rows::<V, 1>(part, a, columns);
                        } else {
                            some_rows::<V, REGISTERS>(part, a, columns);
                        }
                    }
                }
                from += TERMS;
            }
        }
    }
}

/// Computes `columns` of a part whose rows fit into `MV` registers per column; `a` is its part of
/// A.
///
/// # Safety
/// As [`DenseProduct`].
#[inline(always)]
unsafe fn some_rows<V: Vector, const MV: usize>(
    part: DensePart<V::Scalar>,
    a: Strided<V::Scalar>,
    columns: usize,
) {
    let mut panel = MaybeUninit::<[[V; MV]; TERMS]>::uninit();
    let panel = panel.as_mut_ptr().cast();
    let part = DensePart { panel, ..part };
    let wide = columns - columns % V::COLUMNS;
    // If contiguous columns of A fill all registers, the first wide tile packs the panel.
    let mut unpacked = (MV == REGISTERS && a.row == 1 && part.rows == MV * V::LANES).then_some(a);
    // SAFETY: the caller's promise, and the panel has room for `TERMS` columns.
    unsafe {
        if unpacked.is_none() {
            pack::<V>(a, (part.rows, part.terms), (panel, MV * V::LANES));
        }
        if wide > 0 {
            let unpacked = unpacked.take();
            // `V::COLUMNS` cannot be a const argument (generic_const_exprs is unstable).
            match V::COLUMNS {
                10 => V::run(Tiles::<_, Many<_>, MV, 10>::new(part, unpacked, 0..wide)),
                6 => V::run(Tiles::<_, Many<_>, MV, 6>::new(part, unpacked, 0..wide)),
                _ => unreachable!("tiles of {} columns", V::COLUMNS),
            }
        }
        if wide < columns {
            V::run(Tiles::<_, Few<_>, MV, NARROW>::new(part, unpacked, wide..columns));
        }
    }
}
