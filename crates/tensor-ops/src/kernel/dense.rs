//! The product itself: panels of A are packed, tiles of C stay in registers.
//!
//! For the rows of A that fill two registers, up to `TERMS` columns are copied side by side into a panel
//! that stays in the first-level cache; every tile of these rows by up to [`Vector::COLUMNS`] columns of C is summed
//! over that panel in registers, B being read where it is, one number at a time. The first tile copies what it
//! reads, unless A has to be transposed. So only A is copied, and onto the stack: nothing is allocated. Every
//! element of C is one chain of multiply-adds in order of k.

use std::mem::MaybeUninit;

use super::panel::{Packed, Packing, Panel, pack};
use super::strided::{Columns, Rows, Strided, Transposed};
use super::vector::{Vector, Work};

/// C ← A·B, and a row that is added to every row of it; then its [`Finish`]. C is column-major, and so is A or its
/// transpose.
#[derive(Clone, Copy, Debug)]
pub struct Product<'a, T> {
    /// Rows of A and C, columns of A and rows of B, columns of B and C.
    pub(super) sizes: (usize, usize, usize),
    pub(super) a: Strided<T>,
    pub(super) b: Strided<T>,
    pub(super) c: *mut T,
    /// As many numbers as C has columns, or none for zeros.
    pub(super) add: Option<&'a [T]>,
    pub(super) finish: Finish<*const T>,
}

/// What becomes of the sums.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Finish<X> {
    /// They stay.
    Sums,
    /// max(0, sum).
    Relu,
    /// ReLU's gradient: sum·1 where the number of this matrix, which is as C, is above zero, and sum·0 elsewhere.
    ReluGradient(X),
}

impl<T> Finish<*const T> {
    /// That of the part of C that begins so many numbers later.
    #[inline(always)]
    fn from(self, count: usize) -> Self {
        match self {
            Self::ReluGradient(x) => Self::ReluGradient(x.wrapping_add(count)),
            other => other,
        }
    }
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

/// Computes a product in tiles of [`REGISTERS`] by at most [`Vector::COLUMNS`].
///
/// # Safety
/// Every element that the sizes and strides address is valid to read (and of C to write), and C overlaps
/// no other matrix.
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
    let Product { sizes: (m, k, n), a, b, c, add, finish } = *product;
    let mut panel = MaybeUninit::<[[V; MV]; TERMS]>::uninit();
    let panel = panel.as_mut_ptr().cast();
    let tiles = n.div_ceil(V::COLUMNS);
    let mut from = 0;
    // Once even where there is nothing to sum: C is then what is added to every row.
    while from < k || from == 0 {
        let terms = TERMS.min(k - from);
        let finish = if from + terms == k { finish } else { Finish::Sums };
        // SAFETY: rows `first` to `first + rows`, terms from `from` on and columns from `column` on
        // are within the sizes; the panel has room for `TERMS` columns.
        unsafe {
            let a = a.from(first, from);
            // Whole registers of contiguous rows are packed by the first tile.
            let mut unpacked = (a.row == 1 && rows == MV * V::LANES).then_some(a);
            if unpacked.is_none() {
                pack::<V, MV>(a, rows, terms, panel);
            }
            let mut column = 0;
            // As even as they can be: a tile of few columns leaves multipliers idle.
            for (columns, tiles) in [(n / tiles + 1, n % tiles), (n / tiles, tiles - n % tiles)] {
                if tiles > 0 {
                    let start = match add {
                        _ if from > 0 => Start::Sums,
                        Some(row) => Start::Row(row.as_ptr().add(column)),
                        None => Start::Zeros,
                    };
                    let place = first + column * m;
                    let (b, c, finish) = (b.from(from, column), c.add(place), finish.from(place));
                    let unpacked = unpacked.take();
                    let column_of_c = m;
                    let part = Part {
                        tiles,
                        rows,
                        terms,
                        panel,
                        unpacked,
                        b,
                        c,
                        column_of_c,
                        start,
                        finish,
                    };
                    sum::<V, MV>(columns, part);
                }
                column += tiles * columns;
            }
        }
        from += TERMS;
    }
}

