//! The fully connected layer.

use init::Initializer;
use kernels::Scalar;
use nalgebra::DMatrix;
use rand::Rng;
use tensor_ops::{
    Operand::{Plain, Transposed},
    Sparse, Workspace, matmul, matmul_relu, matmul_relu_gradient,
    reduce::{self, Over},
};

use crate::{Input, Layer, LayerError, Mode, Param, Role, SparseInput};

/// y = x·W + b: PyTorch's `Linear`, the book's `Affine`.
///
/// Shapes: x (batch, n_in), W (n_in, n_out), b (1, n_out), y (batch, n_out). Backward:
/// dW = xᵀ·dy, db = Σ over the batch of dy, dx = dy·Wᵀ. Biases start at 0, as the book's do
/// (PyTorch draws them).
///
/// PyTorch keeps the transpose of W; since ours is column-major, the bytes are the same. The
/// parameters are [`params`](Layer::params), W first.
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
    /// For sparse batches.
    work: Workspace<T>,
}

impl<T: Scalar> Affine<T> {
    /// A layer from `inputs` to `outputs` features with fresh weights and zero biases.
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
        let params = [weight, Param::zeros("bias", Role::Bias, 1, outputs)];
        Self { params, work: Workspace::default() }
    }
}

/// y ← x·w + b, shared with the convolution, whose windows are the rows of `x`.
pub(crate) fn affine<T: Scalar>(
    x: &DMatrix<T>,
    [weight, bias]: &[Param<T>; 2],
    y: &mut DMatrix<T>,
) {
    matmul(Plain(x), Plain(&weight.value), Some(bias.value.as_slice()), y);
}

/// The gradients of [`affine`].
pub(crate) fn affine_backward<T: Scalar>(
    x: &DMatrix<T>,
    params: &mut [Param<T>; 2],
    dy: &DMatrix<T>,
    dx: Option<&mut DMatrix<T>>,
) {
    affine_gradients(x, params, dy);
    if let Some(dx) = dx {
        let [weight, _] = params;
        matmul(Plain(dy), Transposed(&weight.value), None, dx);
    }
}

/// Those of its parameters.
fn affine_gradients<T: Scalar>(
    x: &DMatrix<T>,
    [weight, bias]: &mut [Param<T>; 2],
    dy: &DMatrix<T>,
) {
    matmul(Transposed(x), Plain(dy), None, &mut weight.grad);
    reduce::sum(dy, Over::Rows, bias.grad.as_mut_slice());
}

impl<T: Scalar> Layer<T> for Affine<T> {
    fn name(&self) -> &'static str {
        "affine"
    }

    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        let (n_in, n_out) = self.params[0].value.shape();
        LayerError::check_inputs("affine", n_in, inputs)?;
        Ok(n_out)
    }

    fn forward(&mut self, x: &DMatrix<T>, y: &mut DMatrix<T>, _: Mode) {
        affine(x, &self.params, y);
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
        affine_backward(x, &mut self.params, dy, dx);
    }

    fn backward_relu(&mut self, x: &DMatrix<T>, dy: &DMatrix<T>, dx: &mut DMatrix<T>) -> bool {
        affine_gradients(x, &mut self.params, dy);
        let [weight, _] = &self.params;
        matmul_relu_gradient(Plain(dy), Transposed(&weight.value), x, dx);
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
        let [weight, bias] = &mut self.params;
        x.tr_matmul(dy, &mut self.work, &mut weight.grad);
        reduce::sum(dy, Over::Rows, bias.grad.as_mut_slice());
    }
}
