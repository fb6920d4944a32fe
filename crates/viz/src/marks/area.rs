use super::stairs::stairs;
use crate::data::{MarkData, MarkKind};
use crate::geometry::Point;
use crate::legend::{Key, Swatch};
use crate::plot::Plot;
use crate::{Color, clip};

/// The area between a lower and an upper curve, for example the spread over seeds.
///
/// A point with a NaN or infinite coordinate breaks the area.
///
/// ```
/// use viz::{Area, Color};
/// let range = Area::new(Color::BLUE, [(0.0, 0.1, 0.3), (1.0, 0.4, 0.7)]).named("min–max");
/// let deviation = Area::new(Color::BLUE, [(0.0, 0.15, 0.25), (1.0, 0.5, 0.6)]).opacity(0.25);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use]
pub struct Area {
    pub(super) name: String,
    pub(super) color: Color,
    points: Vec<(f64, f64, f64)>,
    opacity: f64,
    stepped: bool,
}

impl Area {
    /// The area through points `(x, lower, upper)`, with opacity 0.15.
    pub fn new(color: Color, points: impl IntoIterator<Item = (f64, f64, f64)>) -> Self {
        let points = points.into_iter().collect();
        Self { name: String::new(), color, points, opacity: 0.15, stepped: false }
    }

    /// The name for the legend.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Opacity from 0 to 1.
    pub fn opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    /// Bounded by stairs, as [`Line::stepped`](crate::Line::stepped).
    pub fn stepped(self) -> Self {
        Self { stepped: true, ..self }
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let points = self.points.iter().map(|&(x, lower, upper)| (x, (lower, upper)));
        let points = if self.stepped { stairs(points) } else { points.collect() };
        let place = |(x, (lower, upper))| Some([plot.place((x, lower))?, plot.place((x, upper))?]);
        let placed: Vec<Option<[Point; 2]>> = points.into_iter().map(place).collect();
        for run in placed.split(Option::is_none) {
            let edge =
                |k: usize| -> Vec<Point> { run.iter().flatten().map(|both| both[k]).collect() };
            let [lower, upper] = [edge(0), edge(1)].map(|edge| clip::thinned(&edge));
            let outline: Vec<Point> = lower.into_iter().chain(upper.into_iter().rev()).collect();
            plot.fill(&outline, self.color, self.opacity);
        }
    }

    pub(crate) fn data(&self) -> MarkData {
        let points = self.points.iter().map(|&(x, low, high)| vec![x, low, high]).collect();
        let data = MarkData::new(MarkKind::Band, self.color, points);
        MarkData { opacity: self.opacity, stepped: self.stepped, ..data }
    }

    pub(crate) fn key(&self) -> Option<Key> {
        Key::new(&self.name, Swatch::Patch(self.color, self.opacity))
    }
}
