use super::stairs::stairs;
use crate::canvas::{Align, UNIT};
use crate::data::{MarkData, MarkKind};
use crate::geometry::{Point, Rect};
use crate::legend::{Key, Swatch};
use crate::plot::{Obstacle, Plot};
use crate::stroke::Stroke;
use crate::text::{self, Font};
use crate::{Color, LineStyle, Marker, theme};

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
#[must_use]
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
    /// The number of the first point, and at every how many points one stands.
    numbered: Option<(usize, usize)>,
}

const NUMBER: Font = Font { size: 10.0, ..theme::TICK };

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
            numbered: None,
        }
    }

    /// The name for the legend.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self }
    }

    /// Solid, dashed or dotted.
    pub fn style(self, style: LineStyle) -> Self {
        Self { style, ..self }
    }

    /// Width in logical pixels.
    pub fn width(self, width: f64) -> Self {
        Self { width, ..self }
    }

    /// Opacity from 0 to 1, for curves that are only context.
    pub fn opacity(self, opacity: f64) -> Self {
        Self { opacity, ..self }
    }

    /// A marker on every `every`-th point, beginning with the first; 0 counts as 1.
    pub fn marker(self, marker: Marker, every: usize) -> Self {
        Self { marker: Some((marker, every.max(1))), ..self }
    }

    /// The single runs of which the line is the mean, each a value at every x of the line. They are
    /// not drawn; [`Figure::data`](crate::Figure::data) has them.
    pub fn runs(self, runs: Vec<Vec<f64>>) -> Self {
        Self { runs, ..self }
    }

    /// Draws stairs instead of slopes: each value holds until the x of the next point, as the best
    /// result so far does.
    pub fn stepped(self) -> Self {
        Self { stepped: true, ..self }
    }

    /// Numbers beside every `every`-th point and the last, counted from `first`, the number of the
    /// first point; 0 counts as every one. A number is left out where there is no room, or where it
    /// would stand nearer to another point.
    pub fn numbered(self, first: usize, every: usize) -> Self {
        Self { numbered: Some((first, every.max(1))), ..self }
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
                let crowded = libm::hypot(at.0 - last.0, at.1 - last.1) < radius;
                marker.draw(plot.canvas, at, radius, self.color, !crowded);
                last = at;
            }
        }
        if let Some((first, every)) = self.numbered {
            self.draw_numbers(plot, first, every);
        }
    }

    fn draw_numbers(&self, plot: &Plot, first: usize, every: usize) {
        let reach = marker_radius(self.width) + 3.0;
        let points: Vec<Point> = self.points.iter().filter_map(|&p| plot.visible(p)).collect();
        let last = self.points.len().saturating_sub(1);
        let mut taken: Vec<Rect> = Vec::new();
        // The ends first: they must be seen.
        let inner = (0..last).step_by(every).skip(1);
        for point in [0, last].into_iter().chain(inner) {
            let Some(at) = self.points.get(point).and_then(|&p| plot.visible(p)) else { continue };
            let label = (first + point).to_string();
            let (w, h) = (text::width(&label, NUMBER.size), NUMBER.size);
            let free = |side: &Rect| {
                let (x, y) = (side.x + w / 2.0, side.y + h / 2.0);
                let distance = |p: Point| libm::hypot(p.0 - x, p.1 - y);
                // A number nearer to another point would be read as that one's.
                !taken.iter().any(|other| other.meets(side))
                    && !points.iter().any(|&p| side.contains(p) || distance(p) < distance(at))
            };
            let Some(side) = plot.beside(at, (w, h), reach, free) else { continue };
            let font = Font { color: self.color, ..NUMBER };
            let middle = (side.x + w / 2.0, side.y + h / 2.0);
            plot.canvas.text(&label, middle, Align::Center, font);
            taken.push(side);
        }
    }

    pub(super) fn obstacles(&self, plot: &Plot) -> Vec<Obstacle> {
        let segments = self
            .points
            .windows(2)
            .filter_map(|ends| Some(Obstacle::Segment(plot.place(ends[0])?, plot.place(ends[1])?)));
        segments.collect()
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
            stepped: self.stepped,
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
