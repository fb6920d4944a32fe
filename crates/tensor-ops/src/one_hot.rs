//! One-hot encoding of labels.

use kernels::Scalar;
use nalgebra::DMatrix;

/// The (labels, classes) matrix with y\[i, labels\[i\]\] = 1 and 0 elsewhere.
///
/// # Panics
/// If a label is not below `classes`.
///
/// # Example
/// ```
/// let y = tensor_ops::one_hot::<f32>(&[2, 0], 3);
/// assert_eq!(y, nalgebra::dmatrix![0.0, 0.0, 1.0; 1.0, 0.0, 0.0]);
/// ```
#[track_caller]
pub fn one_hot<T: Scalar>(labels: &[usize], classes: usize) -> DMatrix<T> {
    let mut y = DMatrix::zeros(labels.len(), classes);
    for (i, &label) in labels.iter().enumerate() {
        assert!(label < classes, "one_hot: label {label} at {i}, but there are {classes} classes");
        y[(i, label)] = T::one();
    }
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_labels_give_an_empty_matrix() {
        assert_eq!(one_hot::<f64>(&[], 4).shape(), (0, 4));
    }

    #[test]
    #[should_panic(expected = "label 3 at 1")]
    fn a_label_out_of_range_is_refused() {
        one_hot::<f64>(&[0, 3], 3);
    }
}
