//! The trait that every layer implements.

use std::any::Any;
use std::fmt::Debug;

use kernels::Scalar;
use nalgebra::DMatrix;

use crate::{Input, LayerError, State, StateMut};

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
/// [`Sequential`](crate::Sequential) gives every matrix its shape and calls the passes in order; it
/// is a layer itself. Code that calls a layer directly must do both; a layer panics if the shapes
/// do not match.
///
/// Unlike in some of the book's layers, no backward pass overwrites or ignores dy.
///
/// # Example
/// Your own layer, y = 2x:
/// ```
/// use layers::{Input, Layer, LayerError, Mode, Sequential};
/// use nalgebra::{DMatrix, dmatrix};
///
/// #[derive(Clone, Debug)]
/// struct Twice;
///
/// impl Layer<f32> for Twice {
///     fn name(&self) -> &str {
///         "twice"
///     }
///     fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
///         Ok(inputs)
///     }
///     fn forward(&mut self, x: Input<'_, f32>, y: &mut DMatrix<f32>, _: Mode) {
///         y.zip_apply(x.dense(), |y, x| *y = 2.0 * x);
///     }
///     fn backward(
///         &mut self,
///         _: Input<'_, f32>,
///         _: &DMatrix<f32>,
///         dy: &DMatrix<f32>,
///         dx: Option<&mut DMatrix<f32>>,
///     ) {
///         if let Some(dx) = dx {
///             dx.zip_apply(dy, |dx, dy| *dx = 2.0 * dy);
///         }
///     }
/// }
///
/// let mut net = Sequential::new(2).push(Twice)?;
/// assert_eq!(net.predict(&dmatrix![1.0, -3.0]), &dmatrix![2.0, -6.0]);
/// # Ok::<(), LayerError>(())
/// ```
/// A layer made of others passes everything on, so that its parameters are learned, saved and found
/// by name. This one adds its input to what a network makes of it:
/// ```
/// use layers::{Input, Layer, LayerError, Mode, Sequential, State, StateMut};
/// use nalgebra::{DMatrix, dmatrix};
///
/// #[derive(Clone, Debug)]
/// struct Residual(Sequential<f64>);
///
/// impl Layer<f64> for Residual {
///     fn name(&self) -> &str {
///         "residual"
///     }
///     fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
///         LayerError::check_input("residual", self.0.outputs(inputs)?, inputs)?;
///         Ok(inputs)
///     }
///     fn forward(&mut self, x: Input<'_, f64>, y: &mut DMatrix<f64>, mode: Mode) {
///         Layer::forward(&mut self.0, x, y, mode);
///         *y += x.dense();
///     }
///     fn backward(
///         &mut self,
///         x: Input<'_, f64>,
///         y: &DMatrix<f64>,
///         dy: &DMatrix<f64>,
///         mut dx: Option<&mut DMatrix<f64>>,
///     ) {
///         Layer::backward(&mut self.0, x, y, dy, dx.as_deref_mut());
///         dx.into_iter().for_each(|dx| *dx += dy);
///     }
///     fn visit<'a>(&'a self, visitor: &mut dyn FnMut(State<'a, f64>)) {
///         self.0.visit(visitor);
///     }
///     fn visit_mut<'a>(&'a mut self, visitor: &mut dyn FnMut(StateMut<'a, f64>)) {
///         self.0.visit_mut(visitor);
///     }
/// }
///
/// let block = Sequential::features(3).affine(3).relu().affine(3).build(init::Seed::new(1))?;
/// let mut net = Sequential::new(3).push(Residual(block))?;
/// net.param_mut("0.2.weight").expect("the second affine layer").value.fill(0.0);
/// let x = dmatrix![1.0, 2.0, 3.0];
/// assert_eq!(net.predict(&x), &x);
///
/// let wider = Sequential::features(3).affine(4).build(init::Seed::new(1))?;
/// let error = Sequential::new(3).push(Residual(wider)).unwrap_err();
/// assert_eq!(error.to_string(), "layer 0 (residual) takes 4 features, but 3 come in");
/// # Ok::<(), LayerError>(())
/// ```
pub trait Layer<T: Scalar>: Any + Debug + Send + Sync + BoxedClone<T> {
    /// The kind of layer, in lower case.
    ///
    /// ```
    /// assert_eq!(layers::Activation::LeakyRelu.layer::<f32>().name(), "leaky-relu");
    /// ```
    fn name(&self) -> &str;

    /// The name and those settings that [`Sequential::from_safetensors`] needs to build the layer
    /// again; checkpoints keep it. By default the name alone.
    ///
    /// [`Sequential::from_safetensors`]: crate::Sequential::from_safetensors
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// let norm = layers::BatchNorm::<f32>::new(3);
    /// assert_eq!(norm.description(), "batch_norm eps=0.000001 momentum=0.9");
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

