//! Parameters and other saved state of layers.

use kernels::Scalar;
use nalgebra::DMatrix;

/// What a parameter does in its layer. Weight decay changes only weights.
///
/// (PyTorch's optimizers decay every parameter they are given.)
///
/// # Example
/// ```
/// use layers::{MultiLayerNet, Role::{Bias, Scale, Shift, Weight}};
///
/// let net = MultiLayerNet::new(2, &[3], 1).batch_norm(true).build::<f32>(init::Seed::new(1))?;
/// let roles: Vec<_> = net.params().map(|param| param.role).collect();
/// assert_eq!(roles, [Weight, Bias, Scale, Shift, Weight, Bias]);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Is multiplied by inputs.
    Weight,
    /// Is added to weighted sums of inputs.
    Bias,
    /// γ of batch normalisation.
    Scale,
    /// β of batch normalisation.
    Shift,
}

/// A learned matrix and the gradient of the loss with respect to it.
///
/// Biases, scales and shifts are (1, n) rows. Each backward pass overwrites the gradient; it does
/// not accumulate.
///
/// # Example
/// ```
/// use layers::{Param, Role};
///
/// let bias = Param::<f32>::zeros("bias", Role::Bias, 1, 10);
/// assert_eq!((bias.value.shape(), bias.grad.shape()), ((1, 10), (1, 10)));
/// ```
#[derive(Clone, Debug)]
pub struct Param<T> {
    /// PyTorch's name within the layer: `weight` or `bias`.
    pub name: &'static str,
    /// What the parameter does.
    pub role: Role,
    /// The current values.
    pub value: DMatrix<T>,
    /// The shape of the same bytes in PyTorch: (n_out, n_in) for the (n_in, n_out) weight of an
    /// affine layer, since our matrices are column-major and PyTorch's row-major.
    pub torch_shape: Vec<usize>,
    /// ∂loss/∂value.
    pub grad: DMatrix<T>,
}

impl<T: Scalar> Param<T> {
    /// A (rows, columns) parameter; value and gradient are zero.
    ///
    /// Its shape in PyTorch is (columns, rows) for a weight and (rows·columns) for everything else.
    ///
    /// ```
    /// let w = layers::Param::<f64>::zeros("weight", layers::Role::Weight, 2, 3);
    /// assert!(w.value.iter().all(|&x| x == 0.0));
    /// ```
    pub fn zeros(name: &'static str, role: Role, rows: usize, columns: usize) -> Self {
        let zeros = DMatrix::zeros(rows, columns);
        let torch_shape =
            if role == Role::Weight { vec![columns, rows] } else { vec![rows * columns] };
        Self { name, role, value: zeros.clone(), torch_shape, grad: zeros }
    }
}

/// A vector of a layer's state that is not learned, such as a running mean.
///
/// # Example
/// ```
/// let mean = layers::Buffer { name: "running_mean", values: vec![0.0_f32; 10] };
/// assert_eq!(mean.values.len(), 10);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Buffer<T> {
    /// PyTorch's name within the layer: `running_mean` or `running_var`.
    pub name: &'static str,
    /// The current values.
    pub values: Vec<T>,
}
