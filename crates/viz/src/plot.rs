//! The plot area of a panel while it is drawn: maps data to pixels.

use crate::canvas::Canvas;
use crate::geometry::{Point, Rect};
use crate::stroke::Stroke;
use crate::{Axis, Color, clip};

/// A part of a mark that a text should not cover, in pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Obstacle {
    Area(Rect),
    Segment(Point, Point),
}

pub(crate) struct Plot<'a, 'c> {
    pub(crate) canvas: &'a Canvas<'c>,
    pub(crate) rect: Rect,
    pub(crate) x: &'a Axis,
    pub(crate) y: &'a Axis,
    /// Those of all marks.
    pub(crate) obstacles: Vec<Obstacle>,
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

    /// How many obstacles a text in `rect` would cover.
    pub(crate) fn covered_by(&self, rect: &Rect) -> usize {
        let covered = |obstacle: &&Obstacle| match **obstacle {
            Obstacle::Area(area) => area.meets(rect),
            Obstacle::Segment(from, to) => clip::segment(from, to, *rect).is_some(),
        };
        self.obstacles.iter().filter(covered).count()
    }

    /// The place of a text of size (w, h) at one of eight sides of a point, `gap` away, that covers
    /// least: of equal ones the first, counterclockwise from the right. `None` if it `fits`
    /// nowhere.
    pub(crate) fn beside(
        &self,
        (x, y): Point,
        (w, h): (f64, f64),
        gap: f64,
        fits: impl Fn(&Rect) -> bool,
    ) -> Option<Rect> {
        const SIDES: [(f64, f64); 8] = [
            (1.0, 0.0),
            (1.0, -1.0),
            (0.0, -1.0),
            (-1.0, -1.0),
            (-1.0, 0.0),
            (-1.0, 1.0),
            (0.0, 1.0),
            (1.0, 1.0),
        ];
        let sides = SIDES.map(|(right, down)| {
            let gap = if right * down == 0.0 { gap } else { 0.7 * gap };
            let middle = (x + right * (gap + w / 2.0), y + down * (gap + h / 2.0));
            Rect { x: middle.0 - w / 2.0, y: middle.1 - h / 2.0, w, h }
        });
        let fitting = sides.into_iter().filter(|side| self.rect.encloses(side) && fits(side));
        fitting.min_by_key(|side| self.covered_by(side))
    }

    /// Draws the line through `points`, cut at the edge of the area and broken at points without a
    /// pixel.
    pub(crate) fn line(&self, points: impl IntoIterator<Item = (f64, f64)>, stroke: Stroke) {
        for run in clip::polyline(points.into_iter().map(|p| self.place(p)), self.rect) {
            self.canvas.line(&clip::thinned(&run), stroke);
        }
    }

    /// Fills the part of a polygon, given in pixels, that is inside the area.
    pub(crate) fn fill(&self, corners: &[Point], color: Color, opacity: f64) {
        self.canvas.polygon(&clip::polygon(corners, self.rect), color, opacity);
    }
}
