//! The dense product where B is packed too, as [`Vector::PACKS_B`] asks.
//!
//! A block of up to [`TERMS`] rows and [`COLUMNS`] columns of B is packed into strips of [`WIDE`]
//! columns, row by row. For every block of rows of A, which is packed into a panel of up to
//! [`REGISTERS`] registers, the micro-kernel reads each strip once. The strips stay in the L2
//! cache, the panel and the current strip in L1.

use std::mem::MaybeUninit;

use super::dense::{DensePart, DenseProduct, Epilogue, Start, Tiles};
use super::panel::pack;
use super::strided::{NARROW, Strided, Strip};
use super::vector::Vector;

/// Registers per column of a tile. Three by eight columns are 24 accumulators: with two by twelve,
/// a step would load three registers of `f64` more.
const REGISTERS: usize = 3;
/// Columns of a strip; one of [`NARROW`] columns follows where they suffice.
const WIDE: usize = 8;
/// Rows of a block of B.
const TERMS: usize = 128;
/// Columns of a block of B: up to so many units, A is packed once. 64 KiB in `f32`.
const COLUMNS: usize = 128;

/// Computes a product whose C has columns.
///
/// # Safety
/// As [`DenseProduct`].
#[inline(always)]
pub(super) unsafe fn run<V: Vector>(product: &DenseProduct<'_, V::Scalar>) {
    let DenseProduct { sizes: (m, k, n), a, b, c, add, epilogue } = *product;
    let mut strips = MaybeUninit::<[[V::Scalar; COLUMNS]; TERMS]>::uninit();
    let strips = strips.as_mut_ptr().cast::<V::Scalar>();
    let mut panel = MaybeUninit::<[[V; REGISTERS]; TERMS]>::uninit();
    let panel = panel.as_mut_ptr().cast::<V::Scalar>();
    let most = REGISTERS * V::LANES;
    let mut from = 0;
    // Runs once even if k = 0: every row of C then becomes `add`.
    while from < k || from == 0 {
        let terms = TERMS.min(k - from);
        let epilogue = if from + terms == k { epilogue } else { Epilogue::None };
        for left in (0..n).step_by(COLUMNS) {
            let columns = COLUMNS.min(n - left);
            let start = match add {
                _ if from > 0 => Start::Sums,
                Some(row) => Start::Row(row.as_ptr().wrapping_add(left)),
                None => Start::Zeros,
            };
            // SAFETY: from + terms ≤ k, left + columns ≤ n, first + rows ≤ m; the strips have room
            // for `TERMS` rows of `COLUMNS`, the panel for `TERMS` columns of `most`.
            unsafe {
                pack_strips::<V>(b.from(from, left), (terms, columns), strips);
                for first in (0..m).step_by(most) {
                    let rows = most.min(m - first);
                    let height = rows.next_multiple_of(V::LANES);
                    pack::<V>(a.from(first, from), (rows, terms), (panel, height));
                    let place = left * m + first;
                    let part = DensePart {
                        rows,
                        terms,
                        panel,
                        b: Strided { pointer: strips, row: WIDE, column: terms },
                        c: c.wrapping_add(place),
                        column_of_c: m,
                        start,
                        epilogue: epilogue.from(place),
                    };
                    match rows.div_ceil(V::LANES) {
                        1 => tiles::<V, 1>(part, columns),
                        2 => tiles::<V, 2>(part, columns),
                        _ => tiles::<V, REGISTERS>(part, columns),
                    }
                }
            }
        }
        from += TERMS;
    }
}

/// How many of so many columns are in wide strips; the others, up to [`NARROW`], are in a narrow
/// one.
#[inline(always)]
fn wide(columns: usize) -> usize {
    let rest = columns % WIDE;
    if rest <= NARROW { columns - rest } else { columns }
}

/// Packs a block of B, whose rows and columns are `terms` and `columns`.
///
/// # Safety
/// B has the block, and `strips` has room for `terms` rows of `columns`, rounded up to a strip.
#[inline(always)]
unsafe fn pack_strips<V: Vector>(
    b: Strided<V::Scalar>,
    (terms, columns): (usize, usize),
    strips: *mut V::Scalar,
) {
    let wide = wide(columns);
    let mut first = 0;
    while first < columns {
        let width = if first < wide { WIDE } else { NARROW };
        let count = width.min(columns - first);
        let b = b.from(0, first);
        let transposed = Strided { pointer: b.pointer, row: b.column, column: b.row };
        // SAFETY: the caller's promise.
        unsafe {
            let strip = strips.add(first * terms);
            if count < width {
                strip.write_bytes(0, width * terms);
            }
            pack::<V>(transposed, (count, terms), (strip, width));
        }
        first += width;
    }
}

/// Computes rows of C that take `MV` registers per column, in `columns` columns.
///
/// # Safety
/// As [`Tiles`], with B in strips.
#[inline(always)]
unsafe fn tiles<V: Vector, const MV: usize>(part: DensePart<V::Scalar>, columns: usize) {
    let wide = wide(columns);
    // SAFETY: the caller's promise.
    unsafe {
        if wide > 0 {
            V::run(Tiles::<_, Strip<_, WIDE>, MV, WIDE>::new(part, None, 0..wide));
        }
        if wide < columns {
            V::run(Tiles::<_, Strip<_, NARROW>, MV, NARROW>::new(part, None, wide..columns));
        }
    }
}
