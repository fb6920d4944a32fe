//! The bar beside the panels that explains a colour scale.

use crate::canvas::{Align, Canvas};
use crate::geometry::Rect;
use crate::{Axis, Color, names, theme};

const BAR: f64 = 13.0;
/// From the panels to a bar.
const GAP: f64 = 18.0;
const STEPS: usize = 64;

/// Width of the bar with its gap, tick labels and title.
pub(crate) fn width(scale: &Axis, height: f64) -> f64 {
    let widest = names::widest(&names::upright(scale, height), theme::TICK.size);
    GAP + BAR + theme::TICK_GAP + widest + theme::axis_line(&scale.title())
}

/// Draws the bar, with its gap, to the right of `x`.
pub(crate) fn draw(canvas: &Canvas, scale: &Axis, x: f64, top: f64, height: f64) {
    let bar = Rect { x: x + GAP, y: top, w: BAR, h: height };
    for k in 0..STEPS {
        let share = k as f64 / STEPS as f64;
        let y = top + height * share;
        let color = Color::viridis(1.0 - (share + 0.5 / STEPS as f64));
        // Each step reaches down to the bottom, where later ones cover it: so no seams show.
        canvas.rect(Rect { y, h: bar.bottom() - y, ..bar }, color, 1.0);
    }
    canvas.frame(bar, theme::FRAME);
    for tick in names::upright(scale, height) {
        let y = bar.bottom() - tick.at * height;
        canvas.line(&[(bar.right(), y), (bar.right() + theme::TICK_LENGTH, y)], theme::FRAME);
        canvas.text(&tick.label, (bar.right() + theme::TICK_GAP, y), Align::Left, theme::TICK);
    }
    let title_x = x + width(scale, height) - theme::AXIS_LABEL.size / 2.0;
    let at = (title_x, top + height / 2.0);
    canvas.text_within(height, &scale.title(), at, Align::Upwards, theme::AXIS_LABEL);
}
