//! Softmax cross entropy: the book's form and the exact one.

use kernels::Scalar;
use nalgebra::DMatrix;
use tensor_ops::{reduce, reduce::Over, softmax};

use super::targets::Targets;

/// Added to p in the book's form, so that ln p is finite at p = 0.
const BOOK_EPS: f64 = 1e-7;

/// The loss, exact or in the book's form. `gradient` holds the scores and becomes (p − t)/n.
#[track_caller]
pub(super) fn evaluate<T: Scalar>(
    exact: bool,
    scores: &DMatrix<T>,
    targets: Targets<'_, T>,
    gradient: &mut DMatrix<T>,
    scratch: &mut Vec<T>,
) -> T {
    let (rows, classes) = scores.shape();
    scratch.resize(2 * rows, T::zero());
    let (top_score, top_p) = scratch.split_at_mut(rows);
    let probabilities = gradient;
    softmax::softmax(probabilities, top_p);
    if exact {
        reduce::max(scores, Over::Columns, top_score);
        reduce::max(probabilities, Over::Columns, top_p);
    }
    let mut total = 0.0;
    // Adds −t·ln p of one score y to the total, which is in f64 so that f32 loses no digits in it.
    // The exact form, ln p = (y − max y) + ln(max p), stays finite where p underflows to 0 and,
    // unlike y minus a log-sum-exp, keeps its digits for large y.
    let mut add = |i: usize, j: usize, t: T| {
        let p = &mut probabilities[(i, j)];
        if t != T::zero() {
            let surprise = if exact {
                top_score[i].f64() - scores[(i, j)].f64() - libm::log(top_p[i].f64())
            } else {
                -T::of(libm::log((*p + T::of(BOOK_EPS)).f64())).f64()
            };
            total += t.f64() * surprise;
        }
        *p -= t;
    };
    match targets {
        Targets::Rows(t) => (0..classes).for_each(|j| (0..rows).for_each(|i| add(i, j, t[(i, j)]))),
        labels => (0..rows).for_each(|i| {
            let label = labels.class(i);
            assert!(label < classes, "loss: label {label}, but there are {classes} scores");
            add(i, label, T::one());
        }),
    }
    let n = T::of(rows as f64);
    probabilities.as_mut_slice().iter_mut().for_each(|d| *d /= n);
    T::of(total / rows as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Loss, LossFunction};
    use approx::assert_relative_eq;
    use nalgebra::dmatrix;

    fn loss(loss: Loss, scores: &DMatrix<f64>, targets: Targets<'_, f64>) -> f64 {
        loss.evaluate(scores, targets, &mut DMatrix::zeros(0, 0), &mut Vec::new())
    }

    #[test]
    fn the_books_form_caps_a_row_at_16_118_and_the_exact_one_does_not() {
        let scores = dmatrix![0.0, 100.0];
        let book = loss(Loss::CrossEntropy, &scores, (&vec![0]).into());
        assert_relative_eq!(book, -libm::log(1e-7), epsilon = 1e-12);
        assert_relative_eq!(book, 16.118, epsilon = 1e-3);
        assert_eq!(loss(Loss::ExactCrossEntropy, &scores, (&vec![0]).into()), 100.0);
    }

    #[test]
    fn labels_and_one_hot_rows_agree() {
        let scores = dmatrix![0.3, -1.0, 2.0; 1.5, 0.2, -0.7];
        let labels = vec![2, 1];
        let rows = tensor_ops::one_hot(&labels, 3);
        for kind in [Loss::CrossEntropy, Loss::ExactCrossEntropy] {
            let (mut a, mut b) = (DMatrix::zeros(0, 0), DMatrix::zeros(0, 0));
            let by_label = kind.evaluate(&scores, (&labels).into(), &mut a, &mut Vec::new());
            let by_row = kind.evaluate(&scores, (&rows).into(), &mut b, &mut Vec::new());
            assert_relative_eq!(by_label, by_row, epsilon = 1e-15);
            assert_eq!(a, b);
        }
    }

    #[test]
    fn scores_of_ten_thousand_give_the_exact_loss() {
        let scores = dmatrix![1e4, -1e4; -1e4, 1e4];
        let right = loss(Loss::ExactCrossEntropy, &scores, (&vec![0, 1]).into());
        assert_eq!(right, 0.0);
        assert_eq!(loss(Loss::ExactCrossEntropy, &scores, (&vec![1, 0]).into()), 2e4);
    }

    /// The loss is ln(1 + e⁻¹). By a log-sum-exp of 10⁴, f32 would keep only 3 of its digits.
    #[test]
    fn large_scores_cost_no_digits() {
        let scores = dmatrix![1e4_f32, 1e4 - 1.0];
        let (mut gradient, mut scratch) = (DMatrix::zeros(0, 0), Vec::new());
        let loss = Loss::ExactCrossEntropy;
        let loss = loss.evaluate(&scores, (&vec![0]).into(), &mut gradient, &mut scratch);
        assert_relative_eq!(loss, libm::logf(1.0 + libm::expf(-1.0)), epsilon = 1e-6);
    }

    /// Added up in f32, the mean of so many would differ in its fourth digit.
    #[test]
    fn a_large_batch_costs_no_digits() {
        for kind in [Loss::CrossEntropy, Loss::ExactCrossEntropy] {
            let of_rows = |rows| {
                let scores = DMatrix::<f32>::from_fn(rows, 2, |_, j| 0.7 * j as f32);
                let (mut gradient, mut scratch) = (DMatrix::zeros(0, 0), Vec::new());
                kind.evaluate(&scores, (&vec![0; rows]).into(), &mut gradient, &mut scratch)
            };
            assert_eq!(of_rows(60_000), of_rows(1));
        }
    }

    #[test]
    fn nan_scores_give_a_nan_loss() {
        let scores = dmatrix![f64::NAN, 1.0];
        assert!(loss(Loss::CrossEntropy, &scores, (&vec![1]).into()).is_nan());
        assert!(loss(Loss::ExactCrossEntropy, &scores, (&vec![1]).into()).is_nan());
    }

    #[test]
    #[should_panic(expected = "label 2, but there are 2 scores")]
    fn a_label_out_of_range_is_refused() {
        loss(Loss::CrossEntropy, &dmatrix![0.0, 0.0], (&vec![2]).into());
    }
}
