//! Checks a hand-written gradient against central differences.
//!
//! ```text
//! cargo run -p tensor-ops --example check_gradient
//! ```
//!
//! Change `loss` and `gradient`: a mistake in either shows as a difference far above 1e-7.

use kernels::sum_squares_about;
use nalgebra::{DMatrix, dmatrix};
use tensor_ops::{
    Operand::{Plain, Transposed},
    matmul, numerical_gradient,
};

/// Least squares, ½·Σ(x·w − t)² over the samples, for weights given as a slice.
fn loss(x: &DMatrix<f64>, t: &DMatrix<f64>, w: &[f64]) -> f64 {
    0.5 * sum_squares_about(residual(x, t, w).as_slice(), 0.0)
}

/// xᵀ·(x·w − t).
fn gradient(x: &DMatrix<f64>, t: &DMatrix<f64>, w: &[f64]) -> DMatrix<f64> {
    let mut gradient = DMatrix::zeros(w.len(), 1);
    matmul(Transposed(x), Plain(&residual(x, t, w)), None, &mut gradient);
    gradient
}

/// x·w − t.
fn residual(x: &DMatrix<f64>, t: &DMatrix<f64>, w: &[f64]) -> DMatrix<f64> {
    let mut y = DMatrix::zeros(x.nrows(), 1);
    matmul(Plain(x), Plain(&DMatrix::from_column_slice(w.len(), 1, w)), None, &mut y);
    y - t
}

fn main() {
    let x = dmatrix![1.0, 0.5, -2.0; 0.0, 1.5, 1.0; -1.0, 2.0, 0.3; 0.7, -0.4, 1.1];
    let t = dmatrix![1.0; 0.0; 2.0; -1.0];
    let mut w = [0.1, -0.3, 0.8];

    let by_formula = gradient(&x, &t, &w);
    let by_differences = numerical_gradient(|w| loss(&x, &t, w), &mut w, 1e-5);
    println!("element  by formula      by differences  difference");
    for (i, (formula, differences)) in by_formula.iter().zip(&by_differences).enumerate() {
        let difference = (formula - differences).abs();
        println!("{i:<7}  {formula:<14.9}  {differences:<14.9}  {difference:.1e}");
    }
}
