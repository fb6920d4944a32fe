//! Rows of bytes, most of them zero, stored compactly.

use crate::cache::prefetch;

/// Rows of bytes that store only their non-zeros. A data set in this form is the source from which
/// [`SparseRows::gather`](crate::SparseRows::gather) takes mini-batches.
///
/// A non-zero takes three bytes: two for its index and one for its value, in separate arrays, which
/// lets `gather` vectorise. MNIST's training images shrink from 47 MB to 27 MB.
///
/// # Example
/// ```
/// let rows = kernels::ByteRows::new([&[0, 7, 0, 9][..], &[0; 4]]);
/// assert_eq!((rows.len(), rows.width()), (2, 4));
/// ```
#[derive(Clone, Debug)]
pub struct ByteRows {
    width: usize,
    /// Row i is `starts[i]..starts[i + 1]` of the other two arrays.
    starts: Vec<usize>,
    /// The column of each non-zero, ascending within a row; behind them, up to a row of zeros.
    indices: Vec<u16>,
    /// The non-zero values, and as many zeros behind them.
    bytes: Vec<u8>,
}

/// After so many rows, the size of all can be told from them.
const FIRST: usize = 64;

/// Bytes tested for zero together, since most are zero.
const WORD: usize = 8;

impl ByteRows {
    /// The maximum length of a row: 65,536 bytes.
    pub const LONGEST: usize = 1 << u16::BITS;

    /// Stores the non-zeros of these rows.
    ///
    /// # Panics
    /// If the rows differ in length or are longer than [`LONGEST`](Self::LONGEST).
    #[track_caller]
    pub fn new<'a>(rows: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut rows = rows.into_iter().peekable();
        let width = rows.peek().map_or(0, |row| row.len());
        let mut kept = Self::with_capacity(rows.size_hint().0, width);
        rows.for_each(|row| kept.push(row));
        kept
    }

    /// No rows yet, and room for so many of `width` bytes.
    ///
    /// # Panics
    /// If `width` is more than [`LONGEST`](Self::LONGEST).
    ///
    /// # Example
    /// ```
    /// let mut rows = kernels::ByteRows::with_capacity(2, 4);
    /// rows.push(&[0, 7, 0, 9]);
    /// rows.push(&[0; 4]);
    /// assert_eq!(rows.len(), 2);
    /// ```
    #[track_caller]
    pub fn with_capacity(rows: usize, width: usize) -> Self {
        assert!(
            width <= Self::LONGEST,
            "byte rows: rows of {width} bytes, but at most {} are possible",
            Self::LONGEST
        );
        let mut starts = Vec::with_capacity(rows + 1);
        starts.push(0);
        let mut kept = Self { width, starts, indices: Vec::new(), bytes: Vec::new() };
        kept.reserve(width * (rows.min(FIRST) + 1));
        kept
    }

    /// Stores one more row.
    ///
    /// # Panics
    /// If its length is not that of the others.
    #[track_caller]
    pub fn push(&mut self, row: &[u8]) {
        let (rows, width) = (self.len(), self.width);
        assert_eq!(row.len(), width, "byte rows: row {rows} differs in length");
        let start = self.starts[rows];
        // Room for the zeros of one row, which are written and then overwritten.
        let end = start + width;
        if end > self.bytes.capacity() {
            // As dense as the rows so far, and a little more: moving all is the exception.
            let expected = start as f64 / rows as f64 * self.starts.capacity() as f64 * 1.03;
            self.reserve((expected as usize + width).max(end + end / 4));
        }
        self.indices.resize(end, 0);
        self.bytes.resize(end, 0);
        let (indices, bytes) = (&mut self.indices[start..], &mut self.bytes[start..]);
        let mut count = 0;
        // No branch on the byte: it would mispredict at the edges of a digit's strokes.
        let mut keep = |index: usize, byte: u8| {
            (indices[count], bytes[count]) = (index as u16, byte);
            count += usize::from(byte != 0);
        };
        let (words, rest) = row.as_chunks::<WORD>();
        for (i, word) in words.iter().enumerate().filter(|(_, word)| **word != [0; WORD]) {
            word.iter().enumerate().for_each(|(j, &byte)| keep(WORD * i + j, byte));
        }
        rest.iter().zip(WORD * words.len()..).for_each(|(&byte, index)| keep(index, byte));
        self.starts.push(start + count);
    }

    /// Makes room for so many bytes in all.
    fn reserve(&mut self, bytes: usize) {
        self.indices.reserve_exact(bytes.saturating_sub(self.indices.len()));
        self.bytes.reserve_exact(bytes.saturating_sub(self.bytes.len()));
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The length of a row, zeros included.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Prefetches the start and end of row `i`.
    #[track_caller]
    pub(crate) fn prefetch_ends(&self, i: usize) {
        prefetch(&self.starts[i..i + 2]);
    }

    /// Prefetches row `i`.
    pub(crate) fn prefetch(&self, i: usize) {
        let (indices, bytes) = self.row(i);
        prefetch(indices);
        prefetch(bytes);
    }

    /// The columns and the values of row `i`'s non-zeros.
    pub(crate) fn row(&self, i: usize) -> (&[u16], &[u8]) {
        let row = self.starts[i]..self.starts[i + 1];
        (&self.indices[row.clone()], &self.bytes[row])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_non_zeros_are_stored() {
        let mut row = vec![0; ByteRows::LONGEST];
        (row[0], row[255], row[ByteRows::LONGEST - 1]) = (1, 2, 3);
        let rows = ByteRows::new([&row[..], &vec![0; ByteRows::LONGEST]]);
        assert_eq!(rows.row(0), (&[0, 255, u16::MAX][..], &[1, 2, 3][..]));
        assert_eq!(rows.row(1), (&[][..], &[][..]));
    }

    #[test]
    #[should_panic(expected = "rows of 65537 bytes, but at most 65536")]
    fn rows_that_are_too_long_are_refused() {
        ByteRows::new([&vec![0; ByteRows::LONGEST + 1][..]]);
    }

    #[test]
    #[should_panic(expected = "row 1 differs in length")]
    fn ragged_rows_are_refused() {
        ByteRows::new([&[0, 1][..], &[1]]);
    }
}
