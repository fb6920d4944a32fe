use crate::canvas::UNIT;
use crate::data::{MarkData, MarkKind};
use crate::geometry::Rect;
use crate::legend::{Key, Swatch};
use crate::plot::{Obstacle, Plot};
use crate::{Axis, Color, Marker, dark};

/// Markers at points, in one colour or each in the colour of a value.
///
/// Points outside the ranges of the axes, and points with a NaN or infinite coordinate or value,
/// are not drawn.
///
/// ```
/// use viz::{Axis, Color, Marker, Scatter};
/// let diverged = Scatter::new(Color::INK, [(3.0, 0.1)]).marker(Marker::Cross).named("diverged");
/// let accuracy = Axis::linear("accuracy", 0.0, 1.0);
/// let trials = Scatter::colored(accuracy, [(1e-2, 1e-5, 0.83), (1e-6, 1e-7, 0.12)]);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Scatter {
    pub(super) name: String,
    pub(super) scale: Option<Axis>,
    points: Vec<Point>,
    /// In the legend.
    pub(super) color: Color,
    marker: Marker,
    radius: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct Point {
    at: (f64, f64),
    /// What the colour says.
    value: Option<f64>,
    color: Color,
}

impl Scatter {
    /// Circles of one colour.
    pub fn new(color: Color, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let painted = |at| Point { at, value: None, color };
        Self::painted(None, color, points.into_iter().map(painted).collect())
    }

    /// Circles at the `(x, y)` of points `(x, y, value)`, in the colour of the value.
    pub fn colored(scale: Axis, points: impl IntoIterator<Item = (f64, f64, f64)>) -> Self {
        let painted = |(x, y, value)| {
            Some(Point { at: (x, y), value: Some(value), color: scale.color(value)? })
        };
        let points = points.into_iter().filter_map(painted).collect();
        let color = Color::viridis(0.5);
        Self::painted(Some(scale), color, points)
    }

    fn painted(scale: Option<Axis>, color: Color, points: Vec<Point>) -> Self {
        Self { name: String::new(), scale, points, color, marker: Marker::Circle, radius: 4.5 }
    }

    /// The name for the legend.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// The shape of the markers.
    pub fn marker(self, marker: Marker) -> Self {
        Self { marker, ..self }
    }

    /// Half the width of a marker in logical pixels; 4.5 by default.
    pub fn radius(self, radius: f64) -> Self {
        Self { radius, ..self }
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        match self.scale {
            Some(_) => plot.canvas.group(dark::COLORED, "", || self.draw_points(plot)),
            None => self.draw_points(plot),
        }
    }

    fn draw_points(&self, plot: &Plot) {
        for &Point { at, color, .. } in &self.points {
            if let Some(at) = plot.visible(at) {
                self.marker.draw(plot.canvas, at, self.radius, color, true);
            }
        }
    }

    pub(crate) fn data(&self) -> MarkData {
        let numbers = |point: &Point| match point.value {
            Some(value) => vec![point.at.0, point.at.1, value],
            None => vec![point.at.0, point.at.1],
        };
        MarkData {
            size: self.radius * UNIT,
            marker: Some(self.marker),
            value: self.scale.as_ref().map_or(String::new(), |scale| scale.label.clone()),
            ..MarkData::new(MarkKind::Points, self.color, self.points.iter().map(numbers).collect())
        }
    }

    pub(super) fn obstacles(&self, plot: &Plot) -> Vec<Obstacle> {
        let r = self.radius;
        let around = |(x, y)| Rect { x: x - r, y: y - r, w: 2.0 * r, h: 2.0 * r };
        let places = self.points.iter().filter_map(|point| plot.visible(point.at));
        places.map(|place| Obstacle::Area(around(place))).collect()
    }

    pub(crate) fn key(&self) -> Option<Key> {
        Key::new(&self.name, Swatch::Marker(self.marker, self.radius, self.color))
    }
}
