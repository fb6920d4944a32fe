//! The plot area of a panel while it is drawn: maps data to pixels.

use crate::canvas::Canvas;
use crate::geometry::{Point, Rect};
use crate::stroke::Stroke;
use crate::{Axis, Color, clip};

pub(crate) struct Plot<'a, 'c> {
    pub(crate) canvas: &'a Canvas<'c>,
    pub(crate) rect: Rect,
    pub(crate) x: &'a Axis,
    pub(crate) y: &'a Axis,
}

impl Plot<'_, '_> {
    /// The pixel of a data point, possibly outside the area; `None` if a coordinate is NaN,
    /// infinite, or not positive on a log axis.
    pub(crate) fn place(&self, (x, y): (f64, f64)) -> Option<Point> {
        Some((self.across(x)?, self.down(y)?))
    }

    /// The pixel of a data point inside the area.
    pub(crate) fn visible(&self, point: (f64, f64)) -> Option<Point> {
        self.place(point).filter(|&p| self.rect.contains(p))
    }

    pub(crate) fn across(&self, x: f64) -> Option<f64> {
        Some(self.rect.x + self.x.fraction(x)? * self.rect.w)
    }

    pub(crate) fn down(&self, y: f64) -> Option<f64> {
        Some(self.rect.bottom() - self.y.fraction(y)? * self.rect.h)
    }

    /// Draws the line through `points`, cut at the edge of the area and broken at points without a
    /// pixel.
    pub(crate) fn line(&self, points: impl IntoIterator<Item = (f64, f64)>, stroke: Stroke) {
        for run in clip::polyline(points.into_iter().map(|p| self.place(p)), self.rect) {
            self.canvas.line(&run, stroke);
        }
    }

    /// Fills the part of a polygon, given in pixels, that is inside the area.
    pub(crate) fn fill(&self, corners: &[Point], color: Color, opacity: f64) {
        self.canvas.polygon(&clip::polygon(corners, self.rect), color, opacity);
    }
}
