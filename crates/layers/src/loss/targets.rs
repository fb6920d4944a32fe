//! The targets of a loss.

use nalgebra::DMatrix;

/// The desired outputs for each row of a batch.
///
/// Functions that take targets accept `&[usize]` and `&Vec<usize>` (labels, counted from 0) and
/// `&DMatrix<T>` (one target per score). The book turns one-hot rows into labels by their argmax;
/// here every entry of a row counts, so that a row may be any distribution.
///
/// # Example
/// ```
/// use layers::Targets;
///
/// let labels: Targets<'_, f32> = (&[3_usize, 1][..]).into();
/// assert!(matches!(labels, Targets::Labels([3, 1])));
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a, T> {
    /// The class of each row.
    Labels(&'a [usize]),
    /// One row of targets per row of the batch: one-hot classes or any distribution for cross
    /// entropy, values to predict for the squared error.
    Rows(&'a DMatrix<T>),
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
