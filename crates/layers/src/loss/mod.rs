//! Losses: what training minimises.

mod cross_entropy;
mod mean_squared_error;
mod targets;

use kernels::Scalar;
use nalgebra::DMatrix;

pub use targets::Targets;

/// The loss of a batch, from the network's outputs (scores) and targets.
///
/// With n rows, scores y and targets t:
///
/// | loss | formula | gradient by y |
/// |---|---|---|
/// | `CrossEntropy` | −Σ tⱼ·ln(pⱼ + 10⁻⁷)/n, p = softmax(y) | (p − t)/n |
/// | `ExactCrossEntropy` | −Σ tⱼ·ln pⱼ/n, safe for scores of any size | (p − t)/n |
/// | `MeanSquaredError` | ½Σ(y − t)²/n | (y − t)/n |
///
/// `CrossEntropy` is the book's and the default: it reproduces the notebook's numbers. Its 10⁻⁷ caps
/// the loss of one row at 16.118, and its gradient is the exact loss's: the loss's own derivative is
/// smaller by the factor p/(p + 10⁻⁷), p being the label's probability. `ExactCrossEntropy` is
/// PyTorch's `CrossEntropyLoss`. For both, the rows of t must sum to 1. PyTorch's `MSELoss` also
/// divides by the number of outputs, and has no ½.
///
/// A batch of no rows has the loss NaN, as every mean of nothing.
///
/// Source: the book, sections 4.2 and 5.6.3.
///
/// # Example
/// ```
/// use layers::Loss;
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
pub enum Loss {
    /// The book's softmax cross entropy.
    #[default]
    CrossEntropy,
    /// Softmax cross entropy without the 10⁻⁷.
    ExactCrossEntropy,
    /// Half the squared error, summed over the outputs.
    MeanSquaredError,
}

impl Loss {
    /// The loss; its gradient by the scores goes into `gradient`, which takes their shape.
    ///
    /// `scratch` is a buffer that the call may grow. NaN scores give a NaN loss.
    ///
    /// # Panics
    /// If there is not one target a row, target rows have another width than the scores, a label is
    /// not below the number of scores, or labels are given to [`MeanSquaredError`](Self::MeanSquaredError).
    ///
    /// ```
    /// use layers::Loss;
    /// use nalgebra::{DMatrix, dmatrix};
    ///
    /// let (y, t) = (dmatrix![1.0, 2.0], dmatrix![0.0, 4.0]);
    /// let (mut gradient, mut scratch) = (DMatrix::zeros(0, 0), Vec::new());
    /// let loss = Loss::MeanSquaredError.evaluate(&y, (&t).into(), &mut gradient, &mut scratch);
    /// assert_eq!(loss, 0.5 * (1.0 + 4.0));
    /// assert_eq!(gradient, dmatrix![1.0, -2.0]);
    /// ```
    #[track_caller]
    pub fn evaluate<T: Scalar>(
        self,
        scores: &DMatrix<T>,
        targets: Targets<'_, T>,
        gradient: &mut DMatrix<T>,
        scratch: &mut Vec<T>,
    ) -> T {
        assert_eq!(scores.nrows(), targets.len(), "loss: one target a row of scores");
        if let Targets::Rows(rows) = targets {
            assert_eq!(scores.ncols(), rows.ncols(), "loss: one target a score");
        }
        tensor_ops::reshape(gradient, scores.nrows(), scores.ncols());
        gradient.copy_from(scores);
        match self {
            Self::CrossEntropy => {
                cross_entropy::evaluate(false, scores, targets, gradient, scratch)
            }
            Self::ExactCrossEntropy => {
                cross_entropy::evaluate(true, scores, targets, gradient, scratch)
            }
            Self::MeanSquaredError => mean_squared_error::evaluate(targets, gradient),
        }
    }
}
