//! Expected improvement.

use std::f64::consts::{SQRT_2, TAU};

/// EI = E\[max(f − best, 0)\] of a normal f: with z = (μ − best)/σ, σ·(z·Φ(z) + φ(z)); and its
/// partial derivatives by μ, Φ(z), and by σ, φ(z).
///
/// Reference: Jones, Schonlau & Welch 1998 (J. Global Optim. 13:455).
pub fn expected_improvement(mean: f64, deviation: f64, best: f64) -> (f64, [f64; 2]) {
    // ANCHOR: expected_improvement
    let z = (mean - best) / deviation;
    let density = (-0.5 * z * z).exp() / TAU.sqrt();
    let below = 0.5 * libm::erfc(-z / SQRT_2);
    // Rounding makes it a negative number where it is next to 0.
    (((mean - best) * below + deviation * density).max(0.0), [below, density])
    // ANCHOR_END: expected_improvement
}
