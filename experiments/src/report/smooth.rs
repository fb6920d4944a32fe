//! The book's smoothing of noisy loss curves: a moving average under a Kaiser window.

/// The book's window: 11 points.
const WINDOW: usize = 11;
/// The book's shape parameter of the Kaiser window.
const BETA: f64 = 2.0;

/// The Kaiser window of n = 11 points, wᵢ = I₀(β·√(1 − (2i/(n−1) − 1)²)) / I₀(β), as `np.kaiser`.
///
/// I₀ is the modified Bessel function of the first kind, summed as Σ ((x/2)ᵏ/k!)².
fn kaiser() -> [f64; WINDOW] {
    let bessel_i0 = |x: f64| {
        let (mut term, mut sum, mut k) = (1.0, 1.0, 1.0);
        while term > 1e-17 * sum {
            term *= (x / (2.0 * k)).powi(2);
            sum += term;
            k += 1.0;
        }
        sum
    };
    let half = (WINDOW - 1) as f64 / 2.0;
    std::array::from_fn(|i| {
        let position = (i as f64 - half) / half;
        bessel_i0(BETA * (1.0 - position * position).max(0.0).sqrt()) / bessel_i0(BETA)
    })
}

/// Each point replaced by the Kaiser-weighted mean of the points around it.
///
/// This is the notebook's `smooth_curve` to the last digits, including how it continues the curve
/// at the ends: x₂ x₁ **x₀ …** at the front, and at the back **… xₙ₋₁** xₙ₋₁ xₙ₋₂. The notebook
/// loses points of curves shorter than 11 (and all of those shorter than 6); here the mirroring
/// goes on until there are enough, so that every curve keeps its length.
///
/// NaN spreads to the points whose window holds it, and no further.
pub(crate) fn smooth_curve(x: &[f64]) -> Vec<f64> {
    let weights = kaiser();
    let total: f64 = weights.iter().sum();
    let smooth = |i: usize| {
        let at = |k: usize| x[mirrored((i + k) as isize - (WINDOW / 2) as isize, x.len())];
        weights.iter().enumerate().map(|(k, w)| w / total * at(k)).sum()
    };
    (0..x.len()).map(smooth).collect()
}

/// Folds a position before or behind the curve back into it.
fn mirrored(mut i: isize, n: usize) -> usize {
    let n = n as isize;
    while i < 0 || i >= n {
        i = if i < 0 { -i } else { 2 * n - 1 - i };
    }
    i as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    /// `np.kaiser(11, 2)`: docs/reference/smooth.py.
    #[test]
    fn kaiser_agrees_with_numpy() {
        let expected = [
            0.438_676_279_837_048_82,
            0.611_394_354_361_649_13,
            0.767_674_996_827_523_6,
            0.892_161_433_854_288_14,
            0.972_329_800_869_371_26,
            1.0,
        ];
        let w = kaiser();
        for i in 0..11 {
            assert_relative_eq!(w[i], expected[i.min(10 - i)], epsilon = 1e-15);
        }
    }

    /// The notebook's own lines on sin(i²), n = 12: docs/reference/smooth.py.
    #[test]
    fn smooth_curve_agrees_with_the_notebook() {
        let x: Vec<f64> = (0..12).map(|i| libm::sin(f64::from(i * i))).collect();
        let expected: [f64; 12] = [
            0.053_867_904_675_336_309,
            0.003_789_909_931_661_401_8,
            -0.066_598_099_218_536_391,
            -0.087_207_062_698_938_256,
            -0.120_363_255_684_466_82,
            -0.218_461_716_890_756_39,
            -0.193_204_645_695_226_91,
            -0.160_739_249_226_371_48,
            -0.107_348_752_059_978_62,
            -0.116_587_180_963_261_46,
            -0.024_217_992_687_390_763,
            -0.022_407_877_831_946_019,
        ];
        for (got, want) in smooth_curve(&x).iter().zip(expected) {
            assert_relative_eq!(*got, want, epsilon = 1e-14);
        }
    }

    #[test]
    fn every_length_is_kept_and_a_constant_stays() {
        for n in 0..25 {
            let y = smooth_curve(&vec![1.5; n]);
            assert_eq!(y.len(), n);
            assert!(y.iter().all(|v| (v - 1.5).abs() < 1e-12));
        }
    }

    #[test]
    fn nan_stays_within_its_window() {
        let mut x = vec![0.0; 40];
        x[20] = f64::NAN;
        let y = smooth_curve(&x);
        let hit: Vec<usize> = (0..40).filter(|&i| y[i].is_nan()).collect();
        assert_eq!(hit, (15..=25).collect::<Vec<_>>());
    }
}
