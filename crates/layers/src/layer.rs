//! The trait that every layer implements, and its errors.

use std::fmt::Debug;

use kernels::Scalar;
use nalgebra::DMatrix;
use tensor_ops::WindowError;
use thiserror::Error;

use crate::{Buffer, Input, Param, SparseInput};

/// Whether a pass is part of training. Batch normalisation and dropout depend on it.
///
/// This is the book's `train_flg` and PyTorch's `module.train()` and `.eval()`. It is an argument
/// of every pass, so that no pass depends on a mode set earlier.
///
/// # Example
/// ```
/// use layers::{BatchNorm, Mode, Sequential};
/// use nalgebra::dmatrix;
///
/// let mut net = Sequential::<f64>::new(1).push(BatchNorm::new(1))?;
/// let x = dmatrix![1.0; 3.0];
/// let by_batch = net.forward(&x, Mode::Train).clone(); // (x − 2)/1
/// let by_running = net.forward(&x, Mode::Eval); // (x − 0.2)/√0.1
/// approx::assert_relative_eq!(by_batch[1], 1.0, epsilon = 1e-5);
/// approx::assert_relative_eq!(by_running[1], 2.8 / 0.1_f64.sqrt(), epsilon = 1e-4);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Batch normalisation uses the statistics of the batch, and dropout drops units.
    Train,
    /// Batch normalisation uses its running statistics, and dropout keeps all units.
    Eval,
}

/// A differentiable function of a batch, with its parameters.
///
/// A batch is a (batch, features) matrix. The network owns inputs, outputs and their gradients and
/// lends them, so that no layer copies its input. A layer's own buffers grow in the first step
/// only. `tests/it/gradients.rs` checks every implementation against central differences.
///
/// [`Sequential`](crate::Sequential) gives every matrix its shape and calls the passes in order.
/// Code that calls a layer directly must do both; a layer panics if the shapes do not match.
///
/// Unlike in some of the book's layers, no backward pass overwrites or ignores dy.
///
/// # Example
/// Your own layer: y = 2x.
/// ```
/// use layers::{Layer, LayerError, Mode, Sequential};
/// use nalgebra::{DMatrix, dmatrix};
///
/// #[derive(Clone, Debug)]
/// struct Twice;
///
/// impl Layer<f32> for Twice {
///     fn name(&self) -> &'static str {
///         "twice"
///     }
///     fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
///         Ok(inputs)
///     }
///     fn forward(&mut self, x: &DMatrix<f32>, y: &mut DMatrix<f32>, _: Mode) {
///         y.zip_apply(x, |y, x| *y = 2.0 * x);
///     }
///     fn backward(
///         &mut self,
///         _: &DMatrix<f32>,
///         _: &DMatrix<f32>,
///         dy: &DMatrix<f32>,
///         dx: Option<&mut DMatrix<f32>>,
///     ) {
///         if let Some(dx) = dx {
///             dx.zip_apply(dy, |dx, dy| *dx = 2.0 * dy);
///         }
///     }
///     fn boxed_clone(&self) -> Box<dyn Layer<f32>> {
///         Box::new(self.clone())
///     }
/// }
///
/// let mut net = Sequential::new(2).push(Twice)?;
/// assert_eq!(net.predict(&dmatrix![1.0, -3.0]), &dmatrix![2.0, -6.0]);
/// # Ok::<(), LayerError>(())
/// ```
pub trait Layer<T: Scalar>: Debug + Send + Sync {
    /// The kind of layer, in lower case.
    ///
    /// ```
    /// assert_eq!(layers::Activation::LeakyRelu.layer::<f32>().name(), "leaky-relu");
    /// ```
    fn name(&self) -> &'static str;

    /// The name and those hyperparameters that change the output in [`Mode::Eval`]; checkpoints
    /// keep it. By default the name alone.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// assert_eq!(layers::BatchNorm::<f32>::new(3).description(), "batch_norm eps=0.000001");
    /// ```
    fn description(&self) -> String {
        self.name().to_owned()
    }

    /// The number of output features for `inputs` input features.
    ///
    /// # Errors
    /// [`LayerError`] if the layer does not take that many.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// let norm = layers::BatchNorm::<f32>::new(3);
    /// assert_eq!(norm.outputs(3), Ok(3));
    /// assert!(norm.outputs(4).is_err());
    /// ```
    fn outputs(&self, inputs: usize) -> Result<usize, LayerError>;

