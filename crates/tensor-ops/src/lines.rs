//! How a sparse matrix keeps its non-zeros.

/// The non-zeros of each row, or of each column.
#[derive(Clone, Debug)]
pub struct Lines<T> {
    /// How long a line is, zeros included.
    pub(crate) width: usize,
    /// Where each line begins, and where the last one ends.
    pub(crate) starts: Vec<u32>,
    /// Where in its line each non-zero is, in order and below `width`, and the number itself. What
    /// comes after the last line is room for the next matrix.
    pub(crate) entries: Vec<Entry<T>>,
}

/// A place in a line and the number there: side by side, since they are used together.
pub(crate) type Entry<T> = (u32, T);

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Self { width: 0, starts: vec![0], entries: Vec::new() }
    }
}

impl<T: PartialEq> PartialEq for Lines<T> {
    fn eq(&self, other: &Self) -> bool {
        let all = self.starts == other.starts && self.width == other.width;
        all && (0..self.len()).all(|i| self.line(i) == other.line(i))
    }
}

impl<T> Lines<T> {
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many non-zeros come before line `i`.
    #[inline(always)]
    pub(crate) fn start(&self, i: usize) -> usize {
        self.starts[i] as usize
    }

    /// The non-zeros of line `i`.
    #[inline(always)]
    pub(crate) fn line(&self, i: usize) -> &[Entry<T>] {
        &self.entries[self.start(i)..self.start(i + 1)]
    }

    /// All non-zeros.
    pub(crate) fn entries(&self) -> &[Entry<T>] {
        &self.entries[..self.end()]
    }

    /// How many non-zeros there are.
    pub(crate) fn end(&self) -> usize {
        self.starts.last().map_or(0, |&end| end as usize)
    }
}
