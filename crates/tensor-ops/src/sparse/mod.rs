//! Matrices most of whose numbers are zero, as images are, and their products with dense ones.

#[cfg(test)]
mod tests;

use std::array;

use nalgebra::DMatrix;

use crate::byte_rows::ByteRows;
use crate::kernel::{self, BYTES, Factor, Instructions, Lines, Sums};
use crate::{Scalar, reshape};

/// A (rows, columns) matrix of bytes that stand for numbers, of which only the non-zeros are kept.
///
/// Four fifths of MNIST's pixels are zero, so that products with a batch of them take less than half
/// the time of a dense [`matmul`](crate::matmul()). They have the same bits: what is left out
/// would have added zero. Only an infinity or NaN that meets a zero pixel makes a difference: 0·∞ is
/// left out like every other zero, where the dense product has NaN.
///
/// Like `scipy.sparse`'s CSR arrays, with a byte where they have a number: four bytes a non-zero.
///
/// # Example
/// ```
/// use nalgebra::dmatrix;
/// use tensor_ops::{ByteRows, Sparse, Workspace};
///
/// let rows = ByteRows::new([&[0, 4, 0][..], &[2, 0, 0]]);
/// let x = Sparse::new(&rows, |byte| f32::from(byte) / 2.0);
/// let w = dmatrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0];
/// let (mut y, mut dw) = (nalgebra::DMatrix::zeros(2, 2), nalgebra::DMatrix::zeros(3, 2));
/// let mut work = Workspace::default();
/// x.matmul(&w, Some(&[0.5, -0.5]), &mut work, &mut y); // x·w + b
/// assert_eq!(y, dmatrix![6.5, 7.5; 1.5, 1.5]);
/// x.tr_matmul(&y, &mut work, &mut dw); // xᵀ·y
/// assert_eq!(dw, dmatrix![1.5, 1.5; 13.0, 15.0; 0.0, 0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Sparse<T> {
    rows: Lines,
    /// The number that each byte stands for.
    values: Box<[T; BYTES]>,
    /// Those of the rows, if `sorted`.
    columns: Lines,
    sorted: bool,
}

/// Of the numbers, however they are kept.
impl<T: PartialEq> PartialEq for Sparse<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rows == other.rows && self.values == other.values
    }
}

/// Buffers of sparse products, which a caller keeps for the next one.
///
/// ```
/// let work = tensor_ops::Workspace::<f32>::default();
/// ```
#[derive(Clone, Debug, Default)]
pub struct Workspace<T> {
    /// The columns of the matrix that was transposed last.
    columns: Lines,
    sums: Sums<T>,
}

impl<T: Scalar> Default for Sparse<T> {
    fn default() -> Self {
        let (rows, columns) = (Lines::default(), Lines::default());
        Self { rows, values: Box::new([T::zero(); BYTES]), columns, sorted: false }
    }
}

impl<T: Scalar> Sparse<T> {
    /// A matrix of all these rows, as [`gather`](Self::gather) makes it.
    ///
    /// # Panics
    /// If `value` of 0 is not 0.
    ///
    /// ```
    /// use tensor_ops::{ByteRows, Sparse};
    ///
    /// let x = Sparse::new(&ByteRows::new([&[0, 255][..]]), f64::from);
    /// assert_eq!(x.shape(), (1, 2));
    /// ```
    #[track_caller]
    pub fn new(rows: &ByteRows, value: impl Fn(u8) -> T) -> Self {
        let mut sparse = Self::default();
        sparse.gather(rows, 0..rows.len(), value);
        sparse
    }

    /// (rows, columns).
    ///
    /// ```
    /// let x = tensor_ops::Sparse::new(&tensor_ops::ByteRows::new([&[0; 784][..]; 128]), f32::from);
    /// assert_eq!(x.shape(), (128, 784));
    /// ```
    pub fn shape(&self) -> (usize, usize) {
        (self.rows.len(), self.rows.width())
    }

    /// How many numbers are kept.
    ///
    /// ```
    /// let x = tensor_ops::Sparse::new(&tensor_ops::ByteRows::new([&[0, 3, 255][..]]), f32::from);
    /// assert_eq!(x.non_zeros(), 2);
    /// ```
    pub fn non_zeros(&self) -> usize {
        self.rows.non_zeros()
    }

    /// Becomes a matrix of these of the `rows`, in this order, a number for each of their bytes, and
    /// keeps its allocations.
    ///
    /// # Panics
    /// If there is no such row, or `value` of 0 is not 0.
    ///
    /// ```
    /// use tensor_ops::{ByteRows, Sparse};
    ///
    /// let images = ByteRows::new([&[0, 255, 0][..], &[51, 0, 0]]);
    /// let mut x = Sparse::<f32>::default();
    /// x.gather(&images, [1, 0], |byte| f32::from(byte) / 255.0);
    /// let mut dense = nalgebra::DMatrix::zeros(0, 0);
    /// x.to_dense(&mut dense);
    /// assert_eq!(dense, nalgebra::dmatrix![0.2, 0.0, 0.0; 0.0, 1.0, 0.0]);
    /// ```
    #[track_caller]
    pub fn gather(
        &mut self,
        rows: &ByteRows,
        indices: impl IntoIterator<Item = usize, IntoIter: Clone>,
        value: impl Fn(u8) -> T,
    ) {
        assert!(value(0).is_zero(), "sparse: zeros stand for {:?}", value(0));
        // Before the rows, in case one is not there.
        self.sorted = false;
        self.rows.gather(rows, indices);
        *self.values = array::from_fn(|byte| value(byte as u8));
    }

