//! Matrices in memory, and how the numbers of one are addressed term by term.

use std::array;
use std::hint::black_box;

/// A matrix in memory: element (i, j) is at `pointer + i·row + j·column`.
#[derive(Clone, Copy, Debug)]
pub struct Strided<T> {
    pub(crate) pointer: *const T,
    pub(crate) row: usize,
    pub(crate) column: usize,
}

impl<T: Copy> Strided<T> {
    /// The part of it that begins at (i, j).
    #[inline(always)]
    pub(super) fn from(self, i: usize, j: usize) -> Self {
        Self { pointer: self.pointer.wrapping_add(i * self.row + j * self.column), ..self }
    }
}

/// Some columns of a matrix, read row by row. A load is to be one instruction: whatever else forms addresses takes
/// turns with the multiply-adds.
pub(super) trait Rows<T>: Copy {
    /// Whether every column that is asked for is one of the matrix.
    const WHOLE: bool;
    /// The first `count` columns of a matrix.
    fn new(matrix: Strided<T>, count: usize) -> Self;
    /// Where the number of the next row and a column is.
    fn at(&self, column: usize) -> *const T;
    /// The same columns without their first row.
    fn next(self) -> Self;
}

/// Up to twelve columns, all of them there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Many<T> {
    /// The first of every three columns: the processor adds one or two distances by itself.
    bases: [*const T; 4],
    row: usize,
    column: usize,
}

impl<T: Copy> Rows<T> for Many<T> {
    const WHOLE: bool = true;
    #[inline(always)]
    fn new(Strided { pointer, row, column }: Strided<T>, _: usize) -> Self {
        // If the compiler saw that these are multiples, it would form each address from the one before.
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

/// Columns of a [`Few`].
pub(super) const NARROW: usize = 4;

/// Up to [`NARROW`] columns; those that are not there repeat the last one.
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