    /// y ← f(x). `y` already has the shape (batch, outputs); its values are unspecified. `x` is
    /// dense unless the layer [takes sparse batches](Self::takes_sparse).
    ///
    /// # Panics
    /// If a shape is wrong.
    ///
    /// ```
    /// use layers::{Activation, Mode};
    /// use nalgebra::dmatrix;
    ///
    /// let (x, mut y) = (dmatrix![-1.0, 2.0], dmatrix![0.0, 0.0]);
    /// Activation::Relu.layer::<f32>().forward((&x).into(), &mut y, Mode::Train);
    /// assert_eq!(y, dmatrix![0.0, 2.0]);
    /// ```
    fn forward(&mut self, x: Input<'_, T>, y: &mut DMatrix<T>, mode: Mode);

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
    /// relu.forward((&x).into(), &mut y, Mode::Train);
    /// relu.backward((&x).into(), &y, &dmatrix![5.0, 7.0], Some(&mut dx));
    /// assert_eq!(dx, dmatrix![0.0, 7.0]);
    /// ```
    fn backward(
        &mut self,
        x: Input<'_, T>,
        y: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    );

    /// Shows everything that the layer remembers from one step to the next, always in the same
    /// order: weight before bias, scale before shift, then what is not learned. Nothing by default.
    ///
    /// ```
    /// use layers::{Layer, State};
    ///
    /// let (mut learned, mut saved) = (0, 0);
    /// layers::BatchNorm::<f32>::new(3).visit(&mut |state| match state {
    ///     State::Param(param) => learned += param.value.len(),
    ///     State::Buffer(buffer) => saved += buffer.values.len(),
    ///     State::Generator(_) => {}
    /// });
    /// assert_eq!((learned, saved), (6, 6)); // γ and β; running mean and variance
    /// ```
    fn visit<'a>(&'a self, visitor: &mut dyn FnMut(State<'a, T>)) {
        let _ = visitor;
    }

    /// [`visit`](Self::visit), mutable. Both must show the same.
    fn visit_mut<'a>(&'a mut self, visitor: &mut dyn FnMut(StateMut<'a, T>)) {
        let _ = visitor;
    }

    /// Whether the passes take [`Input::Sparse`] as it is. By default not: a network then makes the
    /// batch dense.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// assert!(!layers::BatchNorm::<f32>::new(2).takes_sparse());
    /// ```
    fn takes_sparse(&self) -> bool {
        false
    }

    /// Takes over neighbouring ReLUs, which saves a pass over memory for each; returns whether it
    /// does. By default not. [`Sequential`](crate::Sequential) calls it when a network is built.
    ///
    /// A layer that returns true and has [`output`](Fold::output) must not read the `y` of
    /// [`backward`](Self::backward).
    ///
    /// ```
    /// use init::{Initializer, Purpose, Seed};
    /// use layers::{Fold, Layer, Mode};
    /// use nalgebra::dmatrix;
    ///
    /// let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    /// let mut layer = layers::Affine::new(1, 1, Initializer::Constant { value: -2.0 }, &mut rng);
    /// assert!(layer.fold_relu(Fold { output: true, ..Fold::default() }));
    /// let (x, mut y) = (dmatrix![-1.0; 1.0], dmatrix![9.0; 9.0]);
    /// layer.forward((&x).into(), &mut y, Mode::Train);
    /// assert_eq!(y, dmatrix![2.0; 0.0]);
    /// ```
    fn fold_relu(&mut self, fold: Fold) -> bool {
        let _ = fold;
        false
    }
}

/// The neighbouring ReLUs that a layer applies itself; see [`Layer::fold_relu`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fold {
    /// ReLU follows: y ← max(0, f(x)). (What comes back as dy has passed through that ReLU.)
    pub output: bool,
    /// `x` is the output of a ReLU: dx ← ∂loss/∂(input of that ReLU), which is 0 where x is 0.
    pub input_gradient: bool,
}

/// Copies of boxed layers; every layer that is `Clone` has it.
///
/// ```
/// use layers::BoxedClone;
///
/// let layer = layers::Activation::Tanh.layer::<f32>();
/// assert_eq!(layer.boxed_clone().name(), "tanh");
/// ```
pub trait BoxedClone<T> {
    /// A copy that includes the random number generator: both draw the same numbers from here on.
    fn boxed_clone(&self) -> Box<dyn Layer<T>>;
}

impl<T: Scalar, L: Layer<T> + Clone> BoxedClone<T> for L {
    fn boxed_clone(&self) -> Box<dyn Layer<T>> {
        Box::new(self.clone())
    }
}

impl<T: Scalar> Clone for Box<dyn Layer<T>> {
    fn clone(&self) -> Self {
        (**self).boxed_clone()
    }
}

/// Panics unless two matrices of the layer `name` have the same shape.
#[track_caller]
pub(crate) fn assert_same_shape<T: Scalar>(name: &str, a: &DMatrix<T>, b: &DMatrix<T>) {
    assert_eq!(a.shape(), b.shape(), "{name}: input, output and gradients differ in shape");
}
