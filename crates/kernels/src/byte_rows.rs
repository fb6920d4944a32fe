//! Rows of bytes, most of them zero, in little memory.

use crate::cache::prefetch;

/// Rows of bytes of which only the non-zeros are kept: what [`SparseRows::gather`](crate::SparseRows::gather) makes
/// batches of.
///
/// A non-zero takes three bytes: its index and itself, in two arrays, so that they become numbers many at a
/// time. MNIST's 47 MB of training images become 27.
///
/// # Example
/// ```
/// let rows = kernels::ByteRows::new([&[0, 7, 0, 9][..], &[0; 4]]);
/// assert_eq!((rows.len(), rows.width()), (2, 4));
/// ```
#[derive(Clone, Debug)]
pub struct ByteRows {
    width: usize,
    /// Where each row begins, and where the last one ends.
    starts: Vec<usize>,
    /// The index of each non-zero in its row, ascending.
    indices: Vec<u16>,
    /// The non-zeros.
    bytes: Vec<u8>,
}

/// Bytes that are looked at together, since most are zeros.
const WORD: usize = 8;

impl ByteRows {
    /// The longest rows: 65,536 bytes.
    pub const LONGEST: usize = 1 << u16::BITS;

    /// Keeps the non-zeros of these rows.
    ///
    /// # Panics
    /// If the rows are of different lengths, or longer than [`LONGEST`](Self::LONGEST).
    #[track_caller]
    pub fn new<'a>(rows: impl IntoIterator<Item = &'a [u8]>) -> Self {
        Self::of(&rows.into_iter().collect::<Vec<_>>())
    }

    /// Apart from the iterator's type, so that the loop over all bytes is compiled in this crate.
    #[track_caller]
    fn of(rows: &[&[u8]]) -> Self {
        let width = rows.first().map_or(0, |row| row.len());
        assert!(
            width <= Self::LONGEST,
            "byte rows: rows of {width} bytes, and not {} at most",
            Self::LONGEST
        );
        // Room for all non-zeros and for the zeros of a row, so that nothing is moved.
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
            assert_eq!(row.len(), width, "byte rows: row {i} is of another length");
            kept.indices.resize(end + width, 0);
            kept.bytes.resize(end + width, 0);
            let (indices, bytes) = (&mut kept.indices[end..], &mut kept.bytes[end..]);
            let mut count = 0;
            // Without a branch, which the strokes of a digit would make mispredict.
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

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The length of a row, zeros included.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Asks for what says where a row is.
    #[track_caller]
    pub(crate) fn prefetch_ends(&self, i: usize) {
        prefetch(&self.starts[i..i + 2]);
    }

    /// Asks for a row.
    pub(crate) fn prefetch(&self, i: usize) {
        let (indices, bytes) = self.row(i);
        prefetch(indices);
        prefetch(bytes);
    }

    /// The indices of a row's non-zeros, and these.
    pub(crate) fn row(&self, i: usize) -> (&[u16], &[u8]) {
        let row = self.starts[i]..self.starts[i + 1];
        (&self.indices[row.clone()], &self.bytes[row])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_take_no_room() {
        let mut row = vec![0; ByteRows::LONGEST];
        (row[0], row[255], row[ByteRows::LONGEST - 1]) = (1, 2, 3);
        let rows = ByteRows::new([&row[..], &vec![0; ByteRows::LONGEST]]);
        assert_eq!(rows.row(0), (&[0, 255, u16::MAX][..], &[1, 2, 3][..]));
        assert_eq!(rows.row(1), (&[][..], &[][..]));
    }

    #[test]
    #[should_panic(expected = "rows of 65537 bytes, and not 65536 at most")]
    fn rows_that_are_too_long_are_refused() {
        ByteRows::new([&vec![0; ByteRows::LONGEST + 1][..]]);
    }

    #[test]
    #[should_panic(expected = "row 1 is of another length")]
    fn ragged_rows_are_refused() {
        ByteRows::new([&[0, 1][..], &[1]]);
    }
}
