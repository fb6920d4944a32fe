//! The Matérn 5/2 kernel.

use nalgebra::DMatrix;
use tensor_ops::Operand::{Plain, Transposed};
use tensor_ops::matmul;

/// Matérn 5/2 with a length scale for each coordinate ("automatic relevance determination"):
///
/// k(x, x′) = s²·(1 + √5·r + 5r²/3)·exp(−√5·r), r² = Σᵢ ((xᵢ − x′ᵢ)/ℓᵢ)²
///
/// Functions drawn from it are twice differentiable; those of the squared exponential kernel are
/// smoother than real objectives (Snoek, Larochelle & Adams 2012).
#[derive(Clone, Debug, PartialEq)]
pub struct Matern52 {
    /// ℓᵢ, one per coordinate.
    pub lengths: Vec<f64>,
    /// s², the prior variance.
    pub variance: f64,
}

impl Matern52 {
    /// xᵢ/ℓᵢ for points in rows.
    pub fn scale(&self, mut points: DMatrix<f64>) -> DMatrix<f64> {
        for (mut coordinate, length) in points.column_iter_mut().zip(&self.lengths) {
            coordinate /= *length;
        }
        points
    }

    /// k between all rows of `a` and all rows of `b`, which are scaled points.
    pub fn covariances(&self, a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
        squared_distances(a, b).map(|r2| self.with_slope(r2).0)
    }

    /// k and g = −2·∂k/∂(r²) at r², which gives ∂k/∂ln ℓᵢ = g·((xᵢ − x′ᵢ)/ℓᵢ)² and
    /// ∂k/∂xᵢ = −g·(xᵢ − x′ᵢ)/ℓᵢ².
    pub fn with_slope(&self, r2: f64) -> (f64, f64) {
        let root = (5.0 * r2).sqrt();
        let decay = self.variance * libm::exp(-root);
        ((1.0 + root + 5.0 / 3.0 * r2) * decay, 5.0 / 3.0 * (1.0 + root) * decay)
    }
}

/// |a − b|² for all rows of `a` and of `b`, as |a|² + |b|² − 2·a·b: a matrix product.
pub fn squared_distances(a: &DMatrix<f64>, b: &DMatrix<f64>) -> DMatrix<f64> {
    let norms = |points: &DMatrix<f64>| points.component_mul(points).column_sum();
    let (of_a, of_b) = (norms(a), norms(b));
    let mut distances = DMatrix::zeros(a.nrows(), b.nrows());
    matmul(Plain(a), Transposed(b), None, &mut distances);
    for (mut column, b) in distances.column_iter_mut().zip(&of_b) {
        // Rounding can make the distance of equal points negative.
        column.zip_apply(&of_a, |product, a| *product = (a + b - 2.0 * *product).max(0.0));
    }
    distances
}
