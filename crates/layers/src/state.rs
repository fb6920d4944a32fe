//! Parameters and other saved state of layers.

use kernels::Scalar;
use nalgebra::DMatrix;
use rand::rngs::ChaCha8Rng;

/// What a parameter does in its layer. Weight decay changes only weights.
///
/// (PyTorch's optimizers decay every parameter they are given.)
///
/// # Example
/// ```
/// use layers::{MultiLayerNet, Role::{Bias, Scale, Shift, Weight}};
///
/// let net = MultiLayerNet::new(2, &[3], 1).batch_norm(true).build::<f32>(init::Seed::new(1))?;
/// let roles: Vec<_> = net.params().iter().map(|param| param.role).collect();
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
    /// PyTorch's name: `weight` or `bias` in a layer of its own, `0.weight` once the layer is in a
    /// network.
    pub name: String,
    /// What the parameter does.
    pub role: Role,
    /// The current values.
    pub value: DMatrix<T>,
    /// The shape of the same bytes in PyTorch: (n_out, n_in) for the (n_in, n_out) weight of an
    /// affine layer, since our matrices are column-major and PyTorch's row-major.
    pub torch_shape: Vec<usize>,
    /// ∂loss/∂value.
    pub grad: DMatrix<T>,
    /// Whether optimizers leave the parameter as it is. The gradient is set all the same.
    pub frozen: bool,
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
    pub fn zeros(name: &str, role: Role, rows: usize, columns: usize) -> Self {
        let zeros = DMatrix::zeros(rows, columns);
        let torch_shape =
            if role == Role::Weight { vec![columns, rows] } else { vec![rows * columns] };
        let name = name.to_owned();
        Self { name, role, value: zeros.clone(), torch_shape, grad: zeros, frozen: false }
    }
}

/// A vector of a layer's state that is not learned, such as a running mean.
///
/// # Example
/// ```
/// let mean = layers::Buffer { name: "running_mean".to_owned(), values: vec![0.0_f32; 10] };
/// assert_eq!(mean.values.len(), 10);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Buffer<T> {
    /// PyTorch's name, as that of a [`Param`].
    pub name: String,
    /// The current values.
    pub values: Vec<T>,
}

/// A layer's generator of random numbers. A copy draws the same numbers from here on.
///
/// # Example
/// ```
/// use init::{Purpose, Seed};
/// use layers::Generator;
/// use rand::Rng;
///
/// let rng = Seed::new(1).stream(Purpose::Dropout, 0);
/// let mut generator = Generator { name: "generator".to_owned(), rng };
/// let mut copy = generator.clone();
/// assert_eq!(generator.rng.next_u64(), copy.rng.next_u64());
/// ```
#[derive(Debug)]
pub struct Generator {
    /// The name, as that of a [`Param`].
    pub name: String,
    /// The generator.
    pub rng: ChaCha8Rng,
}

impl Clone for Generator {
    fn clone(&self) -> Self {
        let rng = ChaCha8Rng::deserialize_state(&self.rng.serialize_state());
        Self { name: self.name.clone(), rng }
    }
}

/// Something that a layer remembers from one step to the next; see
/// [`Layer::visit`](crate::Layer::visit).
///
/// # Example
/// ```
/// use layers::{BatchNorm, Layer, State};
///
/// let mut names = Vec::new();
/// BatchNorm::<f32>::new(3).visit(&mut |state| match state {
///     State::Param(param) => names.push(param.name.clone()),
///     State::Buffer(buffer) => names.push(buffer.name.clone()),
///     State::Generator(generator) => names.push(generator.name.clone()),
/// });
/// assert_eq!(names, ["weight", "bias", "running_mean", "running_var"]);
/// ```
#[derive(Clone, Copy, Debug)]
pub enum State<'a, T> {
    /// What the layer learns.
    Param(&'a Param<T>),
    /// What it saves without learning it.
    Buffer(&'a Buffer<T>),
    /// Where it draws random numbers from.
    Generator(&'a Generator),
}

/// [`State`], mutable; see [`Layer::visit_mut`](crate::Layer::visit_mut).
///
/// # Example
/// ```
/// use layers::{BatchNorm, Layer, StateMut};
///
/// let mut norm = BatchNorm::<f32>::new(2);
/// norm.visit_mut(&mut |state| {
///     if let StateMut::Param(param) = state {
///         param.value.fill(2.0);
///     }
/// });
/// # let mut sum = 0.0;
/// # norm.visit(&mut |state| if let layers::State::Param(p) = state { sum += p.value.sum() });
/// # assert_eq!(sum, 8.0);
/// ```
#[derive(Debug)]
pub enum StateMut<'a, T> {
    /// What the layer learns.
    Param(&'a mut Param<T>),
    /// What it saves without learning it.
    Buffer(&'a mut Buffer<T>),
    /// Where it draws random numbers from.
    Generator(&'a mut Generator),
}

impl<T> StateMut<'_, T> {
    /// The name, which a network extends by the place of the layer.
    pub(crate) fn name(&mut self) -> &mut String {
        match self {
            Self::Param(param) => &mut param.name,
            Self::Buffer(buffer) => &mut buffer.name,
            Self::Generator(generator) => &mut generator.name,
        }
    }
}
