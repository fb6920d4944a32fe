//! Dense and sparse batches.

use kernels::Scalar;
use nalgebra::DMatrix;
use tensor_ops::Sparse;

/// A (batch, inputs) batch for a network, dense or sparse.
///
/// Functions that take a batch accept `&DMatrix<T>` and `&Sparse<T>`. Both give the same results,
/// bit for bit. If the first layer is [`Affine`](crate::Affine), it skips the zeros of a sparse
/// batch, which halves the time of a step on images like MNIST's; for other layers the batch is
/// made dense.
///
/// # Example
/// ```
/// use layers::{Mode, MultiLayerNet};
/// use kernels::ByteRows;
/// use tensor_ops::Sparse;
///
/// let mut net = MultiLayerNet::new(3, &[4], 2).build::<f32>(init::Seed::new(1))?;
/// let rows = ByteRows::new([&[0, 0, 2][..], &[1, 0, 0]]);
/// let (x, labels) = (Sparse::new(&rows, |byte| f32::from(byte) / 2.0), vec![0, 1]);
/// let dense = nalgebra::dmatrix![0.0, 0.0, 1.0; 0.5, 0.0, 0.0];
/// assert_eq!(net.loss(&x, &labels, Mode::Train), net.loss(&dense, &labels, Mode::Train));
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Input<'a, T> {
    /// Every value.
    Dense(&'a DMatrix<T>),
    /// Only the non-zero values.
    Sparse(&'a Sparse<T>),
}

impl<T: Scalar> Input<'_, T> {
    /// (batch, inputs).
    ///
    /// ```
    /// let x = nalgebra::DMatrix::<f32>::zeros(128, 784);
    /// assert_eq!(layers::Input::from(&x).shape(), (128, 784));
    /// ```
    pub fn shape(&self) -> (usize, usize) {
        match self {
            Self::Dense(x) => x.shape(),
            Self::Sparse(x) => x.shape(),
        }
    }
}

impl<'a, T> From<&'a DMatrix<T>> for Input<'a, T> {
    fn from(x: &'a DMatrix<T>) -> Self {
        Self::Dense(x)
    }
}

impl<'a, T> From<&'a Sparse<T>> for Input<'a, T> {
    fn from(x: &'a Sparse<T>) -> Self {
        Self::Sparse(x)
    }
}

/// The passes of a layer for sparse batches; see [`Layer::sparse_input`].
///
/// [`Layer::sparse_input`]: crate::Layer::sparse_input
///
/// # Example
/// ```
/// use init::{Initializer, Purpose, Seed};
/// use layers::{Affine, Layer};
/// use nalgebra::dmatrix;
///
/// let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
/// let mut layer = Affine::<f32>::new(3, 1, Initializer::Constant { value: 2.0 }, &mut rng);
/// let row = kernels::ByteRows::new([&[0, 4, 0][..]]);
/// let (x, mut y) = (tensor_ops::Sparse::new(&row, f32::from), dmatrix![0.0]);
/// let first = layer.sparse_input().expect("an affine layer takes sparse batches");
/// first.forward_sparse(&x, &mut y);
/// first.backward_sparse(&x, &dmatrix![1.0]);
/// assert_eq!(y[0], 8.0);
/// assert_eq!(layer.params()[0].grad, dmatrix![0.0; 4.0; 0.0]);
/// ```
pub trait SparseInput<T: Scalar> {
    /// [`Layer::forward`](crate::Layer::forward) for a sparse `x`.
    ///
    /// # Panics
    /// As `forward`.
    fn forward_sparse(&mut self, x: &Sparse<T>, y: &mut DMatrix<T>);

    /// [`Layer::backward`](crate::Layer::backward) for a sparse `x`, without dx.
    ///
    /// # Panics
    /// As `backward`.
    fn backward_sparse(&mut self, x: &Sparse<T>, dy: &DMatrix<T>);
}
