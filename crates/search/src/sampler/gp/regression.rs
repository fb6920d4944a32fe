//! Gaussian-process regression.

use std::f64::consts::TAU;

use nalgebra::{DMatrix, DVector};
use tensor_ops::Operand::{Plain, Transposed};
use tensor_ops::matmul;

use super::Matern52;
use super::factor::Factor;
use super::kernel::squared_distances;

/// A Gaussian process of mean 0, conditioned on values with independent normal noise.
///
/// With kernel matrix K, noise variance σ² and L·Lᵀ = K + σ²·I: α = (K + σ²·I)⁻¹·y, posterior mean
/// k*ᵀ·α, posterior variance k(x, x) − |L⁻¹·k*|². This is the variance of the function itself: it
/// does not include the noise.
///
/// Reference: Rasmussen & Williams 2006, algorithm 2.1.
#[derive(Clone, Debug)]
pub struct Regression {
    kernel: Matern52,
    /// σ².
    noise: f64,
    /// A row for each point, in units of the length scales.
    scaled: DMatrix<f64>,
    values: DVector<f64>,
    factor: Factor,
    alpha: DVector<f64>,
}

/// The posterior distribution at a point, and its gradients.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub deviation: f64,
    /// ∂mean/∂xᵢ.
    pub mean_gradient: Vec<f64>,
    /// ∂deviation/∂xᵢ.
    pub deviation_gradient: Vec<f64>,
}

impl Regression {
    /// The process given `values` at `points`, which are rows; `None` if K + σ²·I is not positive
    /// definite.
    pub fn new(kernel: Matern52, noise: f64, points: DMatrix<f64>, values: &[f64]) -> Option<Self> {
        let scaled = kernel.scale(points);
        let mut matrix = kernel.covariances(&scaled, &scaled);
        (0..values.len()).for_each(|i| matrix[(i, i)] += noise);
        let factor = Factor::new(&matrix)?;
        let values = DVector::from_column_slice(values);
        let solved = factor.solve(DMatrix::from_column_slice(values.len(), 1, values.as_slice()));
        let alpha = factor.solve_transposed(solved.column(0).into_owned());
        Some(Self { kernel, noise, scaled, values, factor, alpha })
    }

    /// This process given also that the function has its posterior mean at `point`, without noise.
    /// This changes no mean, so α is 0 there.
    pub fn believing(mut self, point: &[f64]) -> Option<Self> {
        let point = self.kernel.scale(DMatrix::from_row_slice(1, point.len(), point));
        let above = self.kernel.covariances(&self.scaled, &point);
        // A little noise keeps the matrix positive definite.
        let own = DMatrix::from_element(1, 1, (1.0 + 1e-8) * self.kernel.variance);
        self.factor.add(above, own)?;
        let count = self.scaled.nrows();
        self.scaled = self.scaled.insert_row(count, 0.0);
        self.scaled.row_mut(count).copy_from(&point);
        self.alpha = self.alpha.push(0.0);
        Some(self)
    }

    /// ln p(y) = −½·yᵀ·α − ln det L − ½·n·ln 2π.
    pub fn log_likelihood(&self) -> f64 {
        let count = self.values.len() as f64;
        -0.5 * self.values.dot(&self.alpha) - self.factor.ln_det() - 0.5 * count * libm::log(TAU)
    }

    /// The gradient of ln p(y) with respect to ln ℓ₁ … ln ℓ_d, ln s² and ln σ²: tr(W·∂K) with
    /// W = ½·(α·αᵀ − (K + σ²·I)⁻¹).
    pub fn log_likelihood_gradient(&self) -> Vec<f64> {
        let count = self.values.len();
        let half = self.factor.solve(DMatrix::identity(count, count));
        let mut inverse = DMatrix::zeros(count, count);
        matmul(Transposed(&half), Plain(&half), None, &mut inverse);
        let (trace, square) = (inverse.trace(), self.alpha.norm_squared());
        // Wᵢⱼ·gᵢⱼ, so that the derivative by ln ℓ is Σᵢⱼ Wᵢⱼ·gᵢⱼ·(xᵢ − xⱼ)².
        let mut weights = squared_distances(&self.scaled, &self.scaled);
        for (j, mut column) in weights.column_iter_mut().enumerate() {
            for (i, weight) in column.iter_mut().enumerate() {
                let slope = self.kernel.with_slope(*weight).1;
                *weight = 0.5 * (self.alpha[i] * self.alpha[j] - inverse[(i, j)]) * slope;
            }
        }
        let sums = weights.column_sum();
        let mut products = DMatrix::zeros(count, self.scaled.ncols());
        matmul(Plain(&weights), Plain(&self.scaled), None, &mut products);
        let coordinates = self.scaled.column_iter().zip(products.column_iter());
        let by_length =
            coordinates.map(|(x, product)| 2.0 * (x.component_mul(&sums) - product).dot(&x));
        // K is the matrix less its noise, and the matrix times its inverse is 1.
        let by_noise = 0.5 * self.noise * (square - trace);
        let by_variance = 0.5 * (self.values.dot(&self.alpha) - count as f64) - by_noise;
        by_length.chain([by_variance, by_noise]).collect()
    }

    /// The posterior means at the points of the values: y − σ²·α.
    pub fn fitted(&self) -> impl Iterator<Item = f64> {
        self.values.iter().zip(&self.alpha).map(|(value, alpha)| value - self.noise * alpha)
    }

    /// Posterior mean and standard deviation at each row of `points`.
    pub fn at(&self, points: DMatrix<f64>) -> Vec<(f64, f64)> {
        let covariances = self.kernel.covariances(&self.scaled, &self.kernel.scale(points));
        let means = covariances.tr_mul(&self.alpha);
        let solved = self.factor.solve(covariances);
        let deviations = solved.column_iter().map(|column| self.deviation(column.norm_squared()));
        means.iter().copied().zip(deviations).collect()
    }

    /// Posterior mean and standard deviation at a point, with their gradients.
    pub fn posterior(&self, point: &[f64]) -> Posterior {
        let point = self.kernel.scale(DMatrix::from_row_slice(1, point.len(), point));
        let mut slopes = DVector::zeros(self.scaled.nrows());
        let mut covariances = squared_distances(&self.scaled, &point);
        for (covariance, slope) in covariances.iter_mut().zip(&mut slopes) {
            (*covariance, *slope) = self.kernel.with_slope(*covariance);
        }
        let mean = self.alpha.dot(&covariances);
        let solved = self.factor.solve(covariances).column(0).into_owned();
        let deviation = self.deviation(solved.norm_squared());
        // (K + σ²·I)⁻¹·k*: the gradient of the variance is −2·∂k*ᵀ times this.
        let weights = self.factor.solve_transposed(solved) / -deviation;
        let gradient = |weights: &DVector<f64>| {
            let weights = weights.component_mul(&slopes);
            let total = weights.sum();
            let products = self.scaled.tr_mul(&weights);
            let coordinates = products.iter().zip(&point).zip(&self.kernel.lengths);
            coordinates.map(|((product, x), length)| (product - total * x) / length).collect()
        };
        let (mean_gradient, deviation_gradient) = (gradient(&self.alpha), gradient(&weights));
        Posterior { mean, deviation, mean_gradient, deviation_gradient }
    }

    /// The standard deviation, kept above 0 where the function is known: gradients divide by it.
    fn deviation(&self, explained: f64) -> f64 {
        let variance = self.kernel.variance;
        (variance - explained).max(1e-14 * variance).sqrt()
    }
}
