//! A figure as data: what a page needs to show values under the pointer, to draw a panel on another
//! scale, and what a reader needs to draw the figure anew.

use serde::{Serialize, Serializer};

use crate::{Color, Marker};

/// The contents of one panel of a figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
#[must_use]
pub struct PanelData {
    /// The title; empty without one.
    pub title: String,
    /// The horizontal axis.
    pub x: AxisData,
    /// The vertical axis.
    pub y: AxisData,
    /// The marks in the order in which they are drawn.
    pub marks: Vec<MarkData>,
}

/// An axis of a panel.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AxisData {
    /// The label with its unit.
    pub title: String,
    /// How values are spread along it.
    pub scale: AxisScale,
    /// The value at the left end of an x axis, or at the lower end of a y axis.
    pub from: f64,
    /// The value at the other end.
    pub to: f64,
    /// The names of categories.
    pub names: Vec<String>,
}

/// How values are spread along an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AxisScale {
    /// Evenly.
    Linear,
    /// By their logarithms.
    Log,
    /// Names at 0, 1, 2, …
    Categories,
}

/// What a mark is, and what the numbers of each of its points are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MarkKind {
    /// A curve: x, y.
    Line,
    /// The area between two curves: x, lower, upper.
    Band,
    /// Markers: x, y, and of coloured ones the value of the colour.
    Points,
    /// Horizontal bars: value, index of the category.
    Bars,
    /// Vertical bars over bins: left edge, right edge, count.
    Histogram,
    /// A text beside a point: x, y; in a corner it has none.
    Text,
    /// A mark whose data is not passed on: contours, arrows, heat maps.
    #[default]
    Other,
}

/// A mark: a curve, the band around it, points, bars.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MarkData {
    /// What it is.
    pub kind: MarkKind,
    /// The name in the legend of the series that it belongs to; empty without one.
    pub series: String,
    /// The colour as `#RRGGBB`; empty for other marks.
    pub color: String,
    /// Width of a line, or half the width of a marker, in units of the SVG.
    pub size: f64,
    /// From 0 to 1.
    pub opacity: f64,
    /// Lengths of dash and gap in units of the SVG; `None` for a solid line.
    pub dash: Option<[f64; 2]>,
    /// The shape of points, and of the markers on a line.
    pub marker: Option<Marker>,
    /// At every how many points of a line a marker stands; 0 without markers.
    pub every: usize,
    /// Whether each value of a curve or a band holds until the next x.
    pub stepped: bool,
    /// The points.
    #[serde(serialize_with = "short")]
    pub points: Vec<Vec<f64>>,
    /// Of a line that is a mean: the values of single runs, each as many as there are points.
    #[serde(serialize_with = "short")]
    pub runs: Vec<Vec<f64>>,
    /// What the values of coloured points are.
    pub value: String,
}

/// Where a panel is in the SVG of its figure, in the units of its `viewBox`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PanelPlace {
    /// Left edge of the plot area.
    pub left: f64,
    /// Upper edge of the plot area.
    pub top: f64,
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// Whether its own tick labels are drawn at its x axis, not those of a neighbour.
    pub x_labels: bool,
    /// The same of its y axis.
    pub y_labels: bool,
}

impl PanelData {
    /// The same with about `most` evenly spaced points of each curve and band, and the last: a
    /// screen shows no more than its pixels.
    pub fn thinned(mut self, most: usize) -> Self {
        self.marks = self.marks.into_iter().map(|mark| mark.thinned(most)).collect();
        self
    }
}

impl MarkData {
    pub(crate) fn new(kind: MarkKind, color: Color, points: Vec<Vec<f64>>) -> Self {
        Self { kind, color: color.hex(), opacity: 1.0, points, ..Self::default() }
    }

    fn thinned(mut self, most: usize) -> Self {
        let stride = self.points.len().div_ceil(most.max(1));
        if stride > 1 && matches!(self.kind, MarkKind::Line | MarkKind::Band) {
            let last = self.points.len() - 1;
            keep(&mut self.points, stride, last);
            self.runs.iter_mut().for_each(|run| keep(run, stride, last));
            self.every = self.every.div_ceil(stride);
        }
        self
    }
}

/// Keeps every `stride`-th value and the last.
fn keep<T>(values: &mut Vec<T>, stride: usize, last: usize) {
    let mut k = 0..;
    values.retain(|_| k.next().is_some_and(|k: usize| k.is_multiple_of(stride) || k == last));
}

/// Writes numbers with six significant digits, and NaN as null.
fn short<S: Serializer>(rows: &[Vec<f64>], serializer: S) -> Result<S::Ok, S::Error> {
    let rows = rows.iter().map(|row| row.iter().copied().map(rounded).collect::<Vec<f64>>());
    serializer.collect_seq(rows)
}

fn rounded(v: f64) -> f64 {
    format!("{v:.5e}").parse().unwrap_or(v)
}
