//! How lines are drawn.

use crate::Color;

/// Solid or broken lines, which differ without colour too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineStyle {
    /// An unbroken line.
    #[default]
    Solid,
    /// Dashes of 4 line widths, 2.2 apart.
    Dashed,
    /// Dots of 1.2 line widths, 1.8 apart.
    Dotted,
}

impl LineStyle {
    /// Lengths of dash and gap in line widths; `None` for a solid line.
    pub(crate) fn pattern(self) -> Option<(f64, f64)> {
        match self {
            LineStyle::Solid => None,
            LineStyle::Dashed => Some((4.0, 2.2)),
            LineStyle::Dotted => Some((1.2, 1.8)),
        }
    }
}

/// Colour, width in logical pixels, opacity and style of a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) color: Color,
    pub(crate) width: f64,
    pub(crate) opacity: f64,
    pub(crate) style: LineStyle,
}

impl Stroke {
    pub(crate) const fn solid(color: Color, width: f64) -> Self {
        Self { color, width, opacity: 1.0, style: LineStyle::Solid }
    }
}
