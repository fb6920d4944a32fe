//! What every layer can do.

use std::fmt::Debug;

use nalgebra::DMatrix;
use tensor_ops::{Scalar, WindowError};
use thiserror::Error;

use crate::{Buffer, Param};

/// Whether a pass is part of training. It matters to batch normalisation and dropout.
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
/// `tests/gradients.rs` checks every implementation against central differences.
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
    fn name(&self) -> &'static str;

    /// How many features come out when `inputs` go in.
    ///
    /// # Errors
    /// [`LayerError`] if the layer cannot take that many.
    fn outputs(&self, inputs: usize) -> Result<usize, LayerError>;

    /// y ← f(x). `y` has its shape already, (batch, outputs), and unspecified values.
    fn forward(&mut self, x: &DMatrix<T>, y: &mut DMatrix<T>, mode: Mode);

    /// From dy = ∂loss/∂y: sets the gradients of the parameters, and dx ← ∂loss/∂x where it is asked
    /// for (it has x's shape already).
    ///
    /// `x` and `y` are what the last [`forward`](Self::forward) saw, in [`Mode::Train`].
    fn backward(
        &mut self,
        x: &DMatrix<T>,
        y: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    );

    /// The parameters, in a fixed order.
    fn params(&self) -> &[Param<T>] {
        &[]
    }

    /// The parameters, to be changed.
    fn params_mut(&mut self) -> &mut [Param<T>] {
        &mut []
    }

    /// State that is saved but not learned.
    fn buffers(&self) -> &[Buffer<T>] {
        &[]
    }

    /// That state, to be changed.
    fn buffers_mut(&mut self) -> &mut [Buffer<T>] {
        &mut []
    }

    /// A copy, generator of random numbers included: both continue alike.
    fn boxed_clone(&self) -> Box<dyn Layer<T>>;
}

/// A layer that does not fit where it is put, or cannot exist.
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
