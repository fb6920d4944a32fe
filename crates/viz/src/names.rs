//! Tick labels that do not overlap: ticks as dense as their labels allow, and turned or smaller
//! labels where the caller placed them too close, such as names of categories.

use crate::axis::{self, Axis, Tick};
use crate::{text, theme};

/// Height of a turned label; longer ones are smaller.
const LONGEST: f64 = 160.0;

pub(crate) fn across(axis: &Axis, width: f64) -> Vec<Tick> {
    axis.fitted_ticks(width, |label| text::width(label, theme::TICK.size) + theme::LABEL_AIR)
}

pub(crate) fn upright(axis: &Axis, height: f64) -> Vec<Tick> {
    axis.fitted_ticks(height, |_| theme::TICK.size + theme::LABEL_AIR)
}

pub(crate) fn labelled(ticks: &[Tick]) -> impl Iterator<Item = &Tick> {
    ticks.iter().filter(|tick| !tick.label.is_empty())
}

pub(crate) fn widest(ticks: &[Tick], size: f64) -> f64 {
    text::widest(ticks.iter().map(|tick| &tick.label), size)
}

/// The labels below a panel.
pub(crate) struct Below {
    /// Whether they read upwards.
    pub(crate) turned: bool,
    pub(crate) size: f64,
    /// Height of the tallest one.
    pub(crate) height: f64,
}

impl Below {
    pub(crate) fn new(ticks: &[Tick], width: f64) -> Self {
        let room = |label: &str| text::width(label, theme::TICK.size) + theme::LABEL_AIR / 2.0;
        if axis::are_apart(labelled(ticks), width, room) {
            return Self { turned: false, size: theme::TICK.size, height: theme::LABEL_LINE };
        }
        let widest = widest(ticks, theme::TICK.size);
        let longest = LONGEST / widest.max(LONGEST);
        let size = stacked_size(ticks, width).min(theme::TICK.size * longest);
        Self { turned: true, size, height: widest * size / theme::TICK.size + 4.0 }
    }

    /// How far a label reaches to both sides of its tick.
    pub(crate) fn half_width(&self, label: &str) -> f64 {
        if self.turned { self.size / 2.0 } else { text::width(label, self.size) / 2.0 }
    }
}

/// The font size at which labels stacked along an axis `length` long do not overlap.
pub(crate) fn stacked_size(ticks: &[Tick], length: f64) -> f64 {
    let mut places: Vec<f64> = labelled(ticks).map(|tick| tick.at).collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let nearest = places.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
    (0.85 * nearest * length).clamp(1.0, theme::TICK.size)
}
