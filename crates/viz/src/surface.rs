use std::ops::Range;

use plotters::coord::CoordTranslate;
use plotters::coord::ranged3d::Cartesian3d;
use plotters::coord::types::RangedCoordf64;

use crate::canvas::{Align, Canvas, UNIT};
use crate::geometry::{Point, Rect};
use crate::stroke::Stroke;
use crate::{Axis, Color, ColorMap, ColorScale, Grid, text, theme};

/// A function of two variables as a surface in space, coloured by height.
///
/// The z axis points upwards; x runs to the right and y away from the viewer. Cells with a NaN
/// corner stay empty, and heights outside the z axis' range are clamped to it.
///
/// ```
/// use viz::{Axis, Figure, Grid, Surface};
/// let grid = Grid::sample((-10.0, 10.0), (-10.0, 10.0), 41, |x, y| x * x / 20.0 + y * y);
/// let surface = Surface::new("f(x, y) = x²/20 + y²", grid)
///     .x_axis(Axis::linear("x", -10.0, 10.0))
///     .y_axis(Axis::linear("y", -10.0, 10.0))
///     .z_axis(Axis::linear("f", 0.0, 105.0));
/// let svg = Figure::new("A ravine").panel(surface).to_svg();
/// # assert!(svg.contains("polygon"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Surface {
    pub(crate) title: String,
    grid: Grid,
    x: Axis,
    y: Axis,
    z: Axis,
    map: ColorMap,
}

type Space = Cartesian3d<RangedCoordf64, RangedCoordf64, RangedCoordf64>;

/// Angles of the view, in radians: about the vertical, and down from the horizontal.
const YAW: f64 = 0.95;
const PITCH: f64 = 0.5;
/// Height of the box over its width.
const HEIGHT: f64 = 0.75;

impl Surface {
    /// The surface of `grid` with axes that fit it, in the colours of [`ColorMap::Hot`].
    pub fn new(title: impl Into<String>, grid: Grid) -> Self {
        let fitting = |values: &[f64]| {
            let finite = || values.iter().copied().filter(|v| v.is_finite());
            let lo = finite().fold(f64::INFINITY, f64::min);
            Axis::linear("", lo, finite().fold(f64::NEG_INFINITY, f64::max))
        };
        let (x, y, z) = (fitting(&grid.xs), fitting(&grid.ys), fitting(grid.values()));
        Self { title: title.into(), grid, x, y, z, map: ColorMap::Hot }
    }

    /// The axis to the right.
    #[must_use]
    pub fn x_axis(mut self, axis: Axis) -> Self {
        self.x = axis;
        self
    }

    /// The axis away from the viewer.
    #[must_use]
    pub fn y_axis(mut self, axis: Axis) -> Self {
        self.y = axis;
        self
    }

    /// The axis upwards, which is also the scale of the colours.
    #[must_use]
    pub fn z_axis(mut self, axis: Axis) -> Self {
        self.z = axis;
        self
    }

    /// The colour map of the height.
    #[must_use]
    pub fn color_map(mut self, map: ColorMap) -> Self {
        self.map = map;
        self
    }

    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        let axes = [&mut self.x, &mut self.y, &mut self.z].into_iter().flat_map(Axis::texts_mut);
        std::iter::once(&mut self.title).chain(axes).collect()
    }

    pub(crate) fn draw(&self, canvas: &Canvas, rect: Rect) {
        // Tick labels and axis titles stand at the left, below and at the right.
        let room = Rect { x: rect.x + 50.0, y: rect.y + 16.0, w: rect.w - 90.0, h: rect.h - 32.0 };
        let view = View { space: space(room), surface: self };
        view.draw_box(canvas);
        view.draw_facets(canvas);
        view.draw_labels(canvas);
    }
}

/// plotters' projection of the unit cube, as large as its outline fits into a rectangle of the
/// canvas.
fn space(rect: Rect) -> Space {
    let middle = |from: f64, to: f64| -> Range<i32> {
        let middle = ((from + to) / 2.0 * UNIT) as i32;
        middle..middle
    };
    let of_side = |side: f64| {
        let (x, y) = (middle(rect.x, rect.right()), middle(rect.y, rect.bottom()));
        let size = (side as i32, (HEIGHT * side) as i32, side as i32);
        let mut space = Space::new(0.0..1.0, 0.0..1.0, 0.0..1.0, (x.clone(), y.clone()));
        space.set_coord_pixel_range(x.clone(), y.clone(), size).set_projection(x, y, |mut view| {
            view.yaw = YAW;
            view.pitch = PITCH;
            view.into_matrix()
        });
        space
    };
    // The projection is linear: what a cube of side 1000 needs tells what fits.
    let trial = of_side(1000.0);
    let corners =
        (0..8).map(|k| see(&trial, (f64::from(k & 1), f64::from(k >> 1 & 1), f64::from(k >> 2))));
    let (w, h) = corners.fold((0.0_f64, 0.0_f64), |(w, h), (x, y)| {
        let (dx, dy) = (x - (rect.x + rect.w / 2.0), y - (rect.y + rect.h / 2.0));
        (w.max(2.0 * dx.abs()), h.max(2.0 * dy.abs()))
    });
    of_side(1000.0 * (rect.w / w).min(rect.h / h))
}