    /// Sorts the non-zeros by column, which [`tr_matmul`](Self::tr_matmul) needs and else does itself: for a matrix
    /// that several products take, as a batch that several networks learn from.
    ///
    /// ```
    /// use tensor_ops::{ByteRows, Sparse};
    ///
    /// let mut x = Sparse::new(&ByteRows::new([&[0, 2][..]]), f64::from);
    /// let same = x.clone();
    /// x.sort_columns();
    /// assert_eq!(x, same);
    /// ```
    #[track_caller]
    pub fn sort_columns(&mut self) {
        self.columns.set_columns(&self.rows);
        self.sorted = true;
    }

    /// Writes the whole matrix, zeros included, into `dense`, which takes its shape.
    ///
    /// ```
    /// let x = tensor_ops::Sparse::new(&tensor_ops::ByteRows::new([&[0, 3][..], &[4, 0]]), f32::from);
    /// let mut dense = nalgebra::DMatrix::zeros(0, 0);
    /// x.to_dense(&mut dense);
    /// assert_eq!(dense, nalgebra::dmatrix![0.0, 3.0; 4.0, 0.0]);
    /// ```
    pub fn to_dense(&self, dense: &mut DMatrix<T>) {
        let (rows, columns) = self.shape();
        reshape(dense, rows, columns);
        dense.fill(T::zero());
        for row in 0..rows {
            for entry in self.rows.line(row) {
                dense[(row, entry.place())] = self.values[usize::from(entry.byte())];
            }
        }
    }

    /// Y ← X·D, with `add` added to every row: X is this matrix, (m, k), D (k, n), `add` has n
    /// numbers, `y` is (m, n).
    ///
    /// # Panics
    /// If the shapes do not fit together.
    ///
    /// ```
    /// use tensor_ops::{ByteRows, Sparse, Workspace};
    ///
    /// let x = Sparse::new(&ByteRows::new([&[0, 2][..]]), f64::from);
    /// let mut y = nalgebra::dmatrix![f64::NAN];
    /// x.matmul(&nalgebra::dmatrix![7.0; 5.0], None, &mut Workspace::default(), &mut y);
    /// assert_eq!(y[0], 10.0);
    /// ```
    #[track_caller]
    pub fn matmul(
        &self,
        d: &DMatrix<T>,
        add: Option<&[T]>,
        work: &mut Workspace<T>,
        y: &mut DMatrix<T>,
    ) {
        self.product(d, add, false, work, y);
    }

    /// [`matmul`](Self::matmul) and ReLU in one pass, as [`matmul_relu`](crate::matmul_relu()).
    ///
    /// # Panics
    /// If the shapes do not fit together.
    ///
    /// ```
    /// use tensor_ops::{ByteRows, Sparse, Workspace};
    ///
    /// let x = Sparse::new(&ByteRows::new([&[0, 2][..]]), f64::from);
    /// let mut y = nalgebra::dmatrix![f64::NAN];
    /// x.matmul_relu(&nalgebra::dmatrix![7.0; -5.0], None, &mut Workspace::default(), &mut y);
    /// assert_eq!(y[0], 0.0);
    /// ```
    #[track_caller]
    pub fn matmul_relu(
        &self,
        d: &DMatrix<T>,
        add: Option<&[T]>,
        work: &mut Workspace<T>,
        y: &mut DMatrix<T>,
    ) {
        self.product(d, add, true, work, y);
    }

    #[track_caller]
    fn product(
        &self,
        d: &DMatrix<T>,
        add: Option<&[T]>,
        relu: bool,
        work: &mut Workspace<T>,
        y: &mut DMatrix<T>,
    ) {
        assert!(
            d.nrows() == self.rows.width() && y.shape() == (self.rows.len(), d.ncols()),
            "sparse matmul: {:?} times {:?} into {:?}",
            self.shape(),
            d.shape(),
            y.shape()
        );
        assert!(add.is_none_or(|add| add.len() == d.ncols()), "sparse matmul: a number a column");
        let s = Factor { rows: &self.rows, values: &self.values };
        kernel::sparse(Instructions::best(), s, d, add, relu, &mut work.sums, y);
    }

    /// Y ← Xᵀ·D: X is this matrix, (m, k), D (m, n), `y` (k, n).
    ///
    /// # Panics
    /// If the shapes do not fit together.
    ///
    /// ```
    /// use tensor_ops::{ByteRows, Sparse, Workspace};
    ///
    /// let x = Sparse::new(&ByteRows::new([&[0, 2][..]]), f64::from);
    /// let mut y = nalgebra::DMatrix::zeros(2, 1);
    /// x.tr_matmul(&nalgebra::dmatrix![3.0], &mut Workspace::default(), &mut y);
    /// assert_eq!(y, nalgebra::dmatrix![0.0; 6.0]);
    /// ```
    #[track_caller]
    pub fn tr_matmul(&self, d: &DMatrix<T>, work: &mut Workspace<T>, y: &mut DMatrix<T>) {
        assert!(
            d.nrows() == self.rows.len() && y.shape() == (self.rows.width(), d.ncols()),
            "sparse tr_matmul: {:?} transposed times {:?} into {:?}",
            self.shape(),
            d.shape(),
            y.shape()
        );
        let Workspace { columns, sums } = work;
        let columns = if self.sorted {
            &self.columns
        } else {
            columns.set_columns(&self.rows);
            columns
        };
        let s = Factor { rows: columns, values: &self.values };
        kernel::sparse(Instructions::best(), s, d, None, false, sums, y);
    }
}
