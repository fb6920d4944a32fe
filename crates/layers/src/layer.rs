//! What every layer can do.

use std::fmt::Debug;

use kernels::Scalar;
use nalgebra::DMatrix;
use tensor_ops::WindowError;
use thiserror::Error;

use crate::{Buffer, Input, Param, SparseInput};

/// Whether a pass is part of training. It matters to batch normalisation and dropout.
///
/// The book's `train_flg`, and PyTorch's `module.train()` and `.eval()`, as an argument of every pass:
/// nothing is left switched by an earlier call.
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
    /// Statistics of the batch; units are dropped.
    Train,
    /// Running statistics; nothing is dropped.
    Eval,
}

/// Parameters plus mathematics: a function of a batch and its derivative.
///
/// A batch is a (batch, features) matrix. The network owns inputs, outputs and their gradients and
/// lends them, so no layer copies its input, and a layer's buffers grow in the first step only.
/// `tests/it/gradients.rs` checks every implementation against central differences.
///
/// [`Sequential`](crate::Sequential) gives every matrix its shape and calls the passes in their
/// order. Whoever calls a layer directly does both; a layer panics where it finds matrices that do
/// not belong together.
///
/// Unlike some of the book's, no backward pass overwrites or ignores dy.
///
/// # Example
/// A layer of one's own: y = 2x.
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
    /// What kind of layer it is, in lower case.
    ///
    /// ```
    /// assert_eq!(layers::Activation::LeakyRelu.layer::<f32>().name(), "leaky-relu");
    /// ```
    fn name(&self) -> &'static str;

    /// The name, and what else of the layer an evaluation depends on that no tensor says: a
    /// checkpoint keeps it. The name alone by default.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// assert_eq!(layers::BatchNorm::<f32>::new(3).description(), "batch_norm eps=0.000001");
    /// ```
    fn description(&self) -> String {
        self.name().to_owned()
    }

    /// How many features come out when `inputs` go in.
    ///
    /// # Errors
    /// [`LayerError`] if the layer cannot take that many.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// let norm = layers::BatchNorm::<f32>::new(3);
    /// assert_eq!(norm.outputs(3), Ok(3));
    /// assert!(norm.outputs(4).is_err());
    /// ```
    fn outputs(&self, inputs: usize) -> Result<usize, LayerError>;

    /// y ← f(x). `y` has its shape already, (batch, outputs), and unspecified values.
    ///
    /// # Panics
    /// If the shapes are others.
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

    /// y ← max(0, f(x)) in [`Mode::Train`] or [`Mode::Eval`] alike, if the layer has such a pass: whether it has.
    /// [`Sequential`](crate::Sequential) asks where [ReLU](Self::is_relu) follows and nobody looks at f(x). None by
    /// default.
    ///
    /// `y` of [`backward`](Self::backward) is then of no use.
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

    /// Whether f(x) = max(0, x). Not so by default.
    ///
    /// [`backward`](Self::backward) may then get y for x, which is above zero at the same places.
    ///
    /// ```
    /// assert!(layers::Activation::Relu.layer::<f32>().is_relu());
    /// ```
    fn is_relu(&self) -> bool {
        false
    }

    /// From dy = ∂loss/∂y: sets the gradients of the parameters, and dx ← ∂loss/∂x where it is asked
    /// for (it has x's shape already).
    ///
    /// `x` and `y` are what the last [`forward`](Self::forward) saw, in [`Mode::Train`].
    ///
    /// # Panics
    /// If the shapes are others than in that pass, or there was none.
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

    /// [`backward`](Self::backward) of this layer and of the ReLU whose output `x` was, in one pass, if it can:
    /// dx is then ∂loss/∂(input of the ReLU). A layer that cannot does nothing, as here.
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

    /// The parameters, in a fixed order: weight before bias, scale before shift. None by default.
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

    /// The parameters, to be changed; the same ones in the same order.
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

    /// State that is saved but not learned: batch normalisation's running mean and variance, in
    /// this order. None by default.
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

    /// That state, to be changed; the same in the same order.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// let mut norm = layers::BatchNorm::<f32>::new(2);
    /// norm.buffers_mut()[1].values.fill(1.0); // as PyTorch starts
    /// assert_eq!(norm.buffers()[1].values, [1.0, 1.0]);
    /// ```
    fn buffers_mut(&mut self) -> &mut [Buffer<T>] {
        &mut []
    }

    /// The layer as one that takes a sparse batch, if it does; [`Sequential`](crate::Sequential) asks
    /// the first layer. None by default.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// assert!(layers::BatchNorm::<f32>::new(2).sparse_input().is_none());
    /// ```
    fn sparse_input(&mut self) -> Option<&mut dyn SparseInput<T>> {
        None
    }

    /// A copy, generator of random numbers included: both continue alike.
    ///
    /// ```
    /// let layer = layers::Activation::Tanh.layer::<f32>();
    /// assert_eq!(layer.boxed_clone().name(), "tanh");
    /// ```
    fn boxed_clone(&self) -> Box<dyn Layer<T>>;
}

/// A layer that does not fit where it is put, or cannot exist.
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
    /// The layer takes another number of features than it gets.
    #[error("layer {position} ({name}) takes {expected} features, but {found} come in")]
    Inputs {
        /// Where it stands in the network, from 0.
        position: usize,
        /// Which kind of layer.
        name: &'static str,
        /// Features it takes.
        expected: usize,
        /// Features it gets.
        found: usize,
    },
    /// A window that does not fit its image.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// A hyperparameter outside its range.
    #[error("{name} must be {expected}, found {found}")]
    Hyperparameter {
        /// Which one.
        name: &'static str,
        /// What is allowed.
        expected: &'static str,
        /// What was given.
        found: f64,
    },
}

impl LayerError {
    /// `outputs` of a layer that keeps the number of features, which must be `expected`.
    pub(crate) fn check_inputs(
        name: &'static str,
        expected: usize,
        found: usize,
    ) -> Result<(), Self> {
        if expected == found {
            Ok(())
        } else {
            Err(Self::Inputs { position: 0, name, expected, found })
        }
    }
}

/// Panics unless two matrices of the layer `name` are of one shape.
#[track_caller]
pub(crate) fn assert_same_shape<T: Scalar>(name: &str, a: &DMatrix<T>, b: &DMatrix<T>) {
    assert_eq!(a.shape(), b.shape(), "{name}: input, output and gradients have one shape");
}
