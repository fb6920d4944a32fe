//! The product itself: panels of A are packed, tiles of C stay in registers.
//!
//! For the rows of A that fill two registers, up to `TERMS` columns are copied side by side into a panel
//! that stays in the first-level cache; then every tile of these rows by up to [`Vector::COLUMNS`] columns of C is summed
//! over that panel in registers, B being read where it is, one number at a time. So only A is copied, and
//! onto the stack: nothing is allocated. Every element of C is one chain of multiply-adds in order of k.

use std::array;
use std::mem::MaybeUninit;

use super::strided::{Columns, Rows, Strided, Transposed};
use super::transpose::{Rest, transpose};
use super::vector::{Vector, Work};

/// C ← A·B, and a row that is added to every row of it; then max(0, C), if asked for. C is column-major, and so
/// is A or its transpose.
#[derive(Clone, Copy, Debug)]
pub struct Product<'a, T> {
    /// Rows of A and C, columns of A and rows of B, columns of B and C.
    pub(super) sizes: (usize, usize, usize),
    pub(super) a: Strided<T>,
    pub(super) b: Strided<T>,
    pub(super) c: *mut T,
    /// As many numbers as C has columns, or none for zeros.
    pub(super) add: Option<&'a [T]>,
    pub(super) relu: bool,
}

/// What the sums of a tile begin with.
#[derive(Clone, Copy)]
enum Start<T> {
    Zeros,
    /// A number for each column.
    Row(*const T),
    /// What is there, from terms before.
    Sums,
}

/// Most registers of a tile's column.
const REGISTERS: usize = 2;
/// Columns of a panel: 16 KiB where a column is 64 bytes.
const TERMS: usize = 256;
/// Terms between two steps of the pointers.
const UNROLLED: usize = 4;

/// Computes a product in tiles of [`REGISTERS`] by at most [`Vector::COLUMNS`].
///
/// # Safety
/// Every element that the sizes and strides address is valid to read (and of C to write), and C overlaps
/// neither factor.
pub(super) struct Tiled<'a, T>(pub(super) &'a Product<'a, T>);

impl<V: Vector> Work<V> for Tiled<'_, V::Scalar> {
    #[inline(always)]
    unsafe fn run(self) {
        let (rows, _, columns) = self.0.sizes;
        if columns == 0 {
            return;
        }
        let most = REGISTERS * V::LANES;
        for first in (0..rows).step_by(most) {
            let count = most.min(rows - first);
            // SAFETY: the caller's promise; these are rows of the product.
            unsafe {
                if count <= V::LANES {
                    some_rows::<V, 1>(self.0, first, count);
                } else {
                    some_rows::<V, REGISTERS>(self.0, first, count);
                }
            }
        }
    }
}

/// `rows` of C from `first` on, which fill at most `MV` registers.
///
/// # Safety
/// As [`Tiled`].
#[inline(always)]
unsafe fn some_rows<V: Vector, const MV: usize>(
    product: &Product<'_, V::Scalar>,
    first: usize,
    rows: usize,
) {
    let Product { sizes: (m, k, n), a, b, c, add, relu } = *product;
    let mut panel = MaybeUninit::<[[V; MV]; TERMS]>::uninit();
    let panel = panel.as_mut_ptr().cast();
    let tiles = n.div_ceil(V::COLUMNS);
    let mut from = 0;
    // Once even where there is nothing to sum: C is then what is added to every row.
    while from < k || from == 0 {
        let terms = TERMS.min(k - from);
        let relu = relu && from + terms == k;
        // SAFETY: rows `first` to `first + rows`, terms from `from` on and columns from `column` on
        // are within the sizes; the panel has room for `TERMS` columns.
        unsafe {
            pack::<V, MV>(a.from(first, from), rows, terms, panel);
            let mut column = 0;
            // As even as they can be: a tile of few columns leaves multipliers idle.
            for (columns, tiles) in [(n / tiles + 1, n % tiles), (n / tiles, tiles - n % tiles)] {
                if tiles > 0 {
                    let start = match add {
                        _ if from > 0 => Start::Sums,
                        Some(row) => Start::Row(row.as_ptr().add(column)),
                        None => Start::Zeros,
                    };
                    let (b, c) = (b.from(from, column), c.add(first + column * m));
                    let part =
                        Part { tiles, rows, terms, panel, b, c, column_of_c: m, start, relu };
                    sum::<V, MV>(columns, part);
                }
                column += tiles * columns;
            }
        }
        from += TERMS;
    }
}

/// Copies `terms` columns of `a` side by side: `rows` of each, and whatever in the rest of `MV` registers.
///
/// # Safety
/// `a` has these elements, `panel` room for `terms` columns.
#[inline(always)]
unsafe fn pack<V: Vector, const MV: usize>(
    a: Strided<V::Scalar>,
    rows: usize,
    terms: usize,
    panel: *mut V::Scalar,
) {
    let most = MV * V::LANES;
    // SAFETY: rows below `rows` and columns below `terms`, as the caller says.
    unsafe {
        if a.row == 1 {
            for p in 0..terms {
                let (from, to) = (a.from(0, p).pointer, panel.add(p * most));
                for i in (0..most).step_by(V::LANES) {
                    let there = rows.saturating_sub(i);
                    let part = if there >= V::LANES {
                        V::load(from.add(i))
                    } else {
                        V::load_first(from.wrapping_add(i), there)
                    };
                    part.store(to.add(i));
                }
            }
        } else {
            transpose::<V>((a.pointer, a.row), (panel, most), (rows, terms), Rest::Padded);
        }
    }
}

