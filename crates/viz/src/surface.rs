use plotters::coord::CoordTranslate;
use plotters::coord::ranged3d::Cartesian3d;
use plotters::coord::types::RangedCoordf64;

use crate::axis::extent;
use crate::canvas::{Align, Canvas, UNIT};
use crate::geometry::{Point, Rect};
use crate::stroke::Stroke;
use crate::{Axis, Color, Grid, Marker, clip, names, text, theme};

/// A function of two variables as a surface in space, coloured by height.
///
/// The x axis runs to the right, y away from the viewer, z upwards. Cells with a NaN corner stay
/// empty, and heights are clamped to the range of the z axis. Colours have the same range, unless
/// [`colored`](Surface::colored) gives them a scale of their own, which then has a bar.
///
/// ```
/// use viz::{Axis, Figure, Grid, Surface};
/// let grid = Grid::sample((-10.0, 10.0), (-10.0, 10.0), 41, |x, y| x * x / 20.0 + y * y);
/// let surface = Surface::new("f(x, y) = x²/20 + y²", grid)
///     .x_axis(Axis::linear("x", -10.0, 10.0))
///     .y_axis(Axis::linear("y", -10.0, 10.0))
///     .z_axis(Axis::linear("f", 0.0, 105.0))
///     .colored(Axis::log("f", 0.1, 100.0))
///     .point((0.0, 0.0, 0.0), "minimum");
/// let svg = Figure::new("A ravine").panel(surface).to_svg();
/// # assert!(svg.contains("polygon"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Surface {
    pub(crate) title: String,
    grid: Grid,
    x: Axis,
    y: Axis,
    z: Axis,
    pub(crate) scale: Option<Axis>,
    points: Vec<(Point3, String)>,
}

type Space = Cartesian3d<RangedCoordf64, RangedCoordf64, RangedCoordf64>;

/// A point in the box around the surface: coordinates from 0 to 1 along the axes.
type Point3 = (f64, f64, f64);

/// Angles of the view in radians: around the vertical, and downwards from the horizontal.
const YAW: f64 = 1.2;
const PITCH: f64 = 0.6;
/// Ratio of the box's height to its width.
const HEIGHT: f64 = 0.75;

/// Grey, since the highest parts of the surface may be white.
pub(crate) const FLOOR: Color = Color(0xEC, 0xEE, 0xF1);
pub(crate) const WALL: Color = Color(0xF3, 0xF4, 0xF6);
pub(crate) const PANE_GRID: Stroke = Stroke::solid(Color(0xD3, 0xD7, 0xDC), 0.8);

/// The surface has this many steps of colour, which the eye cannot tell apart.
const SHADES: f64 = 100.0;

/// An edge of the box: its point at a coordinate from 0 to 1.
type Edge = fn(f64) -> Point3;
/// The edges that carry the axes: front bottom, right bottom, left upright.
const X_EDGE: Edge = |t| (t, 0.0, 0.0);
const Y_EDGE: Edge = |t| (1.0, t, 0.0);
const Z_EDGE: Edge = |t| (0.0, 0.0, t);

impl Surface {
    /// The surface of `grid` with axes that fit it, in the colours of [viridis](Color::viridis).
    pub fn new(title: impl Into<String>, grid: Grid) -> Self {
        let fitting = |values: &[f64]| {
            let (lo, hi) = extent(values.iter().copied());
            Axis::linear("", lo, hi)
        };
        let (x, y, z) = (fitting(&grid.xs), fitting(&grid.ys), fitting(grid.values()));
        Self { title: title.into(), grid, x, y, z, scale: None, points: Vec::new() }
    }

    /// The axis to the right.
    pub fn x_axis(self, axis: Axis) -> Self {
        Self { x: axis, ..self }
    }

    /// The axis away from the viewer.
    pub fn y_axis(self, axis: Axis) -> Self {
        Self { y: axis, ..self }
    }

    /// The axis upwards.
    pub fn z_axis(self, axis: Axis) -> Self {
        Self { z: axis, ..self }
    }

    /// Colours of the heights by a scale of their own, such as a logarithmic one, which tells small
    /// heights apart. A height without a colour has the lowest.
    pub fn colored(self, scale: Axis) -> Self {
        Self { scale: Some(scale), ..self }
    }

