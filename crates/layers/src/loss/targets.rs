//! What a network's outputs are compared with.

use kernels::Scalar;
use nalgebra::DMatrix;

/// What the outputs should have been, one a row of the batch.
///
/// Functions that take targets also take `&[usize]` and `&Vec<usize>` (labels, from 0) or
/// `&DMatrix<T>` (rows of one target a score). The book turns one-hot rows into labels by their
/// largest place; here every entry of a row counts, so that rows may be any distribution.
///
/// # Example
/// ```
/// use layers::Targets;
///
/// let labels: Targets<'_, f32> = (&[3_usize, 1][..]).into();
/// assert_eq!(labels.len(), 2);
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a, T> {
    /// The class of each row.
    Labels(&'a [usize]),
    /// A row of targets each: one-hot classes (or any distribution), or numbers to meet.
    Rows(&'a DMatrix<T>),
}

impl<T: Scalar> Targets<'_, T> {
    /// The number of rows.
    ///
    /// ```
    /// let rows = nalgebra::DMatrix::<f32>::zeros(5, 2);
    /// assert_eq!(layers::Targets::from(&rows).len(), 5);
    /// ```
    pub fn len(&self) -> usize {
        match self {
            Self::Labels(labels) => labels.len(),
            Self::Rows(rows) => rows.nrows(),
        }
    }

    /// Whether there are none.
    ///
    /// ```
    /// assert!(layers::Targets::<f32>::Labels(&[]).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'a, T> From<&'a [usize]> for Targets<'a, T> {
    fn from(labels: &'a [usize]) -> Self {
        Self::Labels(labels)
    }
}

impl<'a, T> From<&'a Vec<usize>> for Targets<'a, T> {
    fn from(labels: &'a Vec<usize>) -> Self {
        Self::Labels(labels)
    }
}

impl<'a, T> From<&'a DMatrix<T>> for Targets<'a, T> {
    fn from(rows: &'a DMatrix<T>) -> Self {
        Self::Rows(rows)
    }
}