/// Where a point with coordinates from 0 to 1 along the axes is seen.
fn see(space: &Space, (x, y, z): (f64, f64, f64)) -> Point {
    let (px, py) = space.translate(&to_plotters((x, y, z)));
    (f64::from(px) / UNIT, f64::from(py) / UNIT)
}

/// plotters' second axis is the vertical one, and its third points to the viewer.
fn to_plotters((x, y, z): (f64, f64, f64)) -> (f64, f64, f64) {
    (x, z, 1.0 - y)
}

/// Grey, because the highest parts of the surface may be white.
const FLOOR: Color = Color(0xEC, 0xEE, 0xF1);
const WALL: Color = Color(0xF3, 0xF4, 0xF6);
const PANE_GRID: Stroke = Stroke::solid(Color(0xD3, 0xD7, 0xDC), 0.8);

/// A point on an edge of the unit cube.
type Place = fn(f64) -> (f64, f64, f64);
/// The edges that carry the axes: front bottom, right bottom, left upright.
const X_EDGE: Place = |t| (t, 0.0, 0.0);
const Y_EDGE: Place = |t| (1.0, t, 0.0);
const Z_EDGE: Place = |t| (0.0, 0.0, t);

struct View<'s> {
    space: Space,
    surface: &'s Surface,
}

impl View<'_> {
    fn see(&self, point: (f64, f64, f64)) -> Point {
        see(&self.space, point)
    }

    fn fraction(axis: &Axis, value: f64) -> Option<f64> {
        axis.fraction(value).map(|t| t.clamp(0.0, 1.0))
    }

    /// The floor and the two walls behind the surface, with a grid at the ticks.
    fn draw_box(&self, canvas: &Canvas) {
        let corner = |x: i32, y: i32, z: i32| self.see((f64::from(x), f64::from(y), f64::from(z)));
        let floor = [corner(0, 0, 0), corner(1, 0, 0), corner(1, 1, 0), corner(0, 1, 0)];
        let left = [corner(0, 0, 0), corner(0, 1, 0), corner(0, 1, 1), corner(0, 0, 1)];
        let back = [corner(0, 1, 0), corner(1, 1, 0), corner(1, 1, 1), corner(0, 1, 1)];
        for (pane, color) in [(floor, FLOOR), (left, WALL), (back, WALL)] {
            canvas.polygon(&pane, color, 1.0);
        }
        let line = |from, to| canvas.line(&[self.see(from), self.see(to)], PANE_GRID);
        for (t, _) in self.ticks(&self.surface.x, X_EDGE) {
            line((t, 0.0, 0.0), (t, 1.0, 0.0));
            line((t, 1.0, 0.0), (t, 1.0, 1.0));
        }
        for (t, _) in self.ticks(&self.surface.y, Y_EDGE) {
            line((0.0, t, 0.0), (1.0, t, 0.0));
            line((0.0, t, 0.0), (0.0, t, 1.0));
        }
        for (t, _) in self.ticks(&self.surface.z, Z_EDGE) {
            line((0.0, 1.0, t), (1.0, 1.0, t));
            line((0.0, 1.0, t), (0.0, 0.0, t));
        }
    }

    /// The cells from back to front.
    fn draw_facets(&self, canvas: &Canvas) {
        let surface = self.surface;
        let scale = ColorScale::new(surface.z.clone(), surface.map);
        let mut facets = Vec::new();
        for (i, j) in surface.grid.cells() {
            let corners = [(i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)];
            let heights = corners.map(|(i, j)| surface.grid.at(i, j));
            let mean = heights.iter().sum::<f64>() / 4.0;
            let placed: Option<Vec<(f64, f64, f64)>> = (corners.iter().zip(heights))
                .map(|(&(i, j), z)| {
                    let x = Self::fraction(&surface.x, surface.grid.xs[i])?;
                    let y = Self::fraction(&surface.y, surface.grid.ys[j])?;
                    Some((x, y, Self::fraction(&surface.z, z)?))
                })
                .collect();
            let (Some(placed), Some(color)) = (placed, scale.color(mean)) else { continue };
            let (x, y, z) = to_plotters(placed[0]);
            facets.push((self.space.projected_depth(&x, &y, &z), placed, color));
        }
        facets.sort_by_key(|facet| std::cmp::Reverse(facet.0));
        for (_, corners, color) in facets {
            let corners: Vec<Point> = corners.into_iter().map(|corner| self.see(corner)).collect();
            canvas.polygon(&inflate(&corners, 0.3), color, 1.0);
        }
    }

    /// Ticks as fractions with their labels, for an axis along the edge `place` of the box.
    fn ticks(&self, axis: &Axis, place: Place) -> Vec<(f64, String)> {
        let ((x0, y0), (x1, y1)) = (self.see(place(0.0)), self.see(place(1.0)));
        // Labels may follow each other across or down the page: room for the larger.
        let room = |label: &str| text::width(label, theme::TICK.size).max(theme::TICK.size) + 12.0;
        let ticks = axis.fitted_ticks((x1 - x0).hypot(y1 - y0), room).into_iter();
        ticks
            .filter(|tick| !tick.label.is_empty())
            .filter_map(|tick| Some((axis.fraction(tick.value)?.clamp(0.0, 1.0), tick.label)))
            .collect()
    }

    /// The three labelled edges of the box.
    fn draw_labels(&self, canvas: &Canvas) {
        // With the direction in which the labels stand out from the box, and how far.
        let edges = [
            (&self.surface.x, X_EDGE, (-0.5, 0.87), Align::Right, 13.0),
            (&self.surface.y, Y_EDGE, (0.5, 0.87), Align::Left, 12.0),
            (&self.surface.z, Z_EDGE, (-1.0, 0.0), Align::Right, theme::TICK_GAP),
        ];
        for (axis, place, (dx, dy), align, gap) in edges {
            canvas.line(&[self.see(place(0.0)), self.see(place(1.0))], theme::FRAME);
            for (t, label) in self.ticks(axis, place) {
                let (x, y) = self.see(place(t));
                let out = |by: f64| (x + by * dx, y + by * dy);
                canvas.line(&[(x, y), out(theme::TICK_LENGTH)], theme::FRAME);
                canvas.text(&label, out(gap), align, theme::TICK);
            }
        }
        let beside = |place: Place, by: f64| {
            let (x, y) = self.see(place(0.5));
            (x + by, y + 30.0)
        };
        canvas.text(
            &self.surface.x.title(),
            beside(X_EDGE, -24.0),
            Align::Right,
            theme::AXIS_LABEL,
        );
        canvas.text(&self.surface.y.title(), beside(Y_EDGE, 24.0), Align::Left, theme::AXIS_LABEL);
        let (x, y) = self.see(Z_EDGE(1.0));
        canvas.text(&self.surface.z.title(), (x, y - 14.0), Align::Center, theme::AXIS_LABEL);
    }
}

