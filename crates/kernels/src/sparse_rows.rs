//! The non-zeros of a matrix of bytes, row by row, and those of its transpose.

use std::slice;

use crate::byte_rows::ByteRows;
use crate::cache::{LINE, prefetch};
use crate::wide::with_wide_registers;

/// The non-zeros of a matrix of bytes, row by row: compressed sparse rows, with room between them.
///
/// # Example
/// ```
/// use kernels::{ByteRows, SparseRows};
///
/// let (mut rows, mut columns) = (SparseRows::default(), SparseRows::default());
/// rows.gather(&ByteRows::new([&[0, 7, 0][..], &[9, 0, 0]]), [1, 0]);
/// assert_eq!((rows.len(), rows.width(), rows.non_zeros()), (2, 3, 2));
/// assert_eq!((rows.row(0)[0].index(), rows.row(0)[0].byte()), (0, 9));
///
/// columns.set_transpose(&rows);
/// assert_eq!((columns.len(), columns.width()), (3, 2));
/// assert_eq!((columns.row(1)[0].index(), columns.row(1)[0].byte()), (1, 7));
/// ```
#[derive(Clone, Debug, Default)]
pub struct SparseRows {
    /// How long a row is, zeros included.
    width: usize,
    /// Where each row begins among the entries.
    starts: Vec<u32>,
    /// Where it ends.
    ends: Vec<u32>,
    /// Entries row by row, indices ascending and below `width`; gaps are spare capacity.
    entries: Vec<Entry>,
}

/// How many values a byte has.
pub const BYTES: usize = 1 << u8::BITS;

/// An index in a row, and the byte there: in one number, since they are used and moved together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry(u32);

impl Entry {
    /// Indices are below this.
    const INDICES: usize = 1 << (u32::BITS - u8::BITS);

    #[inline(always)]
    fn new(index: u32, byte: u8) -> Self {
        Self(index << u8::BITS | u32::from(byte))
    }

    #[inline(always)]
    /// The column of the non-zero.
    pub fn index(self) -> usize {
        (self.0 >> u8::BITS) as usize
    }

    #[inline(always)]
    /// The non-zero.
    pub fn byte(self) -> u8 {
        self.0 as u8
    }
}

impl PartialEq for SparseRows {
    fn eq(&self, other: &Self) -> bool {
        let all = self.len() == other.len() && self.width == other.width;
        all && (0..self.len()).all(|i| self.row(i) == other.row(i))
    }
}

/// Rows that are asked for ahead of the one that is gathered.
const AHEAD: usize = 8;
/// Entries of a column that are asked for ahead of the one that is written.
const NEXT: usize = 4;

impl SparseRows {
    /// The length of a row, zeros included.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The non-zeros of row `i`, in order.
    ///
    /// # Panics
    /// If there is no such row.
    #[inline(always)]
    pub fn row(&self, i: usize) -> &[Entry] {
        &self.entries[self.starts[i] as usize..self.ends[i] as usize]
    }

    /// So many entries from the beginning of row `i` on, or none if they are not all there.
    #[inline(always)]
    pub(crate) fn next(&self, i: usize, count: usize) -> &[Entry] {
        let start = self.starts.get(i).map_or(self.entries.len(), |&start| start as usize);
        self.entries.get(start..start + count).unwrap_or_default()
    }

    /// How many non-zeros there are.
    pub fn non_zeros(&self) -> usize {
        self.starts.iter().zip(&self.ends).map(|(start, end)| (end - start) as usize).sum()
    }

    /// Becomes these of the `rows`, in this order, and keeps its allocations.
    ///
    /// # Panics
    /// If there is no such row, or there are 2³² non-zeros or more.
    #[track_caller]
    pub fn gather(
        &mut self,
        rows: &ByteRows,
        indices: impl IntoIterator<Item = usize, IntoIter: Clone>,
    ) {
        self.width = rows.width();
        self.starts.clear();
        self.ends.clear();
        // They are anywhere in memory, and so is what says where: each is asked for while others are
        // worked on.
        let indices = indices.into_iter();
        indices.clone().for_each(|i| rows.prefetch_ends(i));
        let mut ahead = indices.clone();
        ahead.by_ref().take(AHEAD).for_each(|i| rows.prefetch(i));
        let mut start = 0;
        for i in indices {
            if let Some(later) = ahead.next() {
                rows.prefetch(later);
            }
            let (indices, bytes) = rows.row(i);
            let end = start + bytes.len();
            if self.entries.len() < end {
                self.entries.resize(end, Entry::default());
            }
            let entries = self.entries[start..end].iter_mut().zip(indices).zip(bytes);
            with_wide_registers(|| {
                entries.for_each(|((entry, &index), &byte)| {
                    *entry = Entry::new(index.into(), byte);
                });
            });
            self.starts.push(start as u32);
            self.ends.push(u32::try_from(end).expect("sparse: fewer than 2³² non-zeros"));
            start = end;
        }
    }

