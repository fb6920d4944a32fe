//! Gaussian-process regression.

use std::f64::consts::TAU;

use nalgebra::{Cholesky, DVector, Dyn};

use super::Matern52;

/// A Gaussian process of mean 0 that has seen some values, each with independent normal noise.
///
/// With K the kernel's matrix, σ² the noise and L·Lᵀ = K + σ²·I: α = (K + σ²·I)⁻¹·y, posterior mean
/// k*ᵀ·α, posterior variance k(x, x) − |L⁻¹·k*|². The noise is not in the variance: it is that of the
/// function itself.
///
/// Reference: Rasmussen & Williams 2006, algorithm 2.1.
#[derive(Clone, Debug)]
pub struct Regression {
    kernel: Matern52,
    noise: Vec<f64>,
    points: Vec<Vec<f64>>,
    values: DVector<f64>,
    factor: Cholesky<f64, Dyn>,
    alpha: DVector<f64>,
    likelihood: f64,
}

/// What the process says of a point.
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
    /// The process after `values` were seen at `points`; `None` if the matrix is not numerically
    /// positive definite.
    pub fn new(
        kernel: Matern52,
        noise: f64,
        points: Vec<Vec<f64>>,
        values: &[f64],
    ) -> Option<Self> {
        let noise = vec![noise; points.len()];
        Self::factorise(kernel, noise, points, DVector::from_column_slice(values))
    }

    /// The same process if the function itself, without noise, were `value` at `point`; `None` as in
    /// [`new`](Self::new).
    pub fn with(self, point: Vec<f64>, value: f64) -> Option<Self> {
        let Self { kernel, mut noise, mut points, values, .. } = self;
        points.push(point);
        // Not quite none: the matrix must stay positive definite.
        noise.push(1e-8 * kernel.variance);
        let values = values.push(value);
        Self::factorise(kernel, noise, points, values)
    }

    fn factorise(
        kernel: Matern52,
        noise: Vec<f64>,
        points: Vec<Vec<f64>>,
        values: DVector<f64>,
    ) -> Option<Self> {
        let mut matrix = kernel.matrix(&points);
        for (i, noise) in noise.iter().enumerate() {
            matrix[(i, i)] += noise;
        }
        let factor = Cholesky::new(matrix)?;
        let alpha = factor.solve(&values);
        let half_log_det: f64 = factor.l_dirty().diagonal().iter().map(|d| d.ln()).sum();
        let fit = 0.5 * values.dot(&alpha);
        let likelihood = -fit - half_log_det - 0.5 * points.len() as f64 * TAU.ln();
        Some(Self { kernel, noise, points, values, factor, alpha, likelihood })
    }

    /// ln p(y): how well kernel and noise explain what was seen.
    pub fn log_likelihood(&self) -> f64 {
        self.likelihood
    }

    /// The gradient of [`log_likelihood`](Self::log_likelihood) by ln ℓ₁ … ln ℓ_d, ln s², ln σ²:
    /// ½·tr((α·αᵀ − (K + σ²·I)⁻¹)·∂K).
    pub fn log_likelihood_gradient(&self) -> Vec<f64> {
        let inverse = self.factor.inverse();
        let lengths = &self.kernel.lengths;
        let mut gradient = vec![0.0; lengths.len() + 2];
        for (j, b) in self.points.iter().enumerate() {
            for (i, a) in self.points.iter().enumerate().take(j + 1) {
                // Both halves of a symmetric matrix.
                let times = if i == j { 0.5 } else { 1.0 };
                let weight = times * (self.alpha[i] * self.alpha[j] - inverse[(i, j)]);
                let slope = weight * self.kernel.slope(a, b);
                for (k, length) in lengths.iter().enumerate() {
                    gradient[k] += slope * ((a[k] - b[k]) / length).powi(2);
                }
                gradient[lengths.len()] += weight * self.kernel.covariance(a, b);
                if i == j {
                    gradient[lengths.len() + 1] += weight * self.noise[i];
                }
            }
        }
        gradient
    }

    /// Mean and deviation at a point, without gradients.
    pub fn at(&self, point: &[f64]) -> (f64, f64) {
        let (covariances, solved) = self.solve(point);
        (covariances.dot(&self.alpha), self.deviation(&solved))
    }

    /// Mean and deviation at a point, and how they change around it.
    pub fn posterior(&self, point: &[f64]) -> Posterior {
        let (covariances, mut solved) = self.solve(point);
        let (mean, deviation) = (covariances.dot(&self.alpha), self.deviation(&solved));
        // (K + σ²·I)⁻¹·k*, for the variance's gradient −2·∂k*ᵀ·(K + σ²·I)⁻¹·k*.
        self.factor.l_dirty().tr_solve_lower_triangular_mut(&mut solved);
        let mut mean_gradient = vec![0.0; point.len()];
        let mut deviation_gradient = vec![0.0; point.len()];
        for (i, seen) in self.points.iter().enumerate() {
            let slope = self.kernel.slope(point, seen);
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

    /// Rounding must not make it 0 where the function is known: gradients divide by it.
    fn deviation(&self, solved: &DVector<f64>) -> f64 {
        let variance = self.kernel.variance;
        (variance - solved.norm_squared()).max(1e-14 * variance).sqrt()
    }
}
