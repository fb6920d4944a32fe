//! The targets of a loss.

use kernels::Scalar;
use nalgebra::DMatrix;

/// The desired outputs for each row of a batch.
///
/// Functions that take targets accept labels, counted from 0, as `&[usize]`, `&Vec<usize>` or
/// `&[u8]` (a `Vec` of bytes as `&labels[..]`), and `&DMatrix<T>` (one target per score). The book
/// turns one-hot rows into labels by their argmax; here every entry of a row counts, so that a row
/// may be any distribution.
///
/// # Example
/// ```
/// use layers::{MultiLayerNet, Targets};
///
/// let mut net = MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
/// let x = nalgebra::dmatrix![1.0, 2.0; -1.0, 0.5];
/// let loss = net.gradient(&x, &[1_u8, 0][..]);
/// assert_eq!(net.gradient(&x, &[1, 0]), loss);
/// assert_eq!(net.gradient(&x, &tensor_ops::one_hot(&[1, 0], 2)), loss);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Targets<'a, T> {
    /// The class of each row.
    Labels(&'a [usize]),
    /// The class of each row as a byte, as IDX files have it.
    Bytes(&'a [u8]),
    /// One row of targets per row of the batch: one-hot classes or any distribution for cross
    /// entropy, values to predict for the squared error.
    Rows(&'a DMatrix<T>),
}

impl<T: Scalar> Targets<'_, T> {
    /// The number of rows.
    ///
    /// ```
    /// assert_eq!(layers::Targets::<f32>::Bytes(&[3, 1]).len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        match self {
            Self::Labels(labels) => labels.len(),
            Self::Bytes(labels) => labels.len(),
            Self::Rows(rows) => rows.nrows(),
        }
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The class of a row: its label, or the place of its first largest target.
    ///
    /// # Panics
    /// If there is no such row, or it has no targets.
    ///
    /// ```
    /// assert_eq!(layers::Targets::<f32>::Bytes(&[3, 1]).class(0), 3);
    /// assert_eq!(layers::Targets::Rows(&nalgebra::dmatrix![0.2, 0.5, 0.3]).class(0), 1);
    /// ```
    #[track_caller]
    pub fn class(&self, row: usize) -> usize {
        match self {
            Self::Labels(labels) => labels[row],
            Self::Bytes(labels) => labels[row].into(),
            Self::Rows(rows) => {
                let row = rows.row(row);
                (1..row.len()).fold(0, |best, j| if row[j] > row[best] { j } else { best })
            }
        }
    }
}

impl<'a, T> From<&'a [usize]> for Targets<'a, T> {
    fn from(labels: &'a [usize]) -> Self {
        Self::Labels(labels)
    }
}

impl<'a, T, const N: usize> From<&'a [usize; N]> for Targets<'a, T> {
    fn from(labels: &'a [usize; N]) -> Self {
        Self::Labels(labels)
    }
}

impl<'a, T> From<&'a Vec<usize>> for Targets<'a, T> {
    fn from(labels: &'a Vec<usize>) -> Self {
        Self::Labels(labels)
    }
}

impl<'a, T> From<&'a [u8]> for Targets<'a, T> {
    fn from(labels: &'a [u8]) -> Self {
        Self::Bytes(labels)
    }
}

impl<'a, T> From<&'a DMatrix<T>> for Targets<'a, T> {
    fn from(rows: &'a DMatrix<T>) -> Self {
        Self::Rows(rows)
    }
}
