//! The fully connected layer.

use init::Initialize;
use kernels::Scalar;
use nalgebra::DMatrix;
use rand::Rng;
use tensor_ops::Operand::{Plain, Transposed};
use tensor_ops::reduce::{self, Over};
use tensor_ops::{Workspace, matmul, matmul_relu, matmul_relu_gradient};

use crate::{Fold, Input, Layer, LayerError, Mode, Param, Role, State, StateMut};

/// y = x·W + b: PyTorch's `Linear`, the book's `Affine`.
///
/// Shapes: x (batch, n_in), W (n_in, n_out), b (1, n_out), y (batch, n_out). Backward: dW = xᵀ·dy,
/// db = Σdy over the batch, dx = dy·Wᵀ. Biases start at 0, as in the book (PyTorch draws them at
/// random).
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
    weight: Param<T>,
    bias: Param<T>,
    fold: Fold,
    /// Buffers of the products with sparse batches.
    work: Workspace<T>,
}

impl<T: Scalar> Affine<T> {
    /// A layer from `inputs` to `outputs` features with newly drawn weights and zero biases.
    ///
    /// ```
    /// use init::{Initializer, Purpose, Seed};
    ///
    /// let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    /// let layer = layers::Affine::<f32>::new(784, 100, Initializer::He, &mut rng);
    /// assert_eq!(layer.weight().value.shape(), (784, 100));
    /// assert_eq!(layer.bias().value.sum(), 0.0);
    /// ```
    pub fn new(
        inputs: usize,
        outputs: usize,
        initializer: impl Initialize,
        rng: &mut impl Rng,
    ) -> Self {
        let mut weight = Param::zeros("weight", Role::Weight, inputs, outputs);
        initializer.fill(&mut weight.value, rng);
        Self::from_weight(weight)
    }

    /// A layer with this (inputs, outputs) weight and this bias.
    ///
    /// # Errors
    /// [`LayerError::Bias`] if there is not one bias for each column of the weight.
    ///
    /// ```
    /// use layers::{Affine, Sequential};
    /// use nalgebra::dmatrix;
    ///
    /// let layer = Affine::from_parts(dmatrix![1.0; 2.0], &[0.5])?;
    /// let mut net = Sequential::new(2).push(layer)?;
    /// assert_eq!(net.predict(&dmatrix![10.0, 1.0])[0], 12.5);
    /// assert!(Affine::from_parts(dmatrix![1.0; 2.0], &[0.5, 0.5]).is_err());
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn from_parts(weight: DMatrix<T>, bias: &[T]) -> Result<Self, LayerError> {
        let (rows, columns) = weight.shape();
        if bias.len() != columns {
            return Err(LayerError::Bias { rows, columns, found: bias.len() });
        }
        let mut layer = Self::from_weight(Param {
            value: weight,
            ..Param::zeros("weight", Role::Weight, rows, columns)
        });
        layer.bias.value.copy_from_slice(bias);
        Ok(layer)
    }

    /// A layer with this weight and zero biases.
    pub(crate) fn from_weight(weight: Param<T>) -> Self {
        let bias = Param::zeros("bias", Role::Bias, 1, weight.value.ncols());
        Self { weight, bias, fold: Fold::default(), work: Workspace::default() }
    }

    /// W, (inputs, outputs).
    pub fn weight(&self) -> &Param<T> {
        &self.weight
    }

    /// b, (1, outputs).
    pub fn bias(&self) -> &Param<T> {
        &self.bias
    }
}

impl<T: Scalar> Layer<T> for Affine<T> {
    fn name(&self) -> &str {
        "affine"
    }

    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        let (n_in, n_out) = self.weight.value.shape();
        LayerError::check_input("affine", n_in, inputs)?;
        Ok(n_out)
    }

    fn forward(&mut self, x: Input<'_, T>, y: &mut DMatrix<T>, _: Mode) {
        let (w, b) = (&self.weight.value, Some(self.bias.value.as_slice()));
        match (x, self.fold.output) {
            (Input::Sparse(x), false) => x.matmul(w, b, &mut self.work, y),
            (Input::Sparse(x), true) => x.matmul_relu(w, b, &mut self.work, y),
            (x, false) => matmul(Plain(x.dense()), Plain(w), b, y),
            (x, true) => matmul_relu(Plain(x.dense()), Plain(w), b, y),
        }
    }

    fn backward(
        &mut self,
        x: Input<'_, T>,
        _: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    ) {
        let dw = &mut self.weight.grad;
        match x {
            Input::Sparse(x) => x.tr_matmul(dy, &mut self.work, dw),
            x => matmul(Transposed(x.dense()), Plain(dy), None, dw),
        }
        reduce::sum(dy, Over::Rows, self.bias.grad.as_mut_slice());
        let Some(dx) = dx else { return };
        let w = Transposed(&self.weight.value);
        if self.fold.input_gradient {
            matmul_relu_gradient(Plain(dy), w, x.dense(), dx);
        } else {
            matmul(Plain(dy), w, None, dx);
        }
    }

    fn visit<'a>(&'a self, visitor: &mut dyn FnMut(State<'a, T>)) {
        visitor(State::Param(&self.weight));
        visitor(State::Param(&self.bias));
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut dyn FnMut(StateMut<'a, T>)) {
        visitor(StateMut::Param(&mut self.weight));
        visitor(StateMut::Param(&mut self.bias));
    }

    fn takes_sparse(&self) -> bool {
        true
    }

    fn fold_relu(&mut self, fold: Fold) -> bool {
        self.fold = fold;
        true
    }
}
