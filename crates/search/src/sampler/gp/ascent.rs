//! Maximisation within a box.

use nalgebra::{DMatrix, DVector};

/// Maximises `f` from `start` within the box `bounds` by at most `steps` BFGS steps, projected onto
/// the box. A coordinate at a bound stays there while its slope points outwards. The first step is
/// `first` long, then shorter until the value rises: to the top of the parabola through what is
/// known of the line. Ends when a step gains less than 10⁻⁷ of the value. Returns the last value
/// and point, which are the highest.
///
/// `f` returns value and gradient, or `None` where it is not defined.
///
/// Reference: Nocedal & Wright 2006, algorithm 6.1; Bertsekas 1982 for the projection.
pub fn climb(
    f: impl Fn(&[f64]) -> Option<(f64, Vec<f64>)>,
    start: &[f64],
    bounds: &[(f64, f64)],
    steps: usize,
    first: f64,
) -> Option<(f64, Vec<f64>)> {
    let n = start.len();
    let f = |x: &DVector<f64>| f(x.as_slice()).map(|(y, slope)| (y, DVector::from_vec(slope)));
    let project =
        |x: DVector<f64>| DVector::from_fn(n, |i, _| x[i].clamp(bounds[i].0, bounds[i].1));
    let mut x = project(DVector::from_column_slice(start));
    let (mut value, mut gradient) = f(&x)?;
    let mut inverse = DMatrix::<f64>::identity(n, n) * (first / gradient.norm().max(1e-12));
    for _ in 0..steps {
        // 1 for a free coordinate, 0 for one that is held at its bound.
        let free = DVector::from_fn(n, |i, _| {
            let ((low, high), slope) = (bounds[i], gradient[i]);
            f64::from(!(x[i] <= low && slope <= 0.0 || x[i] >= high && slope >= 0.0))
        });
        let uphill = gradient.component_mul(&free);
        if uphill.amax() < 1e-9 {
            break;
        }
        let mut direction = (&inverse * &uphill).component_mul(&free);
        if direction.dot(&uphill) <= 0.0 {
            inverse = DMatrix::identity(n, n) * (first / uphill.norm());
            direction = &inverse * &uphill;
        }
        let mut length = 1.0;
        let found = loop {
            let next = project(&x + &direction * length);
            let moved = &next - &x;
            if moved.amax() < 1e-10 {
                break None;
            }
            let (rise, tried) = (moved.dot(&uphill), f(&next));
            let change = tried.as_ref().map_or(f64::NEG_INFINITY, |(higher, _)| higher - value);
            if let Some((higher, slope)) = tried
                && change >= 1e-4 * rise
            {
                break Some((next, moved, higher, slope));
            }
            let shorter = 0.5 * rise / (rise - change);
            length *= if shorter > 0.1 { shorter.min(0.5) } else { 0.1 };
        };
        let Some((next, s, higher, slope)) = found else { break };
        // The change of the gradient of −f, which is minimised.
        let y = &gradient - &slope;
        let sy = s.dot(&y);
        if sy > 1e-10 * s.norm() * y.norm() {
            // The formula multiplied out: nalgebra's product of two matrices adds in an order, and
            // rounds in a way, that depend on the processor.
            let product = &inverse * &y;
            inverse.ger((1.0 + y.dot(&product) / sy) / sy, &s, &s, 1.0);
            inverse.ger(-1.0 / sy, &product, &s, 1.0);
            inverse.ger(-1.0 / sy, &s, &product, 1.0);
        }
        let gain = higher - value;
        (x, value, gradient) = (next, higher, slope);
        if gain < 1e-7 * (1.0 + value.abs()) {
            break;
        }
    }
    Some((value, x.as_slice().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rosenbrocks_function_is_minimised_with_and_without_a_bound() {
        let minus_rosenbrock = |p: &[f64]| {
            let (x, y) = (p[0], p[1]);
            let (a, b) = (1.0 - x, y - x * x);
            let gradient = vec![2.0 * a + 400.0 * x * b, -200.0 * b];
            Some((-(a * a + 100.0 * b * b), gradient))
        };
        let (_, free) = climb(minus_rosenbrock, &[-1.2, 1.0], &[(-5.0, 5.0); 2], 200, 1.0).unwrap();
        assert!((free[0] - 1.0).abs() < 1e-4 && (free[1] - 1.0).abs() < 1e-4, "{free:?}");
        let (_, bound) =
            climb(minus_rosenbrock, &[-1.2, 1.0], &[(-5.0, 0.5), (-5.0, 5.0)], 200, 1.0).unwrap();
        assert!(bound[0] == 0.5 && (bound[1] - 0.25).abs() < 1e-5, "{bound:?}");
    }
}
