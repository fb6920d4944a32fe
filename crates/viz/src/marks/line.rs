use super::stairs;
use crate::canvas::UNIT;
use crate::data::{MarkData, MarkKind};
use crate::geometry::Point;
use crate::legend::{Key, Swatch};
use crate::plot::Plot;
use crate::stroke::Stroke;
use crate::{Color, LineStyle, Marker};

/// A curve through points, in the order given.
///
/// A point with a NaN or infinite coordinate breaks the curve: it is neither drawn nor bridged. A
/// point without a neighbour on the curve is drawn as a dot.
///
/// ```
/// use viz::{Color, Line, LineStyle, Marker};
/// let losses = [2.3, 1.1, f64::NAN, 0.4];
/// let line = Line::new(Color::BLUE, (0..).map(f64::from).zip(losses))
///     .named("SGD")
///     .style(LineStyle::Dashed)
///     .marker(Marker::Circle, 100);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub(super) name: String,
    pub(super) color: Color,
    points: Vec<(f64, f64)>,
    style: LineStyle,
    width: f64,
    opacity: f64,
    marker: Option<(Marker, usize)>,
    runs: Vec<Vec<f64>>,
    stepped: bool,
}

impl Line {
    /// A solid line 1.7 pixels wide through `points`.
    pub fn new(color: Color, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self {
            name: String::new(),
            color,
            points: points.into_iter().collect(),
            style: LineStyle::Solid,
            width: 1.7,
            opacity: 1.0,
            marker: None,
            runs: Vec::new(),
            stepped: false,
        }
    }

    /// The name for the legend.
    #[must_use]
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Solid, dashed or dotted.
    #[must_use]
    pub fn style(mut self, style: LineStyle) -> Self {
        self.style = style;
        self
    }

    /// Width in logical pixels.
    #[must_use]
    pub fn width(mut self, width: f64) -> Self {
        self.width = width;
        self
    }

    /// Opacity from 0 to 1, for curves that are only context.
    #[must_use]
    pub fn opacity(mut self, opacity: f64) -> Self {
        self.opacity = opacity;
        self
    }

    /// A marker on every `every`-th point, beginning with the first; 0 counts as 1.
    #[must_use]
    pub fn marker(mut self, marker: Marker, every: usize) -> Self {
        self.marker = Some((marker, every.max(1)));
        self
    }

    /// The single runs of which the line is the mean, each a value at every x of the line. They are
    /// not drawn; [`Figure::data`](crate::Figure::data) has them.
    #[must_use]
    pub fn runs(mut self, runs: Vec<Vec<f64>>) -> Self {
        self.runs = runs;
        self
    }

    /// Draws stairs instead of slopes: each value holds until the x of the next point, as the best
    /// result so far does.
    #[must_use]
    pub fn stepped(mut self) -> Self {
        self.stepped = true;
        self
    }

    fn stroke(&self) -> Stroke {
        Stroke { color: self.color, width: self.width, opacity: self.opacity, style: self.style }
    }

    pub(crate) fn draw(&self, plot: &Plot) {
        let points = self.points.iter().copied();
        if self.stepped {
            plot.line(stairs(points), self.stroke());
        } else {
            plot.line(points, self.stroke());
        }
        let placed: Vec<Option<Point>> = self.points.iter().map(|&p| plot.place(p)).collect();
        for run in placed.split(Option::is_none) {
            if let &[Some(lone)] = run
                && plot.rect.contains(lone)
            {
                plot.canvas.disc(lone, self.width * 0.8, self.color, self.opacity);
            }
        }
        if let Some((marker, every)) = self.marker {
            let radius = marker_radius(self.width);
            let mut last = (f64::NEG_INFINITY, 0.0);
            for at in self.points.iter().step_by(every).filter_map(|&p| plot.visible(p)) {
                // Where markers crowd, white edges would wash out the colour.
                let crowded = (at.0 - last.0).hypot(at.1 - last.1) < radius;
                marker.draw(plot.canvas, at, radius, self.color, !crowded);
                last = at;
            }
        }
    }

    pub(crate) fn data(&self) -> MarkData {
        let points = self.points.iter().map(|&(x, y)| vec![x, y]).collect();
        MarkData {
            size: self.width * UNIT,
            opacity: self.opacity,
            dash: self.style.pattern().map(|dash_and_gap| {
                <[f64; 2]>::from(dash_and_gap).map(|widths| widths * self.width * UNIT)
            }),
            marker: self.marker.map(|(marker, _)| marker),
            every: self.marker.map_or(0, |(_, every)| every),
            runs: self.runs.clone(),
            ..MarkData::new(MarkKind::Line, self.color, points)
        }
    }

    pub(crate) fn key(&self) -> Option<Key> {
        let marker = self.marker.map(|(marker, _)| (marker, marker_radius(self.width)));
        Key::new(&self.name, Swatch::Line(self.stroke(), marker))
    }
}

fn marker_radius(width: f64) -> f64 {
    2.2 + 0.8 * width
}
