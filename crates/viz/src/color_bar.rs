//! The bar beside the panels that explains a colour scale.

use crate::canvas::{Align, Canvas};
use crate::geometry::Rect;
use crate::text::{self, Font};
use crate::{ColorScale, theme};

const BAR: f64 = 13.0;
/// From the panels to a bar.
const GAP: f64 = 18.0;
const STEPS: usize = 64;

fn labels(scale: &ColorScale, height: f64) -> Vec<crate::axis::Tick> {
    scale.axis.fitted_ticks(height, |_| theme::TICK.size + theme::LABEL_AIR)
}

/// Width of the bar with its gap, tick labels and title.
pub(crate) fn width(scale: &ColorScale, height: f64) -> f64 {
    let widest = labels(scale, height)
        .iter()
        .map(|tick| text::width(&tick.label, theme::TICK.size))
        .fold(0.0, f64::max);
    let title = if scale.axis.title().is_empty() { 0.0 } else { theme::AXIS_LINE };
    GAP + BAR + theme::TICK_GAP + widest + title
}

/// Draws the bar with its left gap beginning at `x`.
pub(crate) fn draw(canvas: &Canvas, scale: &ColorScale, x: f64, top: f64, height: f64) {
    let bar = Rect { x: x + GAP, y: top, w: BAR, h: height };
    for k in 0..STEPS {
        let share = k as f64 / STEPS as f64;
        let y = top + height * share;
        // Down to the bottom: later steps cover the rest, and no seams show.
        canvas.rect(
            Rect { y, h: bar.bottom() - y, ..bar },
            scale.map.at(1.0 - (share + 0.5 / STEPS as f64)),
            1.0,
        );
    }
    canvas.frame(bar, theme::FRAME);
    for tick in labels(scale, height) {
        let Some(t) = scale.axis.fraction(tick.value) else { continue };
        let y = bar.bottom() - t * height;
        canvas.line(&[(bar.right(), y), (bar.right() + theme::TICK_LENGTH, y)], theme::FRAME);
        canvas.text(&tick.label, (bar.right() + theme::TICK_GAP, y), Align::Left, theme::TICK);
    }
    let title = (x + width(scale, height) - theme::AXIS_LABEL.size / 2.0, top + height / 2.0);
    let words = scale.axis.title();
    let size = text::shrink(&words, theme::AXIS_LABEL.size, height);
    canvas.text(&words, title, Align::Upwards, Font { size, ..theme::AXIS_LABEL });
}