    /// Becomes the columns of these rows, as rows, and keeps its allocations.
    ///
    /// Every column has room for a number of each row, so that nothing is counted before.
    ///
    /// # Panics
    /// If there are more than 2²⁴ rows, or the columns with their spare capacity would be 2³² entries or more.
    #[track_caller]
    pub fn set_transpose(&mut self, rows: &Self) {
        let (m, n) = (rows.len(), rows.width);
        let line = LINE / size_of::<Entry>();
        // An odd number of cache lines: columns would compete for the same places of a cache otherwise.
        let room = (m.div_ceil(line) | 1) * line;
        let all = n * room;
        assert!(
            m <= Entry::INDICES && u32::try_from(all).is_ok(),
            "sparse: ({m}, {n}) transposed, and not {} rows and 2³² numbers at most",
            Entry::INDICES
        );
        self.width = m;
        self.starts.clear();
        self.starts.extend((0..n).map(|i| (i * room) as u32));
        self.ends.clone_from(&self.starts);
        if self.entries.len() < all + NEXT {
            self.entries.resize(all + NEXT, Entry::default());
        }
        let entries = self.entries.as_mut_ptr();
        for i in 0..m {
            for entry in rows.row(i) {
                // SAFETY: an index is below the width of the rows, and there is an end for each. A row has no
                // index twice, so that a column gets m entries at most: there is room for them, and behind
                // every room for NEXT more.
                unsafe {
                    let end = self.ends.get_unchecked_mut(entry.index());
                    let room = entries.add(*end as usize);
                    *room = Entry::new(i as u32, entry.byte());
                    prefetch(slice::from_ref(&*room.add(NEXT)));
                    *end += 1;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sparse_rows(m: usize, n: usize, byte: impl Fn(usize, usize) -> u8) -> SparseRows {
        let rows: Vec<Vec<u8>> = (0..m).map(|i| (0..n).map(|j| byte(i, j)).collect()).collect();
        let mut kept = SparseRows::default();
        kept.gather(&ByteRows::new(rows.iter().map(Vec::as_slice)), 0..m);
        kept
    }

    proptest! {
        /// Into one buffer, which one matrix after another leaves as it is.
        #[test]
        fn columns_are_the_rows_of_the_transpose(
            matrices in prop::collection::vec((1..70usize, 1..40usize, 1..9usize), 1..4),
        ) {
            let mut columns = SparseRows::default();
            for (m, n, gap) in matrices {
                let byte = |i: usize, j: usize| match i * 31 + j * 17 + i * j {
                    kept if kept.is_multiple_of(gap) => 1 + (i * 7 + j) as u8 % 255,
                    _ => 0,
                };
                let rows = sparse_rows(m, n, byte);
                columns.set_transpose(&rows);
                prop_assert_eq!(&columns, &sparse_rows(n, m, |j, i| byte(i, j)));
                prop_assert_eq!(columns.non_zeros(), rows.non_zeros());
            }
        }
    }

    #[test]
    fn no_rows_have_no_columns_and_rows_of_no_numbers_have_none() {
        let mut columns = SparseRows::default();
        for (m, n) in [(0, 0), (3, 0)] {
            columns.set_transpose(&sparse_rows(m, n, |_, _| 1));
            assert_eq!((columns.len(), columns.width()), (n, m));
        }
    }

    #[test]
    #[should_panic(expected = "(16777217, 1) transposed, and not 16777216 rows")]
    fn more_rows_than_an_entry_can_say_are_refused() {
        let mut rows = sparse_rows(1, 1, |_, _| 1);
        rows.starts.resize(Entry::INDICES + 1, 0);
        SparseRows::default().set_transpose(&rows);
    }
}
