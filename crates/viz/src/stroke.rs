//! How lines are drawn.

use crate::Color;

/// Solid or broken strokes; told apart without colour too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineStyle {
    /// One unbroken stroke.
    #[default]
    Solid,
    /// Dashes of four line widths.
    Dashed,
    /// Dots of one line width.
    Dotted,
}

impl LineStyle {
    /// Lengths of dash and gap, in line widths.
    pub(crate) fn pattern(self) -> (f64, f64) {
        match self {
            LineStyle::Solid => (1.0, 0.0),
            LineStyle::Dashed => (4.0, 2.2),
            LineStyle::Dotted => (1.2, 1.8),
        }
    }
}

/// How a line is drawn.
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
