//! Why a layer or a network cannot be built.

use tensor_ops::WindowError;
use thiserror::Error;

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
#[non_exhaustive]
pub enum LayerError {
    /// The layer before gives another number of features than this one takes.
    #[error("layer {position} ({name}) takes {expected} features, but {found} come in")]
    Inputs {
        /// The layer's position in the network, counted from 0.
        position: usize,
        /// The layer's name.
        name: String,
        /// The number of features it takes.
        expected: usize,
        /// The number of features it would get.
        found: usize,
    },
    /// A layer takes images, but what comes in is none.
    #[error("it takes images, but {found} features come in")]
    NoImage {
        /// The number of features it would get.
        found: usize,
    },
    /// A layer cannot be built for what comes in.
    #[error("layer {position} ({name}): {}", without_place(error))]
    At {
        /// The layer's position in the network, counted from 0.
        position: usize,
        /// The layer's name.
        name: String,
        /// What is wrong.
        error: Box<LayerError>,
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
    /// Weight and bias of an affine layer do not belong together.
    #[error("a ({rows}, {columns}) weight takes a bias of {columns} values, found {found}")]
    Bias {
        /// The weight's number of rows.
        rows: usize,
        /// The weight's number of columns.
        columns: usize,
        /// The number of values of the bias.
        found: usize,
    },
    /// The network has no parameter of this name.
    #[error("no parameter is called {name:?}; there are {known}")]
    UnknownParam {
        /// The name given.
        name: String,
        /// All names, separated by commas, or `none`.
        known: String,
    },
}

/// The text of an error in a layer whose place is known.
fn without_place(error: &LayerError) -> String {
    match error {
        LayerError::Inputs { expected, found, .. } => {
            format!("it takes {expected} features, but {found} come in")
        }
        other => other.to_string(),
    }
}

impl LayerError {
    /// Checks the number of input features, for [`outputs`](crate::Layer::outputs) of a layer of
    /// your own. [`Sequential`](crate::Sequential) sets the position.
    ///
    /// # Errors
    /// [`Inputs`](Self::Inputs) if `found` is not `expected`.
    ///
    /// ```
    /// use layers::LayerError;
    ///
    /// assert!(LayerError::check_input("mine", 4, 4).is_ok());
    /// assert!(LayerError::check_input("mine", 4, 3).is_err());
    /// ```
    pub fn check_input(name: &str, expected: usize, found: usize) -> Result<(), Self> {
        if expected == found {
            return Ok(());
        }
        Err(Self::Inputs { position: 0, name: name.to_owned(), expected, found })
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
