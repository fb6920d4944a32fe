//! Half the mean squared error.

use kernels::Scalar;
use nalgebra::DMatrix;

use super::targets::Targets;

/// The loss. `gradient` holds the outputs y and becomes (y − t)/n.
#[track_caller]
pub(super) fn evaluate<T: Scalar>(targets: Targets<'_, T>, gradient: &mut DMatrix<T>) -> T {
    let Targets::Rows(t) = targets else {
        panic!("mean squared error needs rows of targets; `one_hot` makes them from labels")
    };
    let n = gradient.nrows() as f64;
    let mut total = 0.0;
    for (d, &t) in gradient.as_mut_slice().iter_mut().zip(t.as_slice()) {
        let error = *d - t;
        total += error.f64() * error.f64();
        *d = error / T::of(n);
    }
    T::of(0.5 * total / n)
}

#[cfg(test)]
mod tests {
    use crate::{Loss, LossFunction};
    use nalgebra::{DMatrix, dmatrix};

    #[test]
    fn half_the_squares_over_the_rows() {
        let mut gradient = DMatrix::zeros(0, 0);
        let (y, t) = (dmatrix![1.0, 2.0; 3.0, 4.0], dmatrix![0.0, 2.0; 3.0, 1.0]);
        let loss = Loss::MeanSquaredError.evaluate(&y, (&t).into(), &mut gradient, &mut Vec::new());
        assert_eq!(loss, 0.5 * (1.0 + 9.0) / 2.0);
        assert_eq!(gradient, dmatrix![0.5, 0.0; 0.0, 1.5]);
    }

    #[test]
    fn a_large_batch_costs_no_digits() {
        let of_rows = |rows| {
            let (y, t) = (DMatrix::from_element(rows, 1, 12.7_f32), DMatrix::zeros(rows, 1));
            let mut gradient = DMatrix::zeros(0, 0);
            Loss::MeanSquaredError.evaluate(&y, (&t).into(), &mut gradient, &mut Vec::new())
        };
        assert_eq!(of_rows(60_000), of_rows(1));
    }

    #[test]
    #[should_panic(expected = "`one_hot` makes them from labels")]
    fn labels_are_refused() {
        let y = dmatrix![1.0];
        let mut gradient = DMatrix::zeros(0, 0);
        Loss::MeanSquaredError.evaluate(&y, (&vec![0]).into(), &mut gradient, &mut Vec::new());
    }
}
