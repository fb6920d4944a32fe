//! Loss functions.

mod cross_entropy;
mod mean_squared_error;
mod targets;

use std::fmt::Debug;

use kernels::Scalar;
use nalgebra::DMatrix;

pub use targets::Targets;

/// The loss of a batch, given the network's outputs (scores) and the targets.
///
/// With n rows, scores y and targets t:
///
/// | loss | formula | gradient with respect to y |
/// |---|---|---|
/// | `CrossEntropy` | −Σ tⱼ·ln(pⱼ + 10⁻⁷)/n, p = softmax(y) | (p − t)/n |
/// | `ExactCrossEntropy` | −Σ tⱼ·ln pⱼ/n, safe for scores of any size | (p − t)/n |
/// | `MeanSquaredError` | ½Σ(y − t)²/n | (y − t)/n |
///
/// `CrossEntropy` is the book's loss and the default; it reproduces the notebook's numbers. Its
/// 10⁻⁷ caps the loss of a row at 16.118. As in the book, its gradient is that of the exact loss;
/// the true derivative is smaller by the factor p/(p + 10⁻⁷), where p is the probability of the
/// label. `ExactCrossEntropy` is PyTorch's `CrossEntropyLoss`. Both need rows of t that sum to 1.
/// PyTorch's `MSELoss` has no ½ and also divides by the number of outputs.
///
/// The loss of an empty batch is NaN.
///
/// Source: the book, sections 4.2 and 5.6.3.
///
/// # Example
/// ```
/// use layers::{Loss, LossFunction};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let (mut gradient, mut scratch) = (DMatrix::zeros(0, 0), Vec::new());
/// let scores = dmatrix![0.0, 0.0];
/// let loss = Loss::ExactCrossEntropy.evaluate(
///     &scores, (&vec![1]).into(), &mut gradient, &mut scratch);
/// assert_eq!(loss, 2.0_f64.ln());
/// assert_eq!(gradient, dmatrix![0.5, -0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Loss {
    /// The book's softmax cross entropy, with 10⁻⁷ inside the logarithm.
    #[default]
    CrossEntropy,
    /// Softmax cross entropy without the 10⁻⁷.
    ExactCrossEntropy,
    /// Half the squared error, summed over the outputs and averaged over the batch.
    MeanSquaredError,
}

/// A loss with its gradient: [`Loss`], or your own.
///
/// # Example
/// Your own loss, Σ|y − t|/n, for one-dimensional regression without outliers' weight:
/// ```
/// use layers::{LossFunction, Mode, Sequential, Targets};
/// use nalgebra::{DMatrix, dmatrix};
///
/// #[derive(Debug)]
/// struct Absolute;
///
/// impl LossFunction<f64> for Absolute {
///     fn evaluate(
///         &self,
///         scores: &DMatrix<f64>,
///         targets: Targets<'_, f64>,
///         gradient: &mut DMatrix<f64>,
///         _: &mut Vec<f64>,
///     ) -> f64 {
///         let Targets::Rows(t) = targets else { panic!("absolute errors need numbers") };
///         let (n, mut loss) = (scores.nrows() as f64, 0.0);
///         gradient.zip_zip_apply(scores, t, |d, y, t| {
///             loss += (y - t).abs() / n;
///             *d = (y - t).signum() / n;
///         });
///         loss
///     }
/// }
///
/// let mut net = Sequential::new(1).loss_function(Absolute);
/// assert_eq!(net.loss(&dmatrix![1.0; 5.0], &dmatrix![2.0; 2.0], Mode::Eval), 2.0);
/// ```
pub trait LossFunction<T: Scalar>: Debug + Send + Sync {
    /// The loss. `gradient` becomes its gradient with respect to the scores; it already has their
    /// shape, its values are unspecified.
    ///
    /// `scratch` is a buffer that the call may grow, so that later calls allocate nothing.
    ///
    /// # Panics
    /// If the targets do not fit the scores.
    fn evaluate(
        &self,
        scores: &DMatrix<T>,
        targets: Targets<'_, T>,
        gradient: &mut DMatrix<T>,
        scratch: &mut Vec<T>,
    ) -> T;
}

impl<T: Scalar> LossFunction<T> for Loss {
    /// NaN scores give a NaN loss. `gradient` may have any shape.
    ///
    /// # Panics
    /// If there is not one target per row, the target rows are not as wide as the scores, a label
    /// is not below the number of scores, or [`MeanSquaredError`](Self::MeanSquaredError) gets
    /// labels.
    ///
    /// ```
    /// use layers::{Loss, LossFunction};
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let (y, t) = (dmatrix![1.0, 2.0], dmatrix![0.0, 4.0]);
    /// let (mut gradient, mut scratch) = (DMatrix::zeros(0, 0), Vec::new());
    /// let loss = Loss::MeanSquaredError.evaluate(&y, (&t).into(), &mut gradient, &mut scratch);
    /// assert_eq!(loss, 0.5 * (1.0 + 4.0));
    /// assert_eq!(gradient, dmatrix![1.0, -2.0]);
    /// ```
    #[track_caller]
    fn evaluate(
        &self,
        scores: &DMatrix<T>,
        targets: Targets<'_, T>,
        gradient: &mut DMatrix<T>,
        scratch: &mut Vec<T>,
    ) -> T {
        let (rows, columns) = scores.shape();
        match targets {
            Targets::Rows(t) => {
                assert_eq!(t.shape(), (rows, columns), "loss: one target per score")
            }
            labels => assert_eq!(labels.len(), rows, "loss: one label per row"),
        }
        tensor_ops::reshape(gradient, rows, columns);
        gradient.copy_from(scores);
        match self {
            Self::MeanSquaredError => mean_squared_error::evaluate(targets, gradient),
            Self::CrossEntropy | Self::ExactCrossEntropy => {
                let exact = *self == Self::ExactCrossEntropy;
                cross_entropy::evaluate(exact, scores, targets, gradient, scratch)
            }
        }
    }
}
