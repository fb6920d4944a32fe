//! Expected improvement.

use std::f64::consts::{SQRT_2, TAU};

/// EI = E\[max(f − best, 0)\] for a normal f with mean μ and deviation σ, and its partial
/// derivatives: with z = (μ − best)/σ, EI = σ·(z·Φ(z) + φ(z)), ∂EI/∂μ = Φ(z) and ∂EI/∂σ = φ(z).
///
/// Reference: Jones, Schonlau & Welch 1998 (J. Global Optim. 13:455).
pub fn expected_improvement(mean: f64, deviation: f64, best: f64) -> (f64, [f64; 2]) {
    // ANCHOR: expected_improvement
    let z = (mean - best) / deviation;
    let density = libm::exp(-0.5 * z * z) / TAU.sqrt();
    let below = 0.5 * libm::erfc(-z / SQRT_2);
    // Next to 0, rounding can make it negative.
    (((mean - best) * below + deviation * density).max(0.0), [below, density])
    // ANCHOR_END: expected_improvement
}
