//! Draws a measured series as a line with bands.

use super::smooth::smooth_curve;
use viz::{Area, Color, Line, LineStyle, Mark, Marker};

use crate::findings::{Metric, Series, Spread};

/// How a series is drawn.
#[derive(Clone, Debug)]
pub struct Style<'a> {
    /// Its name in the legend.
    pub name: &'a str,
    /// Its colour.
    pub color: Color,
    /// Solid or dashed.
    pub line: LineStyle,
    /// A marker, and at every how many points it stands.
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

/// The mean over seeds as a line; with several seeds also the range (light) and one standard
/// deviation around the mean (darker). A step at which a run is NaN is left out.
pub fn curve(series: &Series, metric: Metric, style: &Style<'_>) -> Vec<Mark> {
    let (steps, count) = (series.values(metric), series.runs.len());
    let run = |run: usize| steps.iter().map(|(_, values)| values[run]).collect();
    // A run that skipped a step cannot be told from the others at it.
    let whole = steps.iter().all(|(_, values)| values.len() == count);
    let runs = if whole { (0..count).map(run).collect() } else { Vec::new() };
    let spreads = series.spreads(metric).into_iter();
    with_runs(&spreads.map(|(step, spread)| (step as f64, spread)).collect::<Vec<_>>(), runs, style)
}

/// As [`curve`], after each run was smoothed as in the book.
pub fn smoothed(series: &Series, metric: Metric, style: &Style<'_>) -> Vec<Mark> {
    let smooth = smoothed_runs(series, metric);
    let spreads = series.values(metric).into_iter().enumerate().map(|(i, (step, _))| {
        let values: Vec<f64> = smooth.iter().map(|run| run[i]).collect();
        (step as f64, Spread::of(&values))
    });
    with_runs(&spreads.collect::<Vec<_>>(), smooth.clone(), style)
}

/// The values of each run, smoothed as in the book.
pub fn smoothed_runs(series: &Series, metric: Metric) -> Vec<Vec<f64>> {
    let steps = series.values(metric);
    let runs = steps.first().map_or(0, |(_, values)| values.len());
    let smooth = |run: usize| {
        let values: Vec<f64> = steps.iter().map(|(_, values)| values[run]).collect();
        smooth_curve(&values)
    };
    (0..runs).map(smooth).collect()
}

/// As [`curve`], from spreads at any places on the x axis.
pub fn draw(spreads: &[(f64, Spread)], style: &Style<'_>) -> Vec<Mark> {
    with_runs(spreads, Vec::new(), style)
}

fn with_runs(spreads: &[(f64, Spread)], runs: Vec<Vec<f64>>, style: &Style<'_>) -> Vec<Mark> {
    let points = spreads.iter().map(|(x, spread)| (*x, spread.mean));
    let line = Line::new(style.color, points).style(style.line).named(style.name);
    let mut line = line.runs(runs);
    if let Some((marker, every)) = style.marker {
        line = line.marker(marker, every);
    }
    if spreads.iter().all(|(_, spread)| spread.runs < 2) {
        return vec![line.into()];
    }
    let ends = |ends: fn(&Spread) -> (f64, f64)| {
        spreads.iter().map(move |(x, spread)| {
            let (low, high) = ends(spread);
            (*x, low, high)
        })
    };
    let range = ends(|spread| (spread.min, spread.max));
    let deviation = ends(|spread| (spread.mean - spread.std, spread.mean + spread.std));
    vec![
        Area::new(style.color, range).opacity(0.12).into(),
        Area::new(style.color, deviation).opacity(0.2).into(),
        line.into(),
    ]
}
