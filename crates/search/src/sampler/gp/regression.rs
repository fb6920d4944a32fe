//! Gaussian-process regression.

use std::f64::consts::TAU;

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::Matern52;

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
    /// σ², one per point.
    noise: Vec<f64>,
    points: Vec<Vec<f64>>,
    values: DVector<f64>,
    factor: Cholesky<f64, Dyn>,
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
    /// The process given `values` at `points`; `None` if K + σ²·I is not positive definite.
    pub fn new(
        kernel: Matern52,
        noise: f64,
        points: Vec<Vec<f64>>,
        values: &[f64],
    ) -> Option<Self> {
        let (noise, values) = (vec![noise; points.len()], DVector::from_column_slice(values));
        Self::factorise(kernel, noise, points, values)
    }

    /// This process given also that the function has the `value` at `point`, without noise.
    pub fn with(mut self, point: Vec<f64>, value: f64) -> Option<Self> {
        self.points.push(point);
        // A little noise keeps the matrix positive definite.
        self.noise.push(1e-8 * self.kernel.variance);
        Self::factorise(self.kernel, self.noise, self.points, self.values.push(value))
    }

    fn factorise(
        kernel: Matern52,
        noise: Vec<f64>,
        points: Vec<Vec<f64>>,
        values: DVector<f64>,
    ) -> Option<Self> {
        let covariance = |i: usize, j: usize| kernel.covariance(&points[i], &points[j]);
        let mut matrix = DMatrix::from_fn(points.len(), points.len(), covariance);
        for (i, noise) in noise.iter().enumerate() {
            matrix[(i, i)] += noise;
        }
        let factor = Cholesky::new(matrix)?;
        let alpha = factor.solve(&values);
        Some(Self { kernel, noise, points, values, factor, alpha })
    }

    /// ln p(y) = −½·yᵀ·α − Σᵢ ln Lᵢᵢ − ½·n·ln 2π.
    pub fn log_likelihood(&self) -> f64 {
        let half_log_det: f64 =
            self.factor.l_dirty().diagonal().iter().map(|&d| libm::log(d)).sum();
        let fit = 0.5 * self.values.dot(&self.alpha);
        -fit - half_log_det - 0.5 * self.points.len() as f64 * libm::log(TAU)
    }

    /// The gradient of ln p(y) with respect to ln ℓ₁ … ln ℓ_d, ln s² and ln σ²:
    /// ½·tr((α·αᵀ − (K + σ²·I)⁻¹)·∂K).
    pub fn log_likelihood_gradient(&self) -> Vec<f64> {
        let inverse = self.factor.inverse();
        let lengths = &self.kernel.lengths;
        let mut gradient = vec![0.0; lengths.len() + 2];
        for (j, b) in self.points.iter().enumerate() {
            for (i, a) in self.points.iter().enumerate().take(j + 1) {
                // The ½ of the formula; entries off the diagonal count twice.
                let times = if i == j { 0.5 } else { 1.0 };
                let weight = times * (self.alpha[i] * self.alpha[j] - inverse[(i, j)]);
                let (covariance, slope) = self.kernel.with_slope(a, b);
                for (k, length) in lengths.iter().enumerate() {
                    gradient[k] += weight * slope * ((a[k] - b[k]) / length).powi(2);
                }
                gradient[lengths.len()] += weight * covariance;
                if i == j {
                    gradient[lengths.len() + 1] += weight * self.noise[i];
                }
            }
        }
        gradient
    }

    /// Posterior mean and standard deviation at a point.
    pub fn at(&self, point: &[f64]) -> (f64, f64) {
        let (covariances, solved) = self.solve(point);
        (covariances.dot(&self.alpha), self.deviation(&solved))
    }

    /// Posterior mean and standard deviation at a point, with their gradients.
    pub fn posterior(&self, point: &[f64]) -> Posterior {
        let (covariances, mut solved) = self.solve(point);
        let (mean, deviation) = (covariances.dot(&self.alpha), self.deviation(&solved));
        // Now (K + σ²·I)⁻¹·k*: the gradient of the variance is −2·∂k*ᵀ·(K + σ²·I)⁻¹·k*.
        self.factor.l_dirty().tr_solve_lower_triangular_mut(&mut solved);
        let mut mean_gradient = vec![0.0; point.len()];
        let mut deviation_gradient = vec![0.0; point.len()];
        for (i, seen) in self.points.iter().enumerate() {
            let (_, slope) = self.kernel.with_slope(point, seen);
            for (k, length) in self.kernel.lengths.iter().enumerate() {
                let change = -slope * (point[k] - seen[k]) / (length * length);
                mean_gradient[k] += change * self.alpha[i];
                deviation_gradient[k] -= change * solved[i] / deviation;
            }
        }
        Posterior { mean, deviation, mean_gradient, deviation_gradient }
    }

    /// k* and L⁻¹·k*.
    fn solve(&self, point: &[f64]) -> (DVector<f64>, DVector<f64>) {
        let covariances = self.points.iter().map(|seen| self.kernel.covariance(point, seen));
        let covariances = DVector::from_iterator(self.points.len(), covariances);
        let mut solved = covariances.clone();
        self.factor.l_dirty().solve_lower_triangular_mut(&mut solved);
        (covariances, solved)
    }

    /// The standard deviation, kept above 0 where the function is known: gradients divide by it.
    fn deviation(&self, solved: &DVector<f64>) -> f64 {
        let variance = self.kernel.variance;
        (variance - solved.norm_squared()).max(1e-14 * variance).sqrt()
    }
}
