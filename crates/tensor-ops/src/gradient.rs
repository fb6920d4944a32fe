//! Derivatives by central differences: slow, but independent of backward passes, which they check.

use kernels::Scalar;

/// The book's step, 10⁻⁴: close to optimal for `f64` functions of magnitude 1, too small for `f32`.
pub const BOOK_H: f64 = 1e-4;

/// ∂f/∂xᵢ ≈ (f(x + h·eᵢ) − f(x − h·eᵢ)) / 2h for every i; `x` is restored afterwards.
///
/// The truncation error is O(h²), the rounding error O(ε/h). The book uses h = 10⁻⁴ ([`BOOK_H`]);
/// 10⁻⁵ to 10⁻⁶ suits gradient checks in `f64`.
///
/// # Example
/// ```
/// use tensor_ops::gradient::{BOOK_H, numerical_gradient};
///
/// // The book's f(x, y) = x²/20 + y² at (−7, 2): (x/10, 2y).
/// let mut at = [-7.0, 2.0];
/// let g = numerical_gradient(|p| p[0] * p[0] / 20.0 + p[1] * p[1], &mut at, BOOK_H);
/// approx::assert_relative_eq!(g[0], -0.7, epsilon = 1e-9);
/// approx::assert_relative_eq!(g[1], 4.0, epsilon = 1e-9);
/// assert_eq!(at, [-7.0, 2.0]);
/// ```
pub fn numerical_gradient<T: Scalar>(mut f: impl FnMut(&[T]) -> T, x: &mut [T], h: f64) -> Vec<T> {
    let h = T::of(h);
    (0..x.len())
        .map(|i| {
            let original = x[i];
            x[i] = original + h;
            let above = f(x);
            x[i] = original - h;
            let below = f(x);
            x[i] = original;
            (above - below) / (h + h)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn exact_for_quadratics_and_leaves_x_alone(
            x in prop::collection::vec(-3.0..3.0, 0..6), c in -2.0..2.0f64,
        ) {
            let mut point = x.clone();
            let g = numerical_gradient(
                |p| p.iter().map(|v| c * v * v + v).sum::<f64>(), &mut point, BOOK_H);
            prop_assert_eq!(&point, &x);
            for (g, v) in g.iter().zip(&x) {
                prop_assert!((g - (2.0 * c * v + 1.0)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn the_error_falls_with_the_square_of_h() {
        let error =
            |h| (numerical_gradient(|p: &[f64]| libm::exp(p[0]), &mut [0.0], h)[0] - 1.0).abs();
        let ratio = error(1e-2) / error(1e-3);
        assert!((90.0..110.0).contains(&ratio), "{ratio}");
    }
}
