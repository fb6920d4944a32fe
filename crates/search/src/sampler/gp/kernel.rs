//! The Matérn 5/2 kernel.

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
    /// k(a, b).
    pub fn covariance(&self, a: &[f64], b: &[f64]) -> f64 {
        self.with_slope(a, b).0
    }

    /// k = k(a, b) and g = −2·∂k/∂(r²), which gives ∂k/∂ln ℓᵢ = g·((aᵢ − bᵢ)/ℓᵢ)² and
    /// ∂k/∂aᵢ = −g·(aᵢ − bᵢ)/ℓᵢ².
    pub fn with_slope(&self, a: &[f64], b: &[f64]) -> (f64, f64) {
        let scaled = a.iter().zip(b).zip(&self.lengths).map(|((a, b), l)| (a - b) / l);
        let r2: f64 = scaled.map(|d| d * d).sum();
        let root = (5.0 * r2).sqrt();
        let decay = libm::exp(-root);
        let covariance = self.variance * (1.0 + root + 5.0 * r2 / 3.0) * decay;
        (covariance, self.variance * 5.0 / 3.0 * (1.0 + root) * decay)
    }
}