/// Tiles side by side, of one number of columns.
struct Part<T> {
    tiles: usize,
    /// Rows of them that are rows of C.
    rows: usize,
    terms: usize,
    panel: *mut T,
    /// What the first tile has to pack into the panel.
    unpacked: Option<Strided<T>>,
    b: Strided<T>,
    c: *mut T,
    /// The distance between two columns of C.
    column_of_c: usize,
    start: Start<T>,
    finish: Finish<*const T>,
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
        let Part { tiles, rows, terms, panel, mut unpacked, b, c, column_of_c, start, finish } =
            self.0;
        // SAFETY: the caller's promise.
        unsafe {
            for first in (0..tiles).map(|tile| tile * COLUMNS) {
                let b = b.from(0, first);
                let finish = finish.from(first * column_of_c);
                let c = (c.add(first * column_of_c), column_of_c);
                let start = match start {
                    Start::Row(row) => Start::Row(row.add(first)),
                    other => other,
                };
                macro_rules! tile {
                    ($panel:expr) => {
                        if b.row == 1 {
                            let b = Columns::new(b);
                            tile::<V, _, _, MV, COLUMNS>(terms, $panel, b, c, rows, start, finish);
                        } else {
                            let b = Transposed::new(b);
                            tile::<V, _, _, MV, COLUMNS>(terms, $panel, b, c, rows, start, finish);
                        }
                    };
                }
                match unpacked.take() {
                    Some(from) => tile!(Packing { from, to: panel }),
                    None => tile!(Packed(panel)),
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
unsafe fn tile<V, A, B, const MV: usize, const COLUMNS: usize>(
    terms: usize,
    panel: A,
    b: B,
    (c, column_of_c): (*mut V::Scalar, usize),
    rows: usize,
    start: Start<V::Scalar>,
    finish: Finish<*const V::Scalar>,
) where
    V: Vector,
    A: Panel<V, MV>,
    B: Rows<V::Scalar>,
{
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
        for _ in 0..terms / A::UNROLLED {
            for p in 0..A::UNROLLED {
                add_term(&mut sums, &a, &b, p);
            }
            (a, b) = (a.skip(A::UNROLLED), b.skip(A::UNROLLED));
        }
        for _ in 0..terms % A::UNROLLED {
            add_term(&mut sums, &a, &b, 0);
            (a, b) = (a.skip(1), b.skip(1));
        }
        match finish {
            Finish::Sums => (),
            Finish::Relu => sums = sums.map(|sums| sums.map(|sum| sum.rectified())),
            Finish::ReluGradient(x) => {
                for (j, sums) in sums.iter_mut().enumerate() {
                    for (i, sum) in sums.iter_mut().enumerate() {
                        let x = x.wrapping_add(j * column_of_c + i * V::LANES);
                        let x = if i + 1 < MV || last == V::LANES {
                            V::load(x)
                        } else {
                            V::load_first(x, last)
                        };
                        *sum = sum.gated(x);
                    }
                }
            }
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
/// As [`tile`]; the column and the row are there.
#[inline(always)]
unsafe fn add_term<V: Vector, const MV: usize, const COLUMNS: usize>(
    sums: &mut [[V; MV]; COLUMNS],
    a: &impl Panel<V, MV>,
    b: &impl Rows<V::Scalar>,
    term: usize,
) {
    // SAFETY: the caller's promise.
    unsafe {
        let column = a.column(term);
        for (j, sums) in sums.iter_mut().enumerate() {
            let value = V::splat(b.at(term, j));
            for (sum, a) in sums.iter_mut().zip(column) {
                *sum = a.mul_add(value, *sum);
            }
        }
    }
}
