//! Rows of bytes, most of them zero, in little memory.

use crate::kernel::prefetch;

/// Rows of bytes of which only the non-zeros are kept: what [`Sparse::gather`](crate::Sparse::gather)
/// makes batches of.
///
/// A non-zero takes two bytes: how far it is from the one before, and itself. MNIST's 47 MB of training
/// images become 18, so that a batch of them, drawn from anywhere, comes out of a cache rather than out
/// of memory.
///
/// # Example
/// ```
/// let rows = tensor_ops::ByteRows::new([&[0, 7, 0, 9][..], &[0; 4]]);
/// assert_eq!((rows.len(), rows.width()), (2, 4));
/// ```
#[derive(Clone, Debug)]
pub struct ByteRows {
    width: usize,
    /// Where each row begins, and where the last one ends.
    starts: Vec<usize>,
    /// Distance and byte. Where a distance is more than 255, a zero byte stands in between.
    steps: Vec<Step>,
}

/// How far a byte is from the one before it (the first from the beginning of the row), and the byte.
pub(crate) type Step = [u8; 2];

impl ByteRows {
    /// Keeps the non-zeros of these rows.
    ///
    /// # Panics
    /// If the rows are of different lengths, or longer than 2³² − 1.
    #[track_caller]
    pub fn new<'a>(rows: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut kept = Self { width: 0, starts: vec![0], steps: Vec::new() };
        for (i, row) in rows.into_iter().enumerate() {
            if i == 0 {
                kept.width = row.len();
            }
            assert_eq!(row.len(), kept.width, "byte rows: row {i} is of another length");
            let mut last = 0;
            for (place, &byte) in row.iter().enumerate().filter(|&(_, &byte)| byte != 0) {
                while place - last > usize::from(u8::MAX) {
                    kept.steps.push([u8::MAX, 0]);
                    last += usize::from(u8::MAX);
                }
                kept.steps.push([(place - last) as u8, byte]);
                last = place;
            }
            kept.starts.push(kept.steps.len());
        }
        assert!(u32::try_from(kept.width).is_ok(), "byte rows: rows of {} bytes", kept.width);
        kept.steps.shrink_to_fit();
        kept
    }

    /// Adds all rows of another behind its own.
    ///
    /// ```
    /// use tensor_ops::ByteRows;
    ///
    /// let mut rows = ByteRows::new([&[0, 7][..]]);
    /// rows.append(&ByteRows::new([&[8, 0][..], &[0, 9]]));
    /// assert_eq!(rows.len(), 3);
    /// ```
    ///
    /// # Panics
    /// If its rows are of another length.
    #[track_caller]
    pub fn append(&mut self, other: &Self) {
        assert_eq!(other.width, self.width, "byte rows: rows to add are of another length");
        let end = self.steps.len();
        self.steps.extend_from_slice(&other.steps);
        self.starts.extend(other.starts[1..].iter().map(|start| end + start));
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

    /// Asks for what [`row`](Self::row) looks up.
    #[track_caller]
    pub(crate) fn prefetch_ends(&self, i: usize) {
        prefetch(&self.starts[i..i + 2]);
    }

    pub(crate) fn row(&self, i: usize) -> &[Step] {
        &self.steps[self.starts[i]..self.starts[i + 1]]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_take_no_room_but_in_long_runs() {
        let mut row = [0; 1000];
        (row[0], row[255], row[999]) = (1, 2, 3);
        let rows = ByteRows::new([&row[..], &[0; 1000]]);
        assert_eq!(rows.row(0), [[0, 1], [255, 2], [255, 0], [255, 0], [234, 3]]);
        assert_eq!(rows.row(1), [[0; 2]; 0]);
    }

    #[test]
    fn rows_that_are_added_are_as_if_made_at_once() {
        let rows: [&[u8]; 4] = [&[0, 1, 2], &[3, 0, 0], &[0; 3], &[4, 0, 5]];
        let all = ByteRows::new(rows);
        for first in 1..4 {
            let mut parts = ByteRows::new(rows[..first].iter().copied());
            parts.append(&ByteRows::new(rows[first..].iter().copied()));
            let both = [&all, &parts].map(|rows| (&rows.starts, &rows.steps));
            assert_eq!(both[0], both[1]);
        }
    }

    #[test]
    #[should_panic(expected = "are of another length")]
    fn rows_of_another_length_are_not_added() {
        ByteRows::new([&[0, 1][..]]).append(&ByteRows::new([&[1][..]]));
    }

    #[test]
    #[should_panic(expected = "row 1 is of another length")]
    fn ragged_rows_are_refused() {
        ByteRows::new([&[0, 1][..], &[1]]);
    }
}
