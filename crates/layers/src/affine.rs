//! The fully connected layer.

use init::Initializer;
use kernels::Scalar;
use nalgebra::DMatrix;
use rand::Rng;
use tensor_ops::Operand::{Plain, Transposed};
use tensor_ops::reduce::{self, Over};
use tensor_ops::{Sparse, Workspace, matmul, matmul_relu, matmul_relu_gradient};

use crate::{Input, Layer, LayerError, Mode, Param, Role, SparseInput};

/// y = x·W + b: PyTorch's `Linear`, the book's `Affine`.
///
/// Shapes: x (batch, n_in), W (n_in, n_out), b (1, n_out), y (batch, n_out). Backward: dW = xᵀ·dy,
/// db = Σdy over the batch, dx = dy·Wᵀ. Biases start at 0, as in the book (PyTorch draws them at
/// random). [`params`](Layer::params) gives W, then b.
///
/// PyTorch keeps the transpose of W; since our matrices are column-major, the bytes are the same.
///
/// Source: the book, section 5.6.
///
/// # Example
/// ```
/// use init::{Initializer, Purpose, Seed};
/// use layers::{Affine, Sequential};
/// use nalgebra::dmatrix;
///
/// let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
/// let layer = Affine::<f64>::new(2, 3, Initializer::Constant { value: 0.5 }, &mut rng);
/// let mut net = Sequential::new(2).push(layer)?;
/// assert_eq!(net.predict(&dmatrix![1.0, 2.0]), &dmatrix![1.5, 1.5, 1.5]);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Affine<T> {
    params: [Param<T>; 2],
    /// Buffers of the products with sparse batches.
    work: Workspace<T>,
}

impl<T: Scalar> Affine<T> {
    /// A layer from `inputs` to `outputs` features with newly drawn weights and zero biases.
    ///
    /// ```
    /// use init::{Initializer, Purpose, Seed};
    /// use layers::Layer;
    ///
    /// let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    /// let layer = layers::Affine::<f32>::new(784, 100, Initializer::He, &mut rng);
    /// assert_eq!(layer.params()[0].value.shape(), (784, 100));
    /// assert_eq!(layer.params()[1].value.sum(), 0.0);
    /// ```
    pub fn new(
        inputs: usize,
        outputs: usize,
        initializer: Initializer,
        rng: &mut impl Rng,
    ) -> Self {
        let mut weight = Param::zeros("weight", Role::Weight, inputs, outputs);
        initializer.fill(&mut weight.value, rng);
        Self::from_weight(weight)
    }

    /// A layer with this weight and zero biases.
    pub(crate) fn from_weight(weight: Param<T>) -> Self {
        let bias = Param::zeros("bias", Role::Bias, 1, weight.value.ncols());
        Self { params: [weight, bias], work: Workspace::default() }
    }

    /// Sets dW and db.
    fn set_gradients(&mut self, x: Input<'_, T>, dy: &DMatrix<T>) {
        let [weight, bias] = &mut self.params;
        match x {
            Input::Dense(x) => matmul(Transposed(x), Plain(dy), None, &mut weight.grad),
            Input::Sparse(x) => x.tr_matmul(dy, &mut self.work, &mut weight.grad),
        }
        reduce::sum(dy, Over::Rows, bias.grad.as_mut_slice());
    }
}

impl<T: Scalar> Layer<T> for Affine<T> {
    fn name(&self) -> &'static str {
        "affine"
    }

    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        let (n_in, n_out) = self.params[0].value.shape();
        LayerError::check_input("affine", n_in, inputs)?;
        Ok(n_out)
    }

    fn forward(&mut self, x: &DMatrix<T>, y: &mut DMatrix<T>, _: Mode) {
        let [weight, bias] = &self.params;
        matmul(Plain(x), Plain(&weight.value), Some(bias.value.as_slice()), y);
    }

    fn forward_relu(&mut self, x: Input<'_, T>, y: &mut DMatrix<T>) -> bool {
        let [weight, bias] = &self.params;
        let bias = Some(bias.value.as_slice());
        match x {
            Input::Dense(x) => matmul_relu(Plain(x), Plain(&weight.value), bias, y),
            Input::Sparse(x) => x.matmul_relu(&weight.value, bias, &mut self.work, y),
        }
        true
    }

    fn backward(
        &mut self,
        x: &DMatrix<T>,
        _: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    ) {
        self.set_gradients(x.into(), dy);
        if let Some(dx) = dx {
            matmul(Plain(dy), Transposed(&self.params[0].value), None, dx);
        }
    }

    fn backward_relu(&mut self, x: &DMatrix<T>, dy: &DMatrix<T>, dx: &mut DMatrix<T>) -> bool {
        self.set_gradients(x.into(), dy);
        matmul_relu_gradient(Plain(dy), Transposed(&self.params[0].value), x, dx);
        true
    }

    fn params(&self) -> &[Param<T>] {
        &self.params
    }

    fn params_mut(&mut self) -> &mut [Param<T>] {
        &mut self.params
    }

    fn sparse_input(&mut self) -> Option<&mut dyn SparseInput<T>> {
        Some(self)
    }

    fn boxed_clone(&self) -> Box<dyn Layer<T>> {
        Box::new(self.clone())
    }
}

impl<T: Scalar> SparseInput<T> for Affine<T> {
    fn forward_sparse(&mut self, x: &Sparse<T>, y: &mut DMatrix<T>) {
        let [weight, bias] = &self.params;
        x.matmul(&weight.value, Some(bias.value.as_slice()), &mut self.work, y);
    }

    fn backward_sparse(&mut self, x: &Sparse<T>, dy: &DMatrix<T>) {
        self.set_gradients(x.into(), dy);
    }
}
