//! The way uphill within a box.

use nalgebra::{DMatrix, DVector};

/// Climbs from `start` within the box of `bounds`: BFGS steps, projected onto the box, coordinates at
/// a bound held there while the slope points outwards. Gives the highest point found.
///
/// `f` gives value and gradient, or `None` where there is none.
///
/// Reference: Nocedal & Wright 2006, algorithm 6.1; Bertsekas 1982 on the projection.
pub fn climb(
    f: impl Fn(&[f64]) -> Option<(f64, Vec<f64>)>,
    start: &[f64],
    bounds: &[(f64, f64)],
    steps: usize,
) -> Option<(f64, Vec<f64>)> {
    let n = start.len();
    let project = |x: &DVector<f64>| {
        DVector::from_iterator(n, x.iter().zip(bounds).map(|(x, &(lo, hi))| x.clamp(lo, hi)))
    };
    let mut x = project(&DVector::from_column_slice(start));
    let (mut value, gradient) = f(x.as_slice())?;
    let mut gradient = DVector::from_vec(gradient);
    let mut inverse = DMatrix::<f64>::identity(n, n) / gradient.norm().max(1e-12);
    for _ in 0..steps {
        let free: Vec<bool> = (0..n)
            .map(|i| {
                let (lo, hi) = bounds[i];
                !(x[i] <= lo && gradient[i] <= 0.0 || x[i] >= hi && gradient[i] >= 0.0)
            })
            .collect();
        let of_free = |v: &DVector<f64>| {
            DVector::from_iterator(n, (0..n).map(|i| if free[i] { v[i] } else { 0.0 }))
        };
        let uphill = of_free(&gradient);
        if uphill.amax() < 1e-9 {
            break;
        }
        let mut direction = of_free(&(&inverse * &uphill));
        if direction.dot(&uphill) <= 0.0 {
            inverse = DMatrix::identity(n, n) / uphill.norm();
            direction = &inverse * &uphill;
        }
        let mut length = 1.0;
        let found = loop {
            let next = project(&(&x + &direction * length));
            let moved = &next - &x;
            if moved.amax() < 1e-10 {
                break None;
            }
            if let Some((higher, slope)) = f(next.as_slice())
                && higher >= value + 1e-4 * moved.dot(&uphill)
            {
                break Some((next, moved, higher, DVector::from_vec(slope)));
            }
            length *= 0.5;
        };
        let Some((next, s, higher, slope)) = found else { break };
        // Of −f, which goes down.
        let y = &gradient - &slope;
        let sy = s.dot(&y);
        if sy > 1e-10 * s.norm() * y.norm() {
            let left = DMatrix::identity(n, n) - &s * y.transpose() / sy;
            inverse = &left * inverse * left.transpose() + &s * s.transpose() / sy;
        }
        let gain = higher - value;
        (x, value, gradient) = (next, higher, slope);
        if gain < 1e-10 * (1.0 + value.abs()) {
            break;
        }
    }
    Some((value, x.as_slice().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rosenbrocks_valley_is_followed_to_its_end_or_the_bound() {
        let minus_rosenbrock = |p: &[f64]| {
            let (x, y) = (p[0], p[1]);
            let (a, b) = (1.0 - x, y - x * x);
            let gradient = vec![2.0 * a + 400.0 * x * b, -200.0 * b];
            Some((-(a * a + 100.0 * b * b), gradient))
        };
        let (_, free) = climb(minus_rosenbrock, &[-1.2, 1.0], &[(-5.0, 5.0); 2], 200).unwrap();
        assert!((free[0] - 1.0).abs() < 1e-4 && (free[1] - 1.0).abs() < 1e-4, "{free:?}");
        let (_, bound) =
            climb(minus_rosenbrock, &[-1.2, 1.0], &[(-5.0, 0.5), (-5.0, 5.0)], 200).unwrap();
        assert!(bound[0] == 0.5 && (bound[1] - 0.25).abs() < 1e-5, "{bound:?}");
    }
}
