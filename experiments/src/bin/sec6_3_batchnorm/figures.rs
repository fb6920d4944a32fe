//! The grid of 16 scales, and the opening figure at one of them.

use experiments::findings::{Findings, Metric, Series, significant};
use experiments::lab::Lab;
use experiments::report::Report;
use experiments::report::curves::{Style, curve};
use viz::{Axis, Color, Corner, Figure, Line, Marker, Note, Panel};

use crate::{HIDDEN, ITER_PER_EPOCH, SCALES, both, weight_scale};

/// The scale of the opening figure, 0.0136: well within what batch normalisation is for.
const OPENING: usize = 7;

/// Draws both.
pub fn draw(report: &mut Report, lab: &Lab, findings: &Findings, epochs: usize) {
    let network = lab.data().layers(&HIDDEN);
    let settings = format!("1,000 training images, {network}, SGD(0.01)");
    let grid = Figure::new("Batch normalisation at 16 scales of the initial weights")
        .subtitle(lab.subtitle(&settings))
        .grid(4, 4)
        .panels((0..SCALES).map(|scale| panel(findings, scale, epochs)));
    let reading = "W is the standard deviation of the initial weights. Plain networks learn in a \
             narrow range of scales only; a cross marks where parameters became NaN.";
    report.figure("sec6_3_batchnorm", grid, reading);
    let opening = Figure::new("Training with and without batch normalisation")
        .subtitle(lab.subtitle(&settings))
        .panel(panel(findings, OPENING, epochs));
    let reading = "At this scale the plain network does not learn at all in these epochs; with \
             batch normalisation it fits the training images.";
    report.figure("sec6_3_opening", opening, reading);
}

/// Training accuracy by epoch at one scale.
fn panel(findings: &Findings, scale: usize, epochs: usize) -> Panel {
    let styles = [
        Style::dashed("without batch norm", Color::VERMILLION),
        Style::solid("with batch norm", Color::BLUE),
    ];
    let mut panel = Panel::new(format!("W: {}", significant(weight_scale(scale))))
        .x_axis(Axis::linear("epoch", 0.0, (epochs - 1) as f64))
        .y_axis(Axis::linear("training accuracy", 0.0, 1.0));
    for (series, style) in both(findings, scale).into_iter().zip(&styles) {
        panel = panel.marks(curve(series, Metric::TRAIN_ACCURACY, style));
        panel = mark_diverged(panel, series, style);
    }
    panel
}

/// A cross where each run diverged, and how many did.
fn mark_diverged(panel: Panel, series: &Series, style: &Style<'_>) -> Panel {
    let diverged = series.values(Metric::DIVERGED);
    let count: usize = diverged.iter().map(|(_, runs)| runs.len()).sum();
    if count == 0 {
        return panel;
    }
    let accuracy = series.spreads(Metric::TRAIN_ACCURACY);
    let crosses = diverged.iter().filter_map(|(iteration, _)| {
        // Beside the first accuracy that is measured after it.
        let next = |(epoch, _): &&(usize, _)| epoch * ITER_PER_EPOCH >= *iteration;
        let (_, spread) = accuracy.iter().find(next).or(accuracy.last())?;
        Some((*iteration as f64 / ITER_PER_EPOCH as f64, spread.mean))
    });
    let text = match series.runs.len() {
        1 => "diverged".to_owned(),
        runs => format!("{count} of {runs} diverged"),
    };
    panel
        .mark(Line::new(style.color, crosses).marker(Marker::Cross, 1))
        .mark(Note::corner(Corner::UpperLeft, &text).color(style.color))
}
