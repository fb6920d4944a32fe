//! Sizes, colours and distances that all figures share, in logical pixels.

use crate::Color;
use crate::stroke::Stroke;
use crate::text::Font;

pub(crate) const WHITE: Color = Color(0xFF, 0xFF, 0xFF);
pub(crate) const INK: Color = Color(0x1A, 0x1D, 0x21);
pub(crate) const TEXT: Color = Color(0x3A, 0x41, 0x4A);
pub(crate) const MUTED: Color = Color(0x55, 0x5D, 0x67);

pub(crate) const TITLE: Font = Font { size: 17.0, color: INK, bold: true };
pub(crate) const SUBTITLE: Font = Font { size: 12.5, color: MUTED, bold: false };
pub(crate) const CAPTION: Font = Font { size: 12.0, color: MUTED, bold: false };
pub(crate) const PANEL_TITLE: Font = Font { size: 12.5, color: INK, bold: false };
pub(crate) const AXIS_LABEL: Font = Font { size: 12.5, color: TEXT, bold: false };
pub(crate) const TICK: Font = Font { size: 11.0, color: MUTED, bold: false };
pub(crate) const LEGEND: Font = Font { size: 12.5, color: TEXT, bold: false };

pub(crate) const GRID: Stroke = Stroke::solid(Color(0xE7, 0xE9, 0xEC), 0.8);
pub(crate) const FRAME: Stroke = Stroke::solid(Color(0x9B, 0xA2, 0xAB), 0.9);

/// White space around the figure.
pub(crate) const MARGIN: f64 = 16.0;
/// Length of a tick mark, outside the frame.
pub(crate) const TICK_LENGTH: f64 = 3.5;
/// Distance from the frame to the tick labels.
pub(crate) const TICK_GAP: f64 = 7.0;
/// Least distance between neighbouring tick labels of one axis.
pub(crate) const LABEL_AIR: f64 = 12.0;
/// Height of a line of tick labels.
pub(crate) const LABEL_LINE: f64 = 16.0;
/// Height (on a y axis width) of an axis title with its distance to the tick labels.
pub(crate) const AXIS_LINE: f64 = 21.0;
/// Height of a row of legend entries.
pub(crate) const LEGEND_LINE: f64 = 20.0;
/// Height of a panel's title, above the frame.
pub(crate) const PANEL_TITLE_LINE: f64 = 20.0;
/// Least distance between neighbouring panels.
pub(crate) const PANEL_GAP: f64 = 14.0;

pub(crate) fn axis_line(title: &str) -> f64 {
    if title.is_empty() { 0.0 } else { AXIS_LINE }
}
