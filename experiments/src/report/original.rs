//! The figure of the tests beside the original.

use viz::{Axis, Color, Figure, Line, LineStyle, Marker, Panel, Scatter};

use crate::findings::Printed;
use crate::findings::equivalence::{CurveTest, Equivalence, Farthest, Fidelity, LEVEL, MeanTest};

/// On the left the differences from the original in units of their margins, with their intervals;
/// on the right the p-values of whole curves, and beside them the places of the notebook's curves
/// among our seeds. Also returns what to see in it.
pub(super) fn figure(fidelity: &Fidelity, printed: &[Printed]) -> (Figure, String) {
    let Fidelity { quantities, curves } = fidelity;
    let seeds = quantities.first().map_or((0, 0), |test| (test.original.runs, test.ours.runs));
    let rows = quantities.len().max(curves.len()) as f64;
    let places = places(curves, printed);
    let figure = Figure::new("Beside the original: differences and whole curves")
        .subtitle(format!("{} seeds of the original, {} of ours", seeds.0, seeds.1))
        .plot_size(330.0, (20.0 * rows).max(120.0))
        .panels([means(quantities), whole_curves(curves, &places)]);
    let shown = quantities.iter().filter(|test| test.verdict == Equivalence::Shown).count();
    let differ = curves.iter().filter(|test| test.differ).count();
    let mut reading = format!(
        "Means: {shown} of {} quantities are shown to be equal within the margins that were fixed before the \
         runs (dashed). So many tests need stronger evidence each (Holm's correction): a 95 % interval \
         between the margins can be too little. Whole curves: {differ} of {} differ, with p below {LEVEL} \
         (dashed) after Holm's correction.",
        quantities.len(),
        curves.len()
    );
    if !places.is_empty() {
        let least = places.iter().map(|place| place.0).fold(1.0, f64::min);
        reading += &format!(
            " Purple, where the notebook printed its curve: of our curves and that one, the share that lies \
             at least as far from their mean as that one; the smallest is {least:.2}.",
        );
    }
    (figure, reading)
}

/// The share of curves, ours and the notebook's, that lie as far from their mean as the notebook's,
/// and the row of its series: the chance of as far a curve if the notebook is one more run of ours.
fn places(tests: &[CurveTest], printed: &[Printed]) -> Vec<(f64, f64)> {
    let place = |printed: &Printed| {
        let (first, Farthest { rank, of }) = (printed.numbers.first()?, printed.farthest?);
        let names = [first.series.clone(), format!("{}, {}", first.series, first.metric.title())];
        let row = tests.iter().position(|test| names.contains(&test.series))?;
        Some((rank as f64 / of as f64, row as f64))
    };
    printed.iter().filter_map(place).collect()
}

/// The p-value of each curve, and the places of the notebook's.
fn whole_curves(tests: &[CurveTest], places: &[(f64, f64)]) -> Panel {
    let rows = tests.len() as f64;
    let level = [(LEVEL, -0.5), (LEVEL, rows - 0.5)];
    let mut panel = Panel::new("whole curves")
        .x_axis(Axis::log("p", 1e-4, 1.0))
        .y_axis(Axis::categories(tests.iter().map(|test| test.label.clone())))
        .mark(Line::new(Color::GREY, level).style(LineStyle::Dashed));
    // Not the blue of the means: a large p does not show that curves are equal.
    for (differ, color, name) in
        [(false, Color::INK, "curve not shown to differ"), (true, Color::VERMILLION, "different")]
    {
        let of = (0..).map(f64::from).zip(tests).filter(|(_, test)| test.differ == differ);
        let points: Vec<_> = of.map(|(row, test)| (test.p, row)).collect();
        if !points.is_empty() {
            panel = panel.mark(Scatter::new(color, points).named(name));
        }
    }
    if !places.is_empty() {
        let places = Scatter::new(Color::PURPLE, places.iter().copied()).marker(Marker::Diamond);
        panel = panel.mark(places.named("the notebook's curve among ours"));
    }
    panel
}

/// The difference of each quantity.
fn means(tests: &[MeanTest]) -> Panel {
    let ends = tests.iter().flat_map(|test| test.interval.map(|end| end.abs() / test.margin));
    let reach = ends.fold(1.0, f64::max) * 1.1;
    let names = tests.iter().map(|test| test.label.clone());
    let mut panel = Panel::new("means")
        .x_axis(Axis::linear("difference / margin", -reach, reach))
        .y_axis(Axis::categories(names));
    let rows = tests.len() as f64;
    for margin in [-1.0, 1.0] {
        let ends = [(margin, -0.5), (margin, rows - 0.5)];
        panel = panel.mark(Line::new(Color::GREY, ends).style(LineStyle::Dashed));
    }
    for (row, test) in (0..).map(f64::from).zip(tests) {
        let interval = test.interval.map(|end| (end / test.margin, row));
        panel = panel.mark(Line::new(color(test.verdict), interval));
    }
    for (verdict, name) in [
        (Equivalence::Shown, "equal within the margin"),
        (Equivalence::NotShown, "not shown to be equal"),
        (Equivalence::Different, "different"),
    ] {
        let rows = (0..).map(f64::from).zip(tests).filter(|(_, test)| test.verdict == verdict);
        let points: Vec<_> = rows.map(|(row, test)| (test.difference / test.margin, row)).collect();
        if !points.is_empty() {
            panel = panel.mark(Scatter::new(color(verdict), points).named(name));
        }
    }
    panel
}

fn color(verdict: Equivalence) -> Color {
    match verdict {
        Equivalence::Shown => Color::BLUE,
        Equivalence::NotShown => Color::ORANGE,
        Equivalence::Different => Color::VERMILLION,
    }
}
