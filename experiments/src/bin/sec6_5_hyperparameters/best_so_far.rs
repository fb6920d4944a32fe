//! The best result so far: it changes at a trial and holds until the next better one.

use search::Trial;
use viz::{Area, Color, Line, LineStyle, Mark};

/// The highest accuracy up to each trial; 0 before there is one.
pub fn running_best(trials: &[Trial]) -> Vec<f64> {
    let best = trials.iter().scan(0.0, |best: &mut f64, trial| {
        *best = best.max(trial.value());
        Some(*best)
    });
    best.collect()
}

/// First quartile, median and third quartile.
pub fn quarters(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [0.25, 0.5, 0.75].map(|share| {
        let place = share * (values.len() - 1) as f64;
        let (below, above) = (values[place as usize], values[place.ceil() as usize]);
        below + (above - below) * place.fract()
    })
}

/// The median over the seeds of the best so far after trial 1, 2, …, and the middle half of the
/// seeds around it. `curves` has one curve per seed.
pub fn stairs(curves: &[Vec<f64>], (name, color, style): (&str, Color, LineStyle)) -> [Mark; 2] {
    let length = curves.iter().map(Vec::len).min().unwrap_or(0);
    let at = |k: usize| quarters(curves.iter().map(|curve| curve[k]).collect());
    let steps: Vec<(f64, [f64; 3])> = (0..length).map(|k| (k as f64 + 1.0, at(k))).collect();
    let middle_half = steps.iter().map(|&(x, [low, _, high])| (x, low, high));
    let median = steps.iter().map(|&(x, [_, median, _])| (x, median));
    [
        Area::new(color, middle_half).opacity(0.18).stepped().into(),
        Line::new(color, median).style(style).named(name).stepped().into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quarters_lie_between_the_values_around_them() {
        assert_eq!(quarters(vec![4.0, 1.0, 2.0, 3.0, 5.0]), [2.0, 3.0, 4.0]);
        assert_eq!(quarters(vec![2.0, 1.0]), [1.25, 1.5, 1.75]);
        assert_eq!(quarters(vec![7.0]), [7.0; 3]);
    }
}
