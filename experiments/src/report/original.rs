//! The figure of the tests beside the original.

use viz::{Axis, Color, Figure, Line, LineStyle, Panel, Scatter};

use crate::findings::equivalence::{CurveTest, Equivalence, Fidelity, LEVEL, MeanTest};

/// On the left the differences from the original in units of their margins, with their intervals;
/// on the right the p-values of whole curves. Also returns what to see in it.
pub(super) fn figure(fidelity: &Fidelity) -> (Figure, String) {
    let Fidelity { quantities, curves } = fidelity;
    let seeds = quantities.first().map_or((0, 0), |test| (test.original.runs, test.ours.runs));
    let rows = quantities.len().max(curves.len()) as f64;
    let figure = Figure::new("Beside the original: differences and whole curves")
        .subtitle(format!("{} seeds of the original, {} of ours", seeds.0, seeds.1))
        .plot_size(330.0, (20.0 * rows).max(120.0))
        .panels([means(quantities), whole_curves(curves)]);
    let shown = quantities.iter().filter(|test| test.verdict == Equivalence::Shown).count();
    let differ = curves.iter().filter(|test| test.differ).count();
    let reading = format!(
        "Left, with 95 % intervals: {shown} of {} quantities are equal within the margins that were fixed \
         before the runs (dashed). Right: {differ} of {} curves differ, with p below {LEVEL} (dashed) after \
         Holm's correction.",
        quantities.len(),
        curves.len()
    );
    (figure, reading)
}

/// The p-value of each curve.
fn whole_curves(tests: &[CurveTest]) -> Panel {
    let rows = tests.len() as f64;
    let level = [(LEVEL, -0.5), (LEVEL, rows - 0.5)];
    let mut panel = Panel::new("whole curves")
        .x_axis(Axis::log("p of the permutation test", 1e-4, 1.0))
        .y_axis(Axis::categories(tests.iter().map(|test| test.label.clone())))
        .mark(Line::new(Color::GREY, level).style(LineStyle::Dashed));
    for (differ, color) in [(false, Color::BLUE), (true, Color::VERMILLION)] {
        let of = (0..).map(f64::from).zip(tests).filter(|(_, test)| test.differ == differ);
        panel = panel.mark(Scatter::new(color, of.map(|(row, test)| (test.p, row))));
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