    /// A marker at a point `(x, y, z)` with a name beside it, in front of the surface.
    pub fn point(mut self, point: (f64, f64, f64), name: impl Into<String>) -> Self {
        self.points.push((point, name.into()));
        self
    }

    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        let axes = [&mut self.x, &mut self.y, &mut self.z].into_iter().flat_map(Axis::texts_mut);
        let bar = self.scale.iter_mut().flat_map(|scale| scale.texts_mut());
        let names = self.points.iter_mut().map(|(_, name)| name);
        std::iter::once(&mut self.title).chain(axes).chain(bar).chain(names).collect()
    }

    pub(crate) fn draw(&self, canvas: &Canvas, rect: Rect) {
        // Leaves room for tick labels and axis titles at the left, below and at the right.
        let room = Rect { x: rect.x + 50.0, y: rect.y + 16.0, w: rect.w - 90.0, h: rect.h - 32.0 };
        let view = View::new(room);
        self.draw_box(canvas, &view);
        self.draw_facets(canvas, &view);
        self.draw_points(canvas, &view);
        self.draw_labels(canvas, &view);
    }

    /// The place in the box of a point of data.
    fn place(&self, (x, y, z): (f64, f64, f64)) -> Option<Point3> {
        let fraction = |axis: &Axis, value| Some(axis.fraction(value)?.clamp(0.0, 1.0));
        Some((fraction(&self.x, x)?, fraction(&self.y, y)?, fraction(&self.z, z)?))
    }

    /// The floor and the two walls behind the surface, with a grid at the ticks.
    fn draw_box(&self, canvas: &Canvas, view: &View) {
        let panes = [
            ([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], FLOOR),
            ([(0, 0, 0), (0, 1, 0), (0, 1, 1), (0, 0, 1)], WALL),
            ([(0, 1, 0), (1, 1, 0), (1, 1, 1), (0, 1, 1)], WALL),
        ];
        for (pane, color) in panes {
            let see = |(x, y, z)| view.see((f64::from(x), f64::from(y), f64::from(z)));
            canvas.polygon(&pane.map(see), color, 1.0);
        }
        let line = |from, to| canvas.line(&[view.see(from), view.see(to)], PANE_GRID);
        for (t, _) in ticks(&self.x, view, X_EDGE) {
            line((t, 0.0, 0.0), (t, 1.0, 0.0));
            line((t, 1.0, 0.0), (t, 1.0, 1.0));
        }
        for (t, _) in ticks(&self.y, view, Y_EDGE) {
            line((0.0, t, 0.0), (1.0, t, 0.0));
            line((0.0, t, 0.0), (0.0, t, 1.0));
        }
        for (t, _) in ticks(&self.z, view, Z_EDGE) {
            line((0.0, 1.0, t), (1.0, 1.0, t));
            line((0.0, 1.0, t), (0.0, 0.0, t));
        }
    }

    /// The cells row by row from back to front. Those of one shade in a row are one strip, which
    /// makes a file a quarter as large.
    fn draw_facets(&self, canvas: &Canvas, view: &View) {
        let grid = &self.grid;
        // No line of sight comes back to a row or a column: x runs to the front, y to the back.
        let columns = nodes(&self.x, &grid.xs);
        let mut rows = nodes(&self.y, &grid.ys);
        rows.reverse();
        let scale = self.scale.as_ref().unwrap_or(&self.z);
        let see = |(i, j)| Some(view.see(self.place((grid.xs[i], grid.ys[j], grid.at(i, j)))?));
        for row in rows.windows(2) {
            let facet = |column: &[usize]| {
                let [left, right] = [column[0], column[1]].map(|i| [(i, row[0]), (i, row[1])]);
                let height = grid.mean(&[left[0], left[1], right[1], right[0]]);
                let shade = SHADES * scale.fraction(height).unwrap_or(0.0);
                let [[a, b], [c, d]] = [left, right].map(|ends| ends.map(see));
                Some(Facet { shade: shade.round() as usize, sides: [[a?, b?], [c?, d?]] })
            };
            let facets: Vec<Option<Facet>> = columns.windows(2).map(facet).collect();
            let kind = |facet: &Option<Facet>| facet.as_ref().map(|f| (f.shade, f.area() < 0.0));
            for strip in facets.chunk_by(|a, b| kind(a) == kind(b)) {
                let Some(Some(first)) = strip.first() else { continue };
                let edge = |k: usize| -> Vec<Point> {
                    let sides = strip.iter().flatten().map(|facet| facet.sides[1]);
                    std::iter::once(first.sides[0]).chain(sides).map(|side| side[k]).collect()
                };
                let [back, front] = [edge(0), edge(1)].map(|edge| clip::thinned(&edge));
                let outline: Vec<Point> = back.into_iter().chain(front.into_iter().rev()).collect();
                let color = Color::viridis(first.shade as f64 / SHADES);
                canvas.polygon(&inflate(&outline, 0.3), color, 1.0);
            }
        }
    }

    fn draw_points(&self, canvas: &Canvas, view: &View) {
        for (point, name) in &self.points {
            let Some(at) = self.place(*point).map(|point| view.see(point)) else { continue };
            Marker::Plus.draw(canvas, at, 6.0, Color::VERMILLION, true);
            let (font, beside) = (theme::AXIS_LABEL, (at.0 + 11.0, at.1));
            let half = font.size / 2.0 + 2.0;
            let w = text::width(name, font.size) + 6.0;
            let behind = Rect { x: beside.0 - 3.0, y: at.1 - half, w, h: 2.0 * half };
            canvas.rect(behind, theme::WHITE, 0.85);
            canvas.text(name, beside, Align::Left, font);
        }
    }

    /// The three edges with their ticks and titles.
    fn draw_labels(&self, canvas: &Canvas, view: &View) {
        let Surface { x, y, z, .. } = self;
        // The direction from the box to the labels, and their distance.
        let edges = [
            (x, X_EDGE, (-0.5, 0.87), Align::Right, 13.0),
            (y, Y_EDGE, (0.5, 0.87), Align::Left, 12.0),
            (z, Z_EDGE, (-1.0, 0.0), Align::Right, theme::TICK_GAP),
        ];
        for (axis, edge, (dx, dy), align, gap) in edges {
            canvas.line(&[view.see(edge(0.0)), view.see(edge(1.0))], theme::FRAME);
            for (t, label) in ticks(axis, view, edge) {
                let (x, y) = view.see(edge(t));
                let out = |by: f64| (x + by * dx, y + by * dy);
                canvas.line(&[(x, y), out(theme::TICK_LENGTH)], theme::FRAME);
                canvas.text(&label, out(gap), align, theme::TICK);
            }
        }
        let titles = [
            (x, X_EDGE(0.5), (-24.0, 30.0), Align::Right),
            (y, Y_EDGE(0.5), (24.0, 30.0), Align::Left),
            (z, Z_EDGE(1.0), (0.0, -14.0), Align::Center),
        ];
        for (axis, point, (dx, dy), align) in titles {
            let (x, y) = view.see(point);
            canvas.text(&axis.title(), (x + dx, y + dy), align, theme::AXIS_LABEL);
        }
    }
}