/// The polygon with its edges moved outwards, so that neighbours overlap and no seam shows.
fn inflate(corners: &[Point], by: f64) -> Vec<Point> {
    let n = corners.len();
    let edge = |k: usize| {
        let (a, b) = (corners[k % n], corners[(k + 1) % n]);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = dx.hypot(dy).max(1e-9);
        (dx / length, dy / length)
    };
    let area: f64 = (0..n)
        .map(|k| (corners[k], corners[(k + 1) % n]))
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum();
    let by = by * area.signum();
    (0..n)
        .map(|k| {
            // The mitre of the normals of the edges before and after, not longer than twice `by`.
            let ((ux, uy), (vx, vy)) = (edge(k + n - 1), edge(k));
            let grow = by / (1.0 + ux * vx + uy * vy).max(0.5);
            (corners[k].0 + grow * (uy + vy), corners[k].1 - grow * (ux + vx))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_is_seen_from_the_front_above_and_fits() {
        let rect = Rect { x: 100.0, y: 50.0, w: 400.0, h: 300.0 };
        let space = space(rect);
        let corner = |k: i32| (f64::from(k & 1), f64::from(k >> 1 & 1), f64::from(k >> 2));
        for point in (0..8).map(|k| see(&space, corner(k))) {
            let (x, y) = (point.0.clamp(99.0, 501.0), point.1.clamp(49.0, 351.0));
            assert_eq!((x, y), point, "outside the rectangle");
        }
        let (x, y, z) = (
            see(&space, (1.0, 0.0, 0.0)),
            see(&space, (0.0, 1.0, 0.0)),
            see(&space, (0.0, 0.0, 1.0)),
        );
        let origin = see(&space, (0.0, 0.0, 0.0));
        assert!(x.0 > origin.0 && x.1 > origin.1, "x to the right and to the front");
        assert!(y.0 > origin.0 && y.1 < origin.1, "y to the right and to the back");
        assert!((z.0 - origin.0).abs() < 0.2 && z.1 < origin.1, "z upwards");
    }

    #[test]
    fn inflating_moves_every_edge_outwards_whichever_way_it_is_wound() {
        let square = [(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)];
        let larger = [(-0.5, -0.5), (2.5, -0.5), (2.5, 2.5), (-0.5, 2.5)];
        assert_eq!(inflate(&square, 0.5), larger);
        let (mut square, mut larger) = (square, larger);
        square.reverse();
        larger.reverse();
        assert_eq!(inflate(&square, 0.5), larger);
    }
}
