//! Strided matrices, and how the micro-kernel addresses B.

use std::array;
use std::hint::black_box;

/// A strided matrix: element (i, j) is at `pointer + i·row + j·column`.
#[derive(Clone, Copy, Debug)]
pub struct Strided<T> {
    pub(crate) pointer: *const T,
    pub(crate) row: usize,
    pub(crate) column: usize,
}

impl<T: Copy> Strided<T> {
    /// The submatrix that begins at (i, j).
    #[inline(always)]
    pub(super) fn from(self, i: usize, j: usize) -> Self {
        Self { pointer: self.pointer.wrapping_add(i * self.row + j * self.column), ..self }
    }
}

/// A few columns of a matrix, read row by row. Each load should be a single instruction, because
/// separate address arithmetic competes with the multiply-adds for issue slots.
pub(super) trait Rows<T>: Copy {
    /// Whether all columns exist in C.
    const WHOLE: bool;
    /// The first `count` columns of a matrix.
    fn new(matrix: Strided<T>, count: usize) -> Self;
    /// The address of a column's element in the current row.
    fn at(&self, column: usize) -> *const T;
    /// Advances to the next row.
    fn next(self) -> Self;
}

/// Up to twelve columns, all of which exist.
#[derive(Clone, Copy, Debug)]
pub(super) struct Many<T> {
    /// Pointers to every third column. The addressing modes of x86 add one or two strides for free.
    bases: [*const T; 4],
    row: usize,
    column: usize,
}

impl<T: Copy> Rows<T> for Many<T> {
    const WHOLE: bool = true;
    #[inline(always)]
    fn new(Strided { pointer, row, column }: Strided<T>, _: usize) -> Self {
        // `black_box`: otherwise the compiler derives every address from the previous one.
        let three = black_box(3 * column);
        Self { bases: array::from_fn(|i| pointer.wrapping_add(i * three)), row, column }
    }
    #[inline(always)]
    fn at(&self, column: usize) -> *const T {
        self.bases[column / 3].wrapping_add(column % 3 * self.column)
    }
    #[inline(always)]
    fn next(self) -> Self {
        Self { bases: self.bases.map(|base| base.wrapping_add(self.row)), ..self }
    }
}

/// A packed strip of B, whose rows of `WIDTH` elements follow each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strip<T, const WIDTH: usize>(*const T);

impl<T: Copy, const WIDTH: usize> Rows<T> for Strip<T, WIDTH> {
    const WHOLE: bool = false;
    #[inline(always)]
    fn new(matrix: Strided<T>, _: usize) -> Self {
        Self(matrix.pointer)
    }
    #[inline(always)]
    fn at(&self, column: usize) -> *const T {
        self.0.wrapping_add(column)
    }
    #[inline(always)]
    fn next(self) -> Self {
        Self(self.0.wrapping_add(WIDTH))
    }
}

/// The width of narrow tiles.
pub(super) const NARROW: usize = 4;

/// Up to [`NARROW`] columns; missing ones repeat the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Few<T> {
    columns: [*const T; NARROW],
    row: usize,
}

impl<T: Copy> Rows<T> for Few<T> {
    const WHOLE: bool = false;
    #[inline(always)]
    fn new(Strided { pointer, row, column }: Strided<T>, count: usize) -> Self {
        let columns = array::from_fn(|j| pointer.wrapping_add(j.min(count - 1) * column));
        Self { columns, row }
    }
    #[inline(always)]
    fn at(&self, column: usize) -> *const T {
        self.columns[column]
    }
    #[inline(always)]
    fn next(self) -> Self {
        Self { columns: self.columns.map(|column| column.wrapping_add(self.row)), ..self }
    }
}