/// Coordinates and labels of the ticks of an axis along an edge.
fn ticks(axis: &Axis, view: &View, edge: Edge) -> Vec<(f64, String)> {
    let ((x0, y0), (x1, y1)) = (view.see(edge(0.0)), view.see(edge(1.0)));
    // Labels may follow each other across or down the page: room for the larger size.
    let room = |label: &str| text::width(label, theme::TICK.size).max(theme::TICK.size) + 12.0;
    let ticks = axis.fitted_ticks(libm::hypot(x1 - x0, y1 - y0), room);
    names::labelled(&ticks).map(|tick| (tick.at.clamp(0.0, 1.0), tick.label.clone())).collect()
}

/// The nodes of a grid along an axis, from its beginning to its end.
fn nodes(axis: &Axis, values: &[f64]) -> Vec<usize> {
    let mut nodes: Vec<usize> = (0..values.len()).collect();
    let place = |k: usize| axis.fraction(values[k]).unwrap_or(0.0);
    nodes.sort_by(|&a, &b| place(a).total_cmp(&place(b)));
    nodes
}

/// A cell of the surface as it is seen.
struct Facet {
    /// From 0 for the lowest colour to [`SHADES`].
    shade: usize,
    /// Its left and right sides, each from the back to the front.
    sides: [[Point; 2]; 2],
}

