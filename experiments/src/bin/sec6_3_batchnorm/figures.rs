//! The figures of the section.

use experiments::findings::{Findings, Metric, Series, significant};
use experiments::report::RunReport;
use experiments::report::curves::{Style, curve, draw};
use viz::{Axis, Color, Corner, Figure, Line, Marker, Note, Panel, Scatter};

use crate::networks::{BatchNormSettings, SCALES, weight_scale};
use crate::scales::{LEARNT, OPENING, both, ends, is_plain_ahead, learnt, list};

/// Without batch normalisation, and with it.
fn styles() -> [Style<'static>; 2] {
    [
        Style::dashed("without batch norm", Color::VERMILLION),
        Style::solid("with batch norm", Color::BLUE),
    ]
}

/// Training by epoch at the scale of the first lesson.
pub fn opening(report: &mut RunReport, settings: &BatchNormSettings, findings: &Findings) {
    let figure = Figure::new("Training with and without batch normalisation")
        .subtitle(&settings.subtitle)
        .panel(panel(findings, OPENING, settings));
    let [plain, normalised] = ends(findings, OPENING);
    let reading = format!(
        "At W {}, training accuracy ends at {plain:.3} without batch normalisation, at {normalised:.3} with \
         it. The book's figure 6-18 shows one scale, as this one does; its program draws figure 6-19, the \
         grid of all scales.",
        significant(weight_scale(OPENING))
    );
    report.figure("sec6_3_opening", figure, &reading);
}

/// Where training ends, by scale.
pub fn by_scale(report: &mut RunReport, settings: &BatchNormSettings, findings: &Findings) {
    let (smallest, largest) = (weight_scale(SCALES - 1), weight_scale(0));
    let mut panel = Panel::new("")
        .x_axis(Axis::log(
            "W, standard deviation of the initial weights",
            smallest / 1.3,
            largest * 1.3,
        ))
        .y_axis(Axis::linear("final training accuracy", 0.0, 1.0));
    let markers = [Marker::Square, Marker::Circle];
    for (kind, style) in styles().into_iter().enumerate() {
        let last = |scale| both(findings, scale)[kind].last(Metric::TRAIN_ACCURACY);
        let points: Vec<_> = (0..SCALES).map(|scale| (weight_scale(scale), last(scale))).collect();
        panel = panel.marks(draw(&points, &style.marker(markers[kind], 1)));
    }
    let diverged: Vec<(f64, f64)> = (0..SCALES)
        .flat_map(|scale| [0, 1].map(|kind| (scale, kind)))
        .filter(|&(scale, kind)| runs_that_diverged(both(findings, scale)[kind]) > 0)
        .map(|(scale, kind)| (weight_scale(scale), ends(findings, scale)[kind]))
        .collect();
    if !diverged.is_empty() {
        let crosses = Scatter::new(Color::INK, diverged).marker(Marker::Cross).radius(6.0);
        panel = panel.mark(crosses.named("diverged"));
    }
    let figure = Figure::new("Batch normalisation and the scale of the initial weights")
        .subtitle(&settings.subtitle)
        .plot_size(680.0, 380.0)
        .panel(panel);
    let [plain, normalised] = [0, 1].map(|kind| learnt(findings, kind).len());
    let reading = format!(
        "Training accuracy ends above {LEARNT} at {plain} of {SCALES} scales without batch normalisation, at \
         {normalised} with it. {}",
        where_plain_is_ahead(findings)
    );
    report.figure("sec6_3_scales", figure, &reading);
}

/// Training by epoch at every scale.
pub fn grid(report: &mut RunReport, settings: &BatchNormSettings, findings: &Findings) {
    let ahead = Note::corner(Corner::LowerRight, "ahead without it").color(Color::VERMILLION);
    let panels = (0..SCALES).map(|scale| {
        let panel = panel(findings, scale, settings);
        if is_plain_ahead(findings, scale) { panel.mark(ahead.clone()) } else { panel }
    });
    let grid =
        Figure::new("Training at 16 scales; W is the standard deviation of the initial weights")
            .subtitle(&settings.subtitle)
            .grid(4, 4)
            .panels(panels);
    let mut reading =
        format!("The book's figure 6-19 is this grid. {}", where_plain_is_ahead(findings));
    if findings.series.iter().any(|series| runs_that_diverged(series) > 0) {
        reading.push_str(
            " A cross marks the first epoch after a loss or a parameter became NaN or infinite.",
        );
    }
    report.figure("sec6_3_batchnorm", grid, &reading);
}

/// Where networks end ahead without batch normalisation.
fn where_plain_is_ahead(findings: &Findings) -> String {
    let ahead = (0..SCALES).filter(|&scale| is_plain_ahead(findings, scale));
    match &ahead.collect::<Vec<_>>()[..] {
        [] => "At no W does the network end ahead without batch normalisation.".to_owned(),
        scales => {
            format!("The network ends ahead without batch normalisation at W {}.", list(scales))
        }
    }
}

/// Training accuracy by epoch at one scale.
fn panel(findings: &Findings, scale: usize, settings: &BatchNormSettings) -> Panel {
    let mut panel = Panel::new(format!("W: {}", significant(weight_scale(scale))))
        .x_axis(Axis::linear("epoch", 0.0, (settings.epochs - 1) as f64))
        .y_axis(Axis::linear("training accuracy", 0.0, 1.0));
    let drawn = both(findings, scale).into_iter().zip(styles());
    for (series, style) in drawn.clone() {
        panel = panel.marks(curve(series, Metric::TRAIN_ACCURACY, &style));
    }
    drawn.fold(panel, |panel, (series, style)| mark_diverged(panel, series, settings, &style))
}

/// A cross at the first epoch after each run diverged, and how many did.
fn mark_diverged(
    panel: Panel,
    series: &Series,
    settings: &BatchNormSettings,
    style: &Style<'_>,
) -> Panel {
    let count = runs_that_diverged(series);
    if count == 0 {
        return panel;
    }
    let (plan, accuracy) = (settings.plan(), series.spreads(Metric::TRAIN_ACCURACY));
    let crosses = series.values(Metric::DIVERGED).into_iter().filter_map(|(iteration, _)| {
        let measured = (iteration..plan.iterations()).find_map(|next| plan.step_at(next));
        let epoch = measured.unwrap_or(plan.last_step());
        let (_, spread) = accuracy.get(epoch)?;
        Some((epoch as f64, spread.mean))
    });
    let text = match series.runs.len() {
        1 => "diverged".to_owned(),
        runs => format!("{count} of {runs} diverged"),
    };
    panel
        .mark(Line::new(style.color, crosses).marker(Marker::Cross, 1))
        .mark(Note::corner(Corner::UpperLeft, &text).color(style.color))
}

fn runs_that_diverged(series: &Series) -> usize {
    series.values(Metric::DIVERGED).iter().map(|(_, runs)| runs.len()).sum()
}