/// Tiles side by side, of one number of columns.
struct Part<T> {
    tiles: usize,
    /// Rows of them that are rows of C.
    rows: usize,
    terms: usize,
    panel: *const T,
    b: Strided<T>,
    c: *mut T,
    /// The distance between two columns of C.
    column_of_c: usize,
    start: Start<T>,
    relu: bool,
}

/// [`Tiles`] of a number of columns that is known at run time only.
///
/// # Safety
/// As [`Tiles`].
#[inline(always)]
unsafe fn sum<V: Vector, const MV: usize>(columns: usize, part: Part<V::Scalar>) {
    macro_rules! by_columns {
        ($($n:literal)+) => {
            match columns {
                $($n => if const { $n <= V::COLUMNS } {
                    // SAFETY: the caller's promise.
                    unsafe { V::run(Tiles::<_, MV, $n>(part)) }
                })+
                _ => unreachable!("a tile has 1 to {} columns", V::COLUMNS),
            }
        };
    }
    by_columns!(1 2 3 4 5 6 7 8 9 10 11 12);
}

/// A part of `MV` registers by `COLUMNS` a tile.
///
/// # Safety
/// As [`Tiled`], the panel holding `terms` columns of `MV` registers, and a row that the sums start with as
/// many numbers as there are columns.
struct Tiles<T, const MV: usize, const COLUMNS: usize>(Part<T>);

impl<V: Vector, const MV: usize, const COLUMNS: usize> Work<V> for Tiles<V::Scalar, MV, COLUMNS> {
    #[inline(always)]
    unsafe fn run(self) {
        let Part { tiles, rows, terms, panel, b, c, column_of_c, start, relu } = self.0;
        // SAFETY: the caller's promise.
        unsafe {
            for first in (0..tiles).map(|tile| tile * COLUMNS) {
                let b = b.from(0, first);
                let c = (c.add(first * column_of_c), column_of_c);
                let start = match start {
                    Start::Row(row) => Start::Row(row.add(first)),
                    other => other,
                };
                if b.row == 1 {
                    tile::<V, _, MV, COLUMNS>(terms, panel, Columns::new(b), c, rows, start, relu);
                } else {
                    tile::<V, _, MV, COLUMNS>(
                        terms,
                        panel,
                        Transposed::new(b),
                        c,
                        rows,
                        start,
                        relu,
                    );
                }
            }
        }
    }
}

/// `MV` registers by `COLUMNS` of C, which is given with the distance between its columns and has `rows`
/// that begin in the last register.
///
/// # Safety
/// As [`Tiles`].
#[inline(always)]
unsafe fn tile<V: Vector, B: Rows<V::Scalar>, const MV: usize, const COLUMNS: usize>(
    terms: usize,
    panel: *const V::Scalar,
    b: B,
    (c, column_of_c): (*mut V::Scalar, usize),
    rows: usize,
    start: Start<V::Scalar>,
    relu: bool,
) {
    let place = |i: usize, j: usize| c.wrapping_add(j * column_of_c + i * V::LANES);
    let last = rows - (MV - 1) * V::LANES;
    // SAFETY: these are the elements of the panel, of B, of the row and of C that the caller speaks of.
    unsafe {
        let mut sums = [[V::zero(); MV]; COLUMNS];
        match start {
            Start::Zeros => (),
            Start::Row(row) => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    *sums = [V::splat(row.add(j)); MV];
                }
            }
            Start::Sums => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    for (i, sum) in sums.iter_mut().enumerate() {
                        *sum = if i + 1 < MV || last == V::LANES {
                            V::load(place(i, j))
                        } else {
                            V::load_first(place(i, j), last)
                        };
                    }
                }
            }
        }
        let (mut a, mut b) = (panel, b);
        let term = MV * V::LANES;
        let end = panel.add(terms / UNROLLED * UNROLLED * term);
        while a < end {
            for p in 0..UNROLLED {
                add_term(&mut sums, a.add(p * term), &b, p);
            }
            (a, b) = (a.add(UNROLLED * term), b.skip(UNROLLED));
        }
        for _ in 0..terms % UNROLLED {
            add_term(&mut sums, a, &b, 0);
            (a, b) = (a.add(term), b.skip(1));
        }
        if relu {
            sums = sums.map(|sums| sums.map(|sum| sum.rectified()));
        }
        for (j, sums) in sums.into_iter().enumerate() {
            for (i, sum) in sums.into_iter().enumerate() {
                if i + 1 < MV || last == V::LANES {
                    sum.store(place(i, j));
                } else {
                    sum.store_first(place(i, j), last);
                }
            }
        }
    }
}

/// Adds a column of the panel times the numbers of a row of B.
///
/// # Safety
/// As [`tile`], `a` being where the column is.
#[inline(always)]
unsafe fn add_term<V: Vector, const MV: usize, const COLUMNS: usize>(
    sums: &mut [[V; MV]; COLUMNS],
    a: *const V::Scalar,
    b: &impl Rows<V::Scalar>,
    row: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let column: [V; MV] = array::from_fn(|i| V::load(a.add(i * V::LANES)));
        for (j, sums) in sums.iter_mut().enumerate() {
            let value = V::splat(b.at(row, j));
            for (sum, a) in sums.iter_mut().zip(column) {
                *sum = a.mul_add(value, *sum);
            }
        }
    }
}
