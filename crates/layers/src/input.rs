//! Dense and sparse batches.

use kernels::Scalar;
use nalgebra::{DMatrix, DMatrixView, Dyn, U1};
use tensor_ops::{Sparse, reshape};

/// A (batch, inputs) batch for a network or a layer.
///
/// Functions that take a batch accept `&DMatrix<T>`, `&Sparse<T>` and views of matrices, also of
/// slices of yours; with the feature `ndarray`, `&Array2<T>` too. All give the same results, bit
/// for bit. If the first layer is [`Affine`](crate::Affine), it skips the zeros of a sparse batch,
/// which halves the time of a step on images like MNIST's; for other layers the batch is made
/// dense. A view is copied.
///
/// # Example
/// ```
/// use layers::{Mode, MultiLayerNet};
/// use kernels::ByteRows;
/// use nalgebra::{DMatrixView, dmatrix};
/// use tensor_ops::Sparse;
///
/// let mut net = MultiLayerNet::new(3, &[4], 2).build::<f32>(init::Seed::new(1))?;
/// let rows = ByteRows::new([&[0, 0, 2][..], &[1, 0, 0]]);
/// let (x, labels) = (Sparse::new(&rows, |byte| f32::from(byte) / 2.0), vec![0, 1]);
/// let dense = dmatrix![0.0, 0.0, 1.0; 0.5, 0.0, 0.0];
/// let loss = net.loss(&dense, &labels, Mode::Train);
/// assert_eq!(net.loss(&x, &labels, Mode::Train), loss);
///
/// let slice = [0.0, 0.0, 1.0, 0.5, 0.0, 0.0]; // row by row: strides 3 and 1
/// let view = DMatrixView::from_slice_with_strides(&slice, 2, 3, 3, 1);
/// assert_eq!(net.loss(view, &labels, Mode::Train), loss);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Input<'a, T: Scalar> {
    /// Every value.
    Dense(&'a DMatrix<T>),
    /// Some rows or columns of a matrix; networks copy them, and layers never get them like this.
    View(DMatrixView<'a, T, U1, Dyn>),
    /// As [`View`](Self::View), of any strides: a matrix that is stored row by row.
    Strided(DMatrixView<'a, T, Dyn, Dyn>),
    /// Only the non-zero values.
    Sparse(&'a Sparse<T>),
}

impl<'a, T: Scalar> Input<'a, T> {
    /// (batch, inputs).
    ///
    /// ```
    /// let x = nalgebra::DMatrix::<f32>::zeros(128, 784);
    /// assert_eq!(layers::Input::from(&x).shape(), (128, 784));
    /// ```
    pub fn shape(&self) -> (usize, usize) {
        match self {
            Self::Dense(x) => x.shape(),
            Self::View(x) => x.shape(),
            Self::Strided(x) => x.shape(),
            Self::Sparse(x) => x.shape(),
        }
    }

    /// The matrix of a dense batch, for layers that do not
    /// [take sparse ones](crate::Layer::takes_sparse).
    ///
    /// # Panics
    /// If the batch is a view or sparse: no network gives it to such a layer.
    ///
    /// ```
    /// let x = nalgebra::dmatrix![1.0_f32, 2.0];
    /// assert_eq!(layers::Input::from(&x).dense(), &x);
    /// ```
    #[track_caller]
    pub fn dense(self) -> &'a DMatrix<T> {
        let Self::Dense(x) = self else { panic!("this layer takes dense matrices only") };
        x
    }

    /// Copies the batch, with its zeros, into a matrix that gets its shape.
    pub(crate) fn copy_to(self, matrix: &mut DMatrix<T>) {
        let (rows, columns) = self.shape();
        reshape(matrix, rows, columns);
        match self {
            Self::Dense(x) => matrix.copy_from(x),
            Self::View(x) => matrix.copy_from(&x),
            Self::Strided(x) => matrix.copy_from(&x),
            Self::Sparse(x) => x.to_dense(matrix),
        }
    }
}

impl<'a, T: Scalar> From<&'a DMatrix<T>> for Input<'a, T> {
    fn from(x: &'a DMatrix<T>) -> Self {
        Self::Dense(x)
    }
}

impl<'a, T: Scalar> From<&'a Sparse<T>> for Input<'a, T> {
    fn from(x: &'a Sparse<T>) -> Self {
        Self::Sparse(x)
    }
}

impl<'a, T: Scalar> From<DMatrixView<'a, T, U1, Dyn>> for Input<'a, T> {
    fn from(x: DMatrixView<'a, T, U1, Dyn>) -> Self {
        Self::View(x)
    }
}

impl<'a, T: Scalar> From<DMatrixView<'a, T, Dyn, Dyn>> for Input<'a, T> {
    fn from(x: DMatrixView<'a, T, Dyn, Dyn>) -> Self {
        Self::Strided(x)
    }
}

/// A row of the array is a sample.
///
/// ```
/// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
/// let y = net.predict(&nalgebra::dmatrix![1.0, 2.0; 3.0, 4.0]).clone();
/// assert_eq!(net.predict(&ndarray::array![[1.0, 2.0], [3.0, 4.0]]), &y);
/// # Ok::<(), layers::LayerError>(())
/// ```
///
/// # Panics
/// If the array is not contiguous: `as_standard_layout` makes it so.
#[cfg(feature = "ndarray")]
impl<'a, T: Scalar> From<&'a ndarray::Array2<T>> for Input<'a, T> {
    #[track_caller]
    fn from(x: &'a ndarray::Array2<T>) -> Self {
        let (rows, columns) = x.dim();
        let by_column = || x.t().to_slice().map(|values| (values, 1, rows));
        let by_row = x.as_slice().map(|values| (values, columns, 1));
        let (values, row, column) = by_row.or_else(by_column).expect("a contiguous array");
        Self::Strided(DMatrixView::from_slice_with_strides(values, rows, columns, row, column))
    }
}
