//! Matrices in memory, and how the numbers of one are addressed term by term.

use std::array;
use std::hint::black_box;

/// A matrix in memory: element (i, j) is at `pointer + i·row + j·column`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Strided<T> {
    pub(super) pointer: *const T,
    pub(super) row: usize,
    pub(super) column: usize,
}

impl<T: Copy> Strided<T> {
    /// The part of it that begins at (i, j).
    #[inline(always)]
    pub(super) fn from(self, i: usize, j: usize) -> Self {
        Self { pointer: self.pointer.wrapping_add(i * self.row + j * self.column), ..self }
    }
}

/// A matrix that is read from its first row on, some rows at a time. A load is to be one instruction:
/// whatever else forms addresses takes turns with the multiply-adds.
pub(super) trait Rows<T>: Copy {
    /// The rows of a matrix that lies in memory as this type reads it.
    fn new(matrix: Strided<T>) -> Self;
    /// Where the number of a row, counted from the one that is next, and a column is.
    fn at(&self, row: usize, column: usize) -> *const T;
    /// The same matrix without its first rows.
    fn skip(self, rows: usize) -> Self;
}

/// Columns are contiguous.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns<T> {
    /// The first of every three columns: the processor adds one or two distances by itself.
    bases: [*const T; 4],
    column: usize,
}

impl<T: Copy> Rows<T> for Columns<T> {
    #[inline(always)]
    fn new(Strided { pointer, column, .. }: Strided<T>) -> Self {
        // If the compiler saw that these are multiples, it would form each address from the one before.
        let three = black_box(3 * column);
        Self { bases: array::from_fn(|i| pointer.wrapping_add(i * three)), column }
    }
    #[inline(always)]
    fn at(&self, row: usize, column: usize) -> *const T {
        self.bases[column / 3].wrapping_add(row + column % 3 * self.column)
    }
    #[inline(always)]
    fn skip(self, rows: usize) -> Self {
        Self { bases: self.bases.map(|base| base.wrapping_add(rows)), ..self }
    }
}

/// Rows are contiguous.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transposed<T> {
    pointer: *const T,
    row: usize,
}

impl<T: Copy> Rows<T> for Transposed<T> {
    #[inline(always)]
    fn new(Strided { pointer, row, .. }: Strided<T>) -> Self {
        Self { pointer, row }
    }
    #[inline(always)]
    fn at(&self, row: usize, column: usize) -> *const T {
        self.pointer.wrapping_add(row * self.row + column)
    }
    #[inline(always)]
    fn skip(self, rows: usize) -> Self {
        Self { pointer: self.pointer.wrapping_add(rows * self.row), ..self }
    }
}
