//! Sparse matrices of bytes in compressed rows, and their transposes.

use std::slice;

use crate::byte_rows::ByteRows;
use crate::cache::{LINE, prefetch};
use crate::wide::with_wide_registers;

/// A sparse matrix of bytes in CSR format, with gaps allowed between rows.
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
    /// The length of a row, zeros included.
    width: usize,
    /// Row i is `starts[i]..ends[i]` of the entries.
    starts: Vec<u32>,
    ends: Vec<u32>,
    /// Entries row by row, indices ascending and below `width`; gaps are spare capacity.
    entries: Vec<Entry>,
}

/// The number of values of a byte.
pub const BYTES: usize = 1 << u8::BITS;

/// The column and the value of a non-zero, packed into one `u32` (24 and 8 bits).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry(u32);

impl Entry {
    /// Columns are below this limit.
    const INDICES: usize = 1 << (u32::BITS - u8::BITS);

    #[inline(always)]
    fn new(index: u32, byte: u8) -> Self {
        Self(index << u8::BITS | u32::from(byte))
    }

    /// The column of the non-zero.
    #[inline(always)]
    pub fn index(self) -> usize {
        (self.0 >> u8::BITS) as usize
    }

    /// The value of the non-zero.
    #[inline(always)]
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

/// How many rows ahead of the current one `gather` prefetches.
const AHEAD: usize = 8;
/// How many entries ahead of the written one `set_transpose` prefetches in each column.
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

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The non-zeros of row `i`, by ascending column.
    ///
    /// # Panics
    /// If `i` is out of range.
    #[inline(always)]
    pub fn row(&self, i: usize) -> &[Entry] {
        &self.entries[self.starts[i] as usize..self.ends[i] as usize]
    }

    /// The `count` entries from the start of row `i`, or none if there are fewer.
    #[inline(always)]
    pub(crate) fn next(&self, i: usize, count: usize) -> &[Entry] {
        let start = self.starts.get(i).map_or(self.entries.len(), |&start| start as usize);
        self.entries.get(start..start + count).unwrap_or_default()
    }

    /// The number of non-zeros.
    pub fn non_zeros(&self) -> usize {
        self.starts.iter().zip(&self.ends).map(|(start, end)| (end - start) as usize).sum()
    }

    /// Overwrites this matrix with the rows at `indices`, in their order, reusing its allocations.
    ///
    /// # Panics
    /// If an index is out of range, or there are 2³² non-zeros or more.
    #[track_caller]
    pub fn gather(
        &mut self,
        rows: &ByteRows,
        indices: impl IntoIterator<Item = usize, IntoIter: Clone>,
    ) {
        self.width = rows.width();
        self.starts.clear();
        self.ends.clear();
        // The rows are scattered in memory, and so are their starts and ends: both are prefetched.
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

    /// Overwrites this matrix with the transpose of `rows`, reusing its allocations.
    ///
    /// Every column gets capacity for all rows, which saves a pass that counts its non-zeros.
    ///
    /// # Panics
    /// If there are more than 2²⁴ rows, or the columns' capacities sum to 2³² entries or more.
    #[track_caller]
    pub fn set_transpose(&mut self, rows: &Self) {
        let (m, n) = (rows.len(), rows.width);
        let line = LINE / size_of::<Entry>();
        // An odd number of cache lines, so that columns do not compete for the same cache sets.
        let room = (m.div_ceil(line) | 1) * line;
        let all = n * room;
        assert!(
            m <= Entry::INDICES && u32::try_from(all).is_ok(),
            "sparse: transposing ({m}, {n}), but at most {} rows and 2³² entries are possible",
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
                // SAFETY: an index is below n, the length of `ends`. A row has no index twice, so a
                // column gets at most m ≤ `room` entries; NEXT more follow the last column.
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
        /// One buffer for several matrices: what an earlier one left does not matter.
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
    fn empty_matrices_are_transposed() {
        let mut columns = SparseRows::default();
        for (m, n) in [(0, 0), (3, 0)] {
            columns.set_transpose(&sparse_rows(m, n, |_, _| 1));
            assert_eq!((columns.len(), columns.width()), (n, m));
        }
    }

    #[test]
    #[should_panic(expected = "(16777217, 1), but at most 16777216 rows")]
    fn more_rows_than_an_entry_can_index_are_refused() {
        let mut rows = sparse_rows(1, 1, |_, _| 1);
        rows.starts.resize(Entry::INDICES + 1, 0);
        SparseRows::default().set_transpose(&rows);
    }
}
