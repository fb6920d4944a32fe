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
    /// The column of each non-zero; ascending within a row.
    indices: Vec<u16>,
    /// The non-zero values.
    bytes: Vec<u8>,
}

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
        Self::of(&rows.into_iter().collect::<Vec<_>>())
    }

    /// Not generic, so that the loop over all bytes is compiled once, in this crate.
    #[track_caller]
    fn of(rows: &[&[u8]]) -> Self {
        let width = rows.first().map_or(0, |row| row.len());
        assert!(
            width <= Self::LONGEST,
            "byte rows: rows of {width} bytes, but at most {} are possible",
            Self::LONGEST
        );
        // Capacity for all non-zeros and for one row's zeros, so that the vectors never reallocate.
        let non_zeros = |row: &[u8]| row.iter().filter(|&&byte| byte != 0).count();
        let room = rows.iter().map(|row| non_zeros(row)).sum::<usize>() + width;
        let mut kept = Self {
            width,
            starts: vec![0],
            indices: Vec::with_capacity(room),
            bytes: Vec::with_capacity(room),
        };
        let mut end = 0;
        for (i, row) in rows.iter().enumerate() {
            assert_eq!(row.len(), width, "byte rows: row {i} differs in length");
            kept.indices.resize(end + width, 0);
            kept.bytes.resize(end + width, 0);
            let (indices, bytes) = (&mut kept.indices[end..], &mut kept.bytes[end..]);
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
            end += count;
            kept.starts.push(end);
        }
        kept.indices.truncate(end);
        kept.bytes.truncate(end);
        kept
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
