//! How a sparse matrix keeps its non-zeros.

use std::slice;

use super::{LINE, prefetch, with_wide_registers};
use crate::byte_rows::ByteRows;

/// The non-zeros of each row, or of each column.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// How long a line is, zeros included.
    width: usize,
    /// Where each line begins among the entries.
    starts: Vec<u32>,
    /// Where it ends.
    ends: Vec<u32>,
    /// Those of a line, whose places are below `width`, each above the one before. What stands between lines and
    /// after them is room.
    entries: Vec<Entry>,
}

/// A place in a line, and the byte there: in one number, since they are used and moved together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entry(u32);

impl Entry {
    /// Places are below this.
    const PLACES: usize = 1 << (u32::BITS - u8::BITS);

    #[inline(always)]
    fn new(place: u32, byte: u8) -> Self {
        Self(place << u8::BITS | u32::from(byte))
    }

    #[inline(always)]
    pub(crate) fn place(self) -> usize {
        (self.0 >> u8::BITS) as usize
    }

    #[inline(always)]
    pub(crate) fn byte(self) -> u8 {
        self.0 as u8
    }
}

impl PartialEq for Lines {
    fn eq(&self, other: &Self) -> bool {
        let all = self.len() == other.len() && self.width == other.width;
        all && (0..self.len()).all(|i| self.line(i) == other.line(i))
    }
}

/// Rows that are asked for ahead of the one that is gathered.
const AHEAD: usize = 8;
/// Entries of a column that are asked for ahead of the one that is written.
const NEXT: usize = 4;

impl Lines {
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The non-zeros of line `i`.
    #[inline(always)]
    pub(crate) fn line(&self, i: usize) -> &[Entry] {
        &self.entries[self.starts[i] as usize..self.ends[i] as usize]
    }

    /// So many entries from the beginning of line `i` on, or none if they are not all there.
    #[inline(always)]
    pub(super) fn next(&self, i: usize, count: usize) -> &[Entry] {
        let start = self.starts.get(i).map_or(self.entries.len(), |&start| start as usize);
        self.entries.get(start..start + count).unwrap_or_default()
    }

    /// How many non-zeros there are.
    pub(crate) fn non_zeros(&self) -> usize {
        self.starts.iter().zip(&self.ends).map(|(start, end)| (end - start) as usize).sum()
    }

    /// Becomes these of the `rows`, in this order.
    ///
    /// # Panics
    /// If there is no such row.
    #[track_caller]
    pub(crate) fn gather(
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
            let (places, bytes) = rows.row(i);
            let end = start + bytes.len();
            if self.entries.len() < end {
                self.entries.resize(end, Entry::default());
            }
            let entries = self.entries[start..end].iter_mut().zip(places).zip(bytes);
            with_wide_registers(|| {
                entries.for_each(|((entry, &place), &byte)| {
                    *entry = Entry::new(place.into(), byte);
                });
            });
            self.starts.push(start as u32);
            self.ends.push(u32::try_from(end).expect("sparse: fewer than 2³² non-zeros"));
            start = end;
        }
    }

    /// Becomes the columns of these rows.
    ///
    /// Every column has room for a number of each row, so that nothing is counted before.
    #[track_caller]
    pub(crate) fn set_columns(&mut self, rows: &Self) {
        let (m, n) = (rows.len(), rows.width);
        let line = LINE / size_of::<Entry>();
        // An odd number of cache lines: columns would compete for the same places of a cache otherwise.
        let room = (m.div_ceil(line) | 1) * line;
        let all = n * room;
        assert!(
            m <= Entry::PLACES && u32::try_from(all).is_ok(),
            "sparse: ({m}, {n}) transposed, and not {} rows and 2³² numbers at most",
            Entry::PLACES
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
            for entry in rows.line(i) {
                // SAFETY: a place is below the width of the rows, and there is an end for each. A row has no
                // place twice, so that a column gets m entries at most: there is room for them, and behind
                // every room for NEXT more.
                unsafe {
                    let end = self.ends.get_unchecked_mut(entry.place());
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

    fn lines(m: usize, n: usize, byte: impl Fn(usize, usize) -> u8) -> Lines {
        let rows: Vec<Vec<u8>> = (0..m).map(|i| (0..n).map(|j| byte(i, j)).collect()).collect();
        let mut lines = Lines::default();
        lines.gather(&ByteRows::new(rows.iter().map(Vec::as_slice)), 0..m);
        lines
    }

    proptest! {
        /// Into one buffer, which one matrix after another leaves as it is.
        #[test]
        fn columns_are_the_rows_of_the_transpose(
            matrices in prop::collection::vec((1..70usize, 1..40usize, 1..9usize), 1..4),
        ) {
            let mut columns = Lines::default();
            for (m, n, gap) in matrices {
                let byte = |i: usize, j: usize| match i * 31 + j * 17 + i * j {
                    kept if kept.is_multiple_of(gap) => 1 + (i * 7 + j) as u8 % 255,
                    _ => 0,
                };
                let rows = lines(m, n, byte);
                columns.set_columns(&rows);
                prop_assert_eq!(&columns, &lines(n, m, |j, i| byte(i, j)));
                prop_assert_eq!(columns.non_zeros(), rows.non_zeros());
            }
        }
    }

    #[test]
    fn no_rows_have_no_columns_and_rows_of_no_numbers_have_none() {
        let mut columns = Lines::default();
        for (m, n) in [(0, 0), (3, 0)] {
            columns.set_columns(&lines(m, n, |_, _| 1));
            assert_eq!((columns.len(), columns.width()), (n, m));
        }
    }

    #[test]
    #[should_panic(expected = "(16777217, 1) transposed, and not 16777216 rows")]
    fn more_rows_than_an_entry_can_say_are_refused() {
        let mut rows = lines(1, 1, |_, _| 1);
        rows.starts.resize(Entry::PLACES + 1, 0);
        Lines::default().set_columns(&rows);
    }
}