    /// y ← f(x). `y` already has the shape (batch, outputs); its values are unspecified.
    ///
    /// # Panics
    /// If a shape is wrong.
    ///
    /// ```
    /// use layers::{Activation, Mode};
    /// use nalgebra::dmatrix;
    ///
    /// let (x, mut y) = (dmatrix![-1.0, 2.0], dmatrix![0.0, 0.0]);
    /// Activation::Relu.layer::<f32>().forward(&x, &mut y, Mode::Train);
    /// assert_eq!(y, dmatrix![0.0, 2.0]);
    /// ```
    fn forward(&mut self, x: &DMatrix<T>, y: &mut DMatrix<T>, mode: Mode);

    /// Fuses a following ReLU: writes y ← max(0, f(x)) and returns true, or returns false and
    /// leaves `y` untouched. The default returns false.
    ///
    /// [`Sequential`](crate::Sequential) calls it in both modes if the next layer
    /// [is ReLU](Self::is_relu) and nobody asks for f(x) itself. A layer that returns true must not
    /// read the `y` of [`backward`](Self::backward).
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    ///
    /// ```
    /// use init::{Initializer, Purpose, Seed};
    /// use layers::Layer;
    /// use nalgebra::dmatrix;
    ///
    /// let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    /// let mut layer = layers::Affine::new(1, 1, Initializer::Constant { value: -2.0 }, &mut rng);
    /// let (x, mut y) = (dmatrix![-1.0; 1.0], dmatrix![9.0; 9.0]);
    /// assert!(layer.forward_relu((&x).into(), &mut y));
    /// assert_eq!(y, dmatrix![2.0; 0.0]);
    /// ```
    fn forward_relu(&mut self, x: Input<'_, T>, y: &mut DMatrix<T>) -> bool {
        let _ = (x, y);
        false
    }

    /// Whether f(x) = max(0, x). False by default.
    ///
    /// If true, [`backward`](Self::backward) may get y in place of x: both are above zero at the
    /// same places.
    ///
    /// ```
    /// assert!(layers::Activation::Relu.layer::<f32>().is_relu());
    /// ```
    fn is_relu(&self) -> bool {
        false
    }

    /// Given dy = ∂loss/∂y, sets the gradients of the parameters. If `dx` is given, dx ← ∂loss/∂x;
    /// it already has the shape of x.
    ///
    /// `x` and `y` are those of the last [`forward`](Self::forward), which was in [`Mode::Train`].
    ///
    /// # Panics
    /// If the shapes differ from those of that pass, or there was none.
    ///
    /// ```
    /// use layers::{Activation, Mode};
    /// use nalgebra::dmatrix;
    ///
    /// let mut relu = Activation::Relu.layer::<f32>();
    /// let (x, mut y, mut dx) = (dmatrix![-1.0, 2.0], dmatrix![0.0, 0.0], dmatrix![0.0, 0.0]);
    /// relu.forward(&x, &mut y, Mode::Train);
    /// relu.backward(&x, &y, &dmatrix![5.0, 7.0], Some(&mut dx));
    /// assert_eq!(dx, dmatrix![0.0, 7.0]);
    /// ```
    fn backward(
        &mut self,
        x: &DMatrix<T>,
        y: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    );

    /// [`backward`](Self::backward) of this layer and of the ReLU before it, whose output was `x`,
    /// in one pass: dx ← ∂loss/∂(input of the ReLU). Returns true, or returns false and does
    /// nothing. The default returns false.
    ///
    /// # Panics
    /// As [`backward`](Self::backward).
    ///
    /// ```
    /// use init::{Initializer, Purpose, Seed};
    /// use layers::Layer;
    /// use nalgebra::dmatrix;
    ///
    /// let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    /// let mut layer = layers::Affine::new(2, 1, Initializer::Constant { value: 3.0 }, &mut rng);
    /// let (x, mut dx) = (dmatrix![0.0, 5.0], dmatrix![9.0, 9.0]);
    /// assert!(layer.backward_relu(&x, &dmatrix![2.0], &mut dx));
    /// assert_eq!(dx, dmatrix![0.0, 6.0]);
    /// assert_eq!(layer.params()[0].grad, dmatrix![0.0; 10.0]);
    /// ```
    fn backward_relu(&mut self, x: &DMatrix<T>, dy: &DMatrix<T>, dx: &mut DMatrix<T>) -> bool {
        let _ = (x, dy, dx);
        false
    }

