use crate::legend::{Key, Swatch};
use crate::plot::Plot;
use crate::{Color, ColorScale, Marker};

/// Markers at points, in one colour or each in the colour of a value.
///
/// Points outside the axes' ranges, and points with a NaN or infinite coordinate or value, are not
/// drawn.
///
/// ```
/// use viz::{Axis, Color, ColorMap, ColorScale, Marker, Scatter};
/// let diverged = Scatter::new(Color::INK, [(3.0, 0.1)]).marker(Marker::Cross).named("diverged");
/// let accuracy = ColorScale::new(Axis::linear("accuracy", 0.0, 1.0), ColorMap::Viridis);
/// let trials = Scatter::colored(accuracy, [(1e-2, 1e-5, 0.83), (1e-6, 1e-7, 0.12)]);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Scatter {
    name: String,
    points: Vec<(f64, f64)>,
    paint: Paint,
    marker: Marker,
    radius: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Paint {
    One(Color),
    Each(ColorScale, Vec<f64>),
}

impl Scatter {
    /// Circles of one colour.
    pub fn new(color: Color, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self::painted(points.into_iter().collect(), Paint::One(color))
    }

    /// Circles at the `(x, y)` of points `(x, y, value)`, in the colour of the value.
    pub fn colored(scale: ColorScale, points: impl IntoIterator<Item = (f64, f64, f64)>) -> Self {
        let (points, values) = points.into_iter().map(|(x, y, value)| ((x, y), value)).unzip();
        Self::painted(points, Paint::Each(scale, values))
    }

    fn painted(points: Vec<(f64, f64)>, paint: Paint) -> Self {
        Self { name: String::new(), points, paint, marker: Marker::Circle, radius: 4.5 }
    }

    /// The name for the legend.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The shape of the markers.
    #[must_use]
    pub fn marker(mut self, marker: Marker) -> Self {
        self.marker = marker;
        self
    }

    /// Half the width of a marker in logical pixels; 4.5 if not given.
    #[must_use]
    pub fn radius(mut self, radius: f64) -> Self {
        self.radius = radius;
        self
    }

    pub(crate) fn scale(&self) -> Option<&ColorScale> {
        match &self.paint {
            Paint::One(_) => None,
            Paint::Each(scale, _) => Some(scale),
        }
    }

    fn color(&self, k: usize) -> Option<Color> {
        match &self.paint {
            Paint::One(color) => Some(*color),
            Paint::Each(scale, values) => scale.color(values[k]),
        }
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        for (k, &point) in self.points.iter().enumerate() {
            if let (Some(at), Some(color)) = (plot.visible(point), self.color(k)) {
                self.marker.draw(plot.canvas, at, self.radius, color, true);
            }
        }
    }

    pub(crate) fn key(&self) -> Option<Key> {
        let color = match &self.paint {
            Paint::One(color) => *color,
            Paint::Each(scale, _) => scale.map.at(0.5),
        };
        Key::new(&self.name, Swatch::Marker(self.marker, self.radius, color))
    }

    pub(crate) fn texts_mut(&mut self) -> Vec<&mut String> {
        let mut texts = vec![&mut self.name];
        if let Paint::Each(scale, _) = &mut self.paint {
            texts.extend(scale.axis.texts_mut());
        }
        texts
    }
}
