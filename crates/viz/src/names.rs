//! How tick labels stand where there are more, or longer ones, than fit side by side: the names of categories, and
//! ticks that the caller placed.

use crate::Axis;
use crate::axis::Tick;
use crate::{text, theme};

/// Height of a turned label beyond which it is smaller.
const LONGEST: f64 = 160.0;

/// The labels below a panel.
pub(crate) struct Below {
    /// Whether they read upwards.
    pub(crate) turned: bool,
    pub(crate) size: f64,
    /// Of all of them.
    pub(crate) height: f64,
}

impl Below {
    pub(crate) fn new(axis: &Axis, ticks: &[Tick], width: f64) -> Self {
        let widest =
            ticks.iter().map(|t| text::width(&t.label, theme::TICK.size)).fold(0.0, f64::max);
        let labelled: Vec<&Tick> = ticks.iter().filter(|tick| !tick.label.is_empty()).collect();
        let mut sides: Vec<(f64, f64)> = (labelled.iter())
            .filter_map(|tick| Some((axis.fraction(tick.value)? * width, tick)))
            .map(|(at, tick)| (at, text::width(&tick.label, theme::TICK.size) / 2.0))
            .collect();
        sides.sort_by(|a, b| a.0.total_cmp(&b.0));
        let touch = |pair: &[(f64, f64)]| {
            pair[0].0 + pair[0].1 + theme::LABEL_AIR / 2.0 > pair[1].0 - pair[1].1
        };
        if !sides.windows(2).any(touch) {
            return Self { turned: false, size: theme::TICK.size, height: theme::LABEL_LINE };
        }
        let longest = LONGEST / widest.max(LONGEST);
        let size = stacked_size(axis, ticks, width).min(theme::TICK.size * longest);
        Self { turned: true, size, height: widest * size / theme::TICK.size + 4.0 }
    }

    /// How far a label stands out to both sides of its tick.
    pub(crate) fn half_width(&self, label: &str) -> f64 {
        if self.turned { self.size / 2.0 } else { text::width(label, self.size) / 2.0 }
    }
}

/// The size of labels that stand above each other along an axis `length` long.
pub(crate) fn stacked_size(axis: &Axis, ticks: &[Tick], length: f64) -> f64 {
    let labelled = ticks.iter().filter(|tick| !tick.label.is_empty());
    let mut places: Vec<f64> = labelled.filter_map(|tick| axis.fraction(tick.value)).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let nearest = places.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    (0.85 * nearest * length).clamp(1.0, theme::TICK.size)
}