impl Facet {
    /// Negative where the surface is seen from below. A strip of both would fold over itself.
    fn area(&self) -> f64 {
        let [[a, b], [c, d]] = self.sides;
        area(&[a, b, d, c])
    }
}

/// plotters' projection of the box to the canvas.
struct View(Space);

impl View {
    /// The view in which the box is as large as fits into `rect`.
    fn new(rect: Rect) -> Self {
        let middle = |from: f64, to: f64| ((from + to) / 2.0 * UNIT) as i32;
        let (x, y) = (middle(rect.x, rect.right()), middle(rect.y, rect.bottom()));
        let of_side = |side: f64| {
            let (x, y) = (x..x, y..y);
            let size = (side as i32, (HEIGHT * side) as i32, side as i32);
            let mut space = Space::new(0.0..1.0, 0.0..1.0, 0.0..1.0, (x.clone(), y.clone()));
            space.set_coord_pixel_range(x.clone(), y.clone(), size);
            space.set_projection(x, y, |mut view| {
                view.yaw = YAW;
                view.pitch = PITCH;
                view.into_matrix()
            });
            Self(space)
        };
        // The projection is linear: the size of the box with side 1000 gives the side that fits.
        let trial = of_side(1000.0);
        let (w, h) = corners().fold((0.0_f64, 0.0_f64), |(w, h), corner| {
            let (x, y) = trial.see(corner);
            let (dx, dy) = (x - (rect.x + rect.w / 2.0), y - (rect.y + rect.h / 2.0));
            (w.max(2.0 * dx.abs()), h.max(2.0 * dy.abs()))
        });
        of_side(1000.0 * (rect.w / w).min(rect.h / h))
    }

    /// Where the viewer sees a point of the box.
    fn see(&self, point: Point3) -> Point {
        let (x, y) = self.0.translate(&to_plotters(point));
        (f64::from(x) / UNIT, f64::from(y) / UNIT)
    }
}

/// The eight corners of the box.
fn corners() -> impl Iterator<Item = Point3> {
    (0..8).map(|k| (f64::from(k & 1), f64::from(k >> 1 & 1), f64::from(k >> 2)))
}

/// plotters' second axis is the vertical one, and its third points to the viewer.
fn to_plotters((x, y, z): Point3) -> Point3 {
    (x, z, 1.0 - y)
}

/// The polygon with its edges moved outwards by `by`, so that neighbours overlap and no seams show.
fn inflate(corners: &[Point], by: f64) -> Vec<Point> {
    let n = corners.len();
    let edge = |k: usize| {
        let (a, b) = (corners[k % n], corners[(k + 1) % n]);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let length = libm::hypot(dx, dy).max(1e-9);
        (dx / length, dy / length)
    };
    let by = by * area(corners).signum();
    (0..n)
        .map(|k| {
            // Along the mitre of the two edges that meet here, by at most twice `by`.
            let ((ux, uy), (vx, vy)) = (edge(k + n - 1), edge(k));
            let grow = by / (1.0 + ux * vx + uy * vy).max(0.5);
            (corners[k].0 + grow * (uy + vy), corners[k].1 - grow * (ux + vx))
        })
        .collect()
}

/// Twice the area of a polygon; its sign says which way it is wound.
fn area(corners: &[Point]) -> f64 {
    let next = corners.iter().cycle().skip(1);
    corners.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_box_is_seen_from_the_front_above_and_fits() {
        let rect = Rect { x: 100.0, y: 50.0, w: 400.0, h: 300.0 };
        let view = View::new(rect);
        for point in corners().map(|corner| view.see(corner)) {
            let (x, y) = (point.0.clamp(99.0, 501.0), point.1.clamp(49.0, 351.0));
            assert_eq!((x, y), point, "outside the rectangle");
        }
        let [origin, x, y, z] =
            [X_EDGE(0.0), X_EDGE(1.0), (0.0, 1.0, 0.0), Z_EDGE(1.0)].map(|point| view.see(point));
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
