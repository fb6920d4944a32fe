//! A Cholesky factor in blocks, to which rows can be added.

use nalgebra::{Cholesky, DMatrix, DVector};

/// The number of rows of a block: its products are long enough to be fast, and the part outside of
/// products is small.
const BLOCK: usize = 64;

/// The lower triangular L with L·Lᵀ = A, for a symmetric positive definite A.
///
/// The rows of L that belong to new rows of A are the solution of a triangular system with the L so
/// far, as predictions are. So one routine, [`solve`](Self::solve), factorises, adds rows and
/// predicts, and nearly all of its arithmetic is in matrix products.
#[derive(Clone, Debug, Default)]
pub struct Factor {
    blocks: Vec<Block>,
}

#[derive(Clone, Debug)]
struct Block {
    /// Its rows of L, left of the diagonal block.
    left: DMatrix<f64>,
    /// The inverse of the diagonal block.
    inverse: DMatrix<f64>,
}

impl Factor {
    /// The factor of A, of which the upper triangle and the diagonal blocks are read; `None` if A
    /// is not positive definite.
    pub fn new(a: &DMatrix<f64>) -> Option<Self> {
        let mut factor = Self::default();
        for first in (0..a.nrows()).step_by(BLOCK) {
            let count = BLOCK.min(a.nrows() - first);
            let (above, own) = (a.view((0, first), (first, count)), (first, first));
            factor.add(above.into_owned(), a.view(own, (count, count)).into_owned())?;
        }
        Some(factor)
    }

    /// Adds columns to A: `above` are their entries in the rows so far, `own` those in their own
    /// rows.
    pub fn add(&mut self, above: DMatrix<f64>, mut own: DMatrix<f64>) -> Option<()> {
        let solved = self.solve(above);
        let left = solved.transpose();
        own.gemm(-1.0, &left, &solved, 1.0);
        let mut inverse = DMatrix::identity(own.nrows(), own.nrows());
        Cholesky::new(own)?.l_dirty().solve_lower_triangular_mut(&mut inverse);
        self.blocks.push(Block { left, inverse });
        Some(())
    }

    /// L⁻¹·B.
    pub fn solve(&self, mut b: DMatrix<f64>) -> DMatrix<f64> {
        let mut first = 0;
        for Block { left, inverse } in &self.blocks {
            let (done, mut next) = b.rows_range_pair_mut(..first, first..first + left.nrows());
            next.gemm(-1.0, left, &done, 1.0);
            let solved = inverse * &next;
            next.copy_from(&solved);
            first += left.nrows();
        }
        b
    }

    /// L⁻ᵀ·b.
    pub fn solve_transposed(&self, mut b: DVector<f64>) -> DVector<f64> {
        let mut end = b.len();
        for Block { left, inverse } in self.blocks.iter().rev() {
            let first = end - left.nrows();
            let (mut rest, mut last) = b.rows_range_pair_mut(..first, first..end);
            let solved = inverse.tr_mul(&last);
            rest.gemv_tr(-1.0, left, &solved, 1.0);
            last.copy_from(&solved);
            end = first;
        }
        b
    }

    /// ln det L.
    pub fn ln_det(&self) -> f64 {
        let diagonals = self.blocks.iter().map(|block| block.inverse.diagonal());
        -diagonals.map(|diagonal| diagonal.map(libm::log).sum()).sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    /// Symmetric, and positive definite since the diagonal dominates.
    fn matrix(size: usize) -> DMatrix<f64> {
        DMatrix::from_fn(size, size, |i, j| if i == j { 2.0 } else { 0.9 / (1 + i + j) as f64 })
    }

    #[test]
    fn factors_of_all_sizes_and_ways_solve_their_system() {
        for size in [1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 3] {
            let a = matrix(size);
            let whole = Factor::new(&a).unwrap();
            let first = size.div_ceil(2);
            let mut grown = Factor::new(&a.view((0, 0), (first, first)).into_owned()).unwrap();
            for k in first..size {
                let above = a.view((0, k), (k, 1)).into_owned();
                grown.add(above, a.view((k, k), (1, 1)).into_owned()).unwrap();
            }
            let b = DMatrix::from_fn(size, 3, |i, j| libm::sin(i as f64 + j as f64));
            let expected = Cholesky::new(a.clone()).unwrap();
            for factor in [whole, grown] {
                let solved = factor.solve(b.clone());
                let gram = solved.tr_mul(&solved);
                assert_relative_eq!(gram, b.tr_mul(&expected.solve(&b)), epsilon = 1e-10);
                let x = factor.solve_transposed(solved.column(1).into_owned());
                assert_relative_eq!(&a * x, b.column(1).into_owned(), epsilon = 1e-10);
                assert_relative_eq!(
                    2.0 * factor.ln_det(),
                    expected.ln_determinant(),
                    epsilon = 1e-10
                );
            }
        }
    }

    #[test]
    fn a_matrix_that_is_not_positive_definite_has_no_factor() {
        let mut a = matrix(BLOCK + 2);
        a[(BLOCK, BLOCK)] = -1.0;
        assert!(Factor::new(&a).is_none());
    }
}
