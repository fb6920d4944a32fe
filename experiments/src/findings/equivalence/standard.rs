//! Curves in standard deviations.

use super::super::Spread;

/// The curves divided, at every step, by the standard deviation of all of them there. Steps at
/// which no curve differs, or one is no number, are left out.
pub(super) fn standardised(curves: &[&[f64]]) -> Vec<Vec<f64>> {
    let steps = curves.iter().map(|curve| curve.len()).min().unwrap_or(0);
    let mut all = vec![Vec::with_capacity(steps); curves.len()];
    for step in 0..steps {
        let values: Vec<f64> = curves.iter().map(|curve| curve[step]).collect();
        let Spread { min, max, std, .. } = Spread::of(&values);
        // Of equal values, the standard deviation is a rounding error.
        if min < max && std.is_finite() {
            all.iter_mut().zip(values).for_each(|(curve, value)| curve.push(value / std));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_without_a_spread_are_left_out() {
        let one = |last| [0.097, 0.5, last];
        let curves = [one(3.0), one(5.0), [0.097, f64::NAN, 4.0]];
        let curves: Vec<&[f64]> = curves.iter().map(<[f64; 3]>::as_slice).collect();
        assert_eq!(standardised(&curves), [[3.0], [5.0], [4.0]]);
    }
}