    /// The parameters in a fixed order: weight before bias, scale before shift. None by default.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// let norm = layers::BatchNorm::<f32>::new(3);
    /// let names: Vec<_> = norm.params().iter().map(|param| param.name).collect();
    /// assert_eq!(names, ["weight", "bias"]); // γ and β by PyTorch's names
    /// ```
    fn params(&self) -> &[Param<T>] {
        &[]
    }

    /// [`params`](Self::params), mutable.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// let mut norm = layers::BatchNorm::<f32>::new(3);
    /// norm.params_mut()[0].value.fill(2.0);
    /// assert_eq!(norm.params()[0].value[0], 2.0);
    /// ```
    fn params_mut(&mut self) -> &mut [Param<T>] {
        &mut []
    }

    /// State that is saved but not learned: the running mean and running variance of batch
    /// normalisation, in this order. None by default.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// let norm = layers::BatchNorm::<f32>::new(2);
    /// assert_eq!(norm.buffers()[1].name, "running_var");
    /// assert_eq!(norm.buffers()[1].values, [0.0, 0.0]);
    /// ```
    fn buffers(&self) -> &[Buffer<T>] {
        &[]
    }

    /// [`buffers`](Self::buffers), mutable.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// let mut norm = layers::BatchNorm::<f32>::new(2);
    /// norm.buffers_mut()[1].values.fill(1.0); // PyTorch's initial value
    /// assert_eq!(norm.buffers()[1].values, [1.0, 1.0]);
    /// ```
    fn buffers_mut(&mut self) -> &mut [Buffer<T>] {
        &mut []
    }

    /// The passes of this layer for sparse batches, which [`Sequential`](crate::Sequential) uses if
    /// this is its first layer. None by default: the batch is then made dense.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// assert!(layers::BatchNorm::<f32>::new(2).sparse_input().is_none());
    /// ```
    fn sparse_input(&mut self) -> Option<&mut dyn SparseInput<T>> {
        None
    }

    /// A copy that includes the random number generator: both draw the same numbers from here on.
    ///
    /// ```
    /// let layer = layers::Activation::Tanh.layer::<f32>();
    /// assert_eq!(layer.boxed_clone().name(), "tanh");
    /// ```
    fn boxed_clone(&self) -> Box<dyn Layer<T>>;
}

/// Why a layer cannot be built, or cannot be added to a network.
///
/// # Example
/// ```
/// use layers::{BatchNorm, Sequential};
///
/// let error = Sequential::<f32>::new(4).push(BatchNorm::new(5)).unwrap_err();
/// assert_eq!(error.to_string(), "layer 0 (batch_norm) takes 5 features, but 4 come in");
/// ```
#[derive(Clone, Debug, PartialEq, Error)]
pub enum LayerError {
    /// The layer before gives another number of features than this one takes.
    #[error("layer {position} ({name}) takes {expected} features, but {found} come in")]
    Inputs {
        /// The layer's position in the network, counted from 0.
        position: usize,
        /// The layer's name.
        name: &'static str,
        /// The number of features it takes.
        expected: usize,
        /// The number of features it would get.
        found: usize,
    },
    /// A window does not fit its image.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// A hyperparameter is out of range.
    #[error("{name} must be {expected}, found {found}")]
    Hyperparameter {
        /// The hyperparameter.
        name: &'static str,
        /// The range, in words.
        expected: &'static str,
        /// The value given.
        found: f64,
    },
}

impl LayerError {
    /// Checks the number of input features. [`Sequential`](crate::Sequential) sets the position.
    pub(crate) fn check_input(
        name: &'static str,
        expected: usize,
        found: usize,
    ) -> Result<(), Self> {
        let error = Self::Inputs { position: 0, name, expected, found };
        if expected == found { Ok(()) } else { Err(error) }
    }

    /// Checks that the value `found` of the hyperparameter `name` is `allowed`.
    pub(crate) fn check_hyperparameter(
        allowed: bool,
        name: &'static str,
        expected: &'static str,
        found: f64,
    ) -> Result<(), Self> {
        if allowed { Ok(()) } else { Err(Self::Hyperparameter { name, expected, found }) }
    }
}

/// Panics unless two matrices of the layer `name` have the same shape.
#[track_caller]
pub(crate) fn assert_same_shape<T: Scalar>(name: &str, a: &DMatrix<T>, b: &DMatrix<T>) {
    assert_eq!(a.shape(), b.shape(), "{name}: input, output and gradients differ in shape");
}
