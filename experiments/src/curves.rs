//! A measured series as marks of a figure.

use viz::{Band, Color, Line, LineStyle, Mark};

use crate::Metrics;

/// How a series is drawn.
#[derive(Clone, Debug)]
pub struct Style<'a> {
    /// Its colour.
    pub color: Color,
    /// Solid or dashed.
    pub line: LineStyle,
    /// Its name in the legend.
    pub name: &'a str,
}

/// The mean over seeds as a line; with several seeds also the range (light) and one standard
/// deviation around the mean (darker). A step at which a run is NaN is left out.
pub fn curve(
    metrics: &Metrics,
    (part, series, metric): (&str, &str, &str),
    style: &Style<'_>,
) -> Vec<Mark> {
    let bands = metrics.bands(part, series, metric);
    let line = bands.iter().map(|(step, band)| (*step as f64, band.mean));
    let line = Line::new(style.color, line).style(style.line).named(style.name);
    if bands.iter().all(|(_, band)| band.runs < 2) {
        return vec![line.into()];
    }
    let range = bands.iter().map(|(step, band)| (*step as f64, band.min, band.max));
    let deviation =
        bands.iter().map(|(step, band)| (*step as f64, band.mean - band.std, band.mean + band.std));
    vec![
        Band::new(style.color, range).opacity(0.12).into(),
        Band::new(style.color, deviation).opacity(0.2).into(),
        line.into(),
    ]
}
