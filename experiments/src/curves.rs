//! A measured series as marks of a figure.

use tensor_ops::smooth::{BOOK_BETA, BOOK_WINDOW, smooth_curve};
use viz::{Band as Area, Color, Line, LineStyle, Mark, Marker};

use crate::Metrics;
use crate::bands::Band;

/// How a series is drawn.
#[derive(Clone, Debug)]
pub struct Style<'a> {
    /// Its name in the legend.
    pub name: &'a str,
    /// Its colour.
    pub color: Color,
    /// Solid or dashed.
    pub line: LineStyle,
    /// A marker at every so many points.
    pub marker: Option<(Marker, usize)>,
}

impl<'a> Style<'a> {
    /// A solid line.
    pub fn solid(name: &'a str, color: Color) -> Self {
        Self { name, color, line: LineStyle::Solid, marker: None }
    }

    /// A dashed line.
    pub fn dashed(name: &'a str, color: Color) -> Self {
        Self { line: LineStyle::Dashed, ..Self::solid(name, color) }
    }

    /// The same with a marker at every `every`-th point.
    #[must_use]
    pub fn marker(self, marker: Marker, every: usize) -> Self {
        Self { marker: Some((marker, every)), ..self }
    }
}

/// A series of `metrics.csv`: (part, series, metric).
pub type Name<'a> = (&'a str, &'a str, &'a str);

/// The mean over seeds as a line; with several seeds also the range (light) and one standard
/// deviation around the mean (darker). A step at which a run is NaN is left out.
pub fn curve(metrics: &Metrics, (part, series, metric): Name<'_>, style: &Style<'_>) -> Vec<Mark> {
    draw(&metrics.bands(part, series, metric), style)
}

/// The same after the book's smoothing of every run.
pub fn smoothed(metrics: &Metrics, name: Name<'_>, style: &Style<'_>) -> Vec<Mark> {
    let (part, series, metric) = name;
    let steps = metrics.series(part, series, metric);
    let runs = steps.first().map_or(0, |(_, values)| values.len());
    let smooth = |run: usize| {
        let values: Vec<f64> = steps.iter().map(|(_, values)| values[run]).collect();
        smooth_curve(&values, BOOK_WINDOW, BOOK_BETA)
    };
    let smooth: Vec<Vec<f64>> = (0..runs).map(smooth).collect();
    let bands = steps.iter().enumerate().map(|(i, (step, _))| {
        let values: Vec<f64> = smooth.iter().map(|run| run[i]).collect();
        (*step, Band::of(&values))
    });
    draw(&bands.collect::<Vec<_>>(), style)
}

/// Bands by step, drawn as [`curve`] does.
pub fn draw(bands: &[(usize, Band)], style: &Style<'_>) -> Vec<Mark> {
    let points = bands.iter().map(|(step, band)| (*step as f64, band.mean));
    let mut line = Line::new(style.color, points).style(style.line).named(style.name);
    if let Some((marker, every)) = style.marker {
        line = line.marker(marker, every);
    }
    if bands.iter().all(|(_, band)| band.runs < 2) {
        return vec![line.into()];
    }
    let range = bands.iter().map(|(step, band)| (*step as f64, band.min, band.max));
    let deviation =
        bands.iter().map(|(step, band)| (*step as f64, band.mean - band.std, band.mean + band.std));
    vec![
        Area::new(style.color, range).opacity(0.12).into(),
        Area::new(style.color, deviation).opacity(0.2).into(),
        line.into(),
    ]
}
