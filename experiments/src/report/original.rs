//! The figure of the tests beside the original.

use viz::{Axis, Color, Figure, Line, LineStyle, Panel, Scatter};

use crate::findings::equivalence::{Equivalence, Fidelity};

/// The differences from the original in units of their margins, with their intervals, and what to
/// see in it.
pub(super) fn figure(fidelity: &Fidelity) -> (Figure, String) {
    let tests = &fidelity.quantities;
    let ends = tests.iter().flat_map(|test| test.interval.map(|end| end.abs() / test.margin));
    let reach = ends.fold(1.0, f64::max) * 1.1;
    let names = tests.iter().map(|test| test.quantity.clone());
    let mut panel = Panel::new("")
        .x_axis(Axis::linear("difference of the means / margin", -reach, reach))
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
    let seeds = tests.first().map_or((0, 0), |test| (test.original.runs, test.ours.runs));
    let shown = tests.iter().filter(|test| test.verdict == Equivalence::Shown).count();
    let figure = Figure::new("Beside the original: differences and their margins")
        .subtitle(format!(
            "{} seeds of the original, {} of ours; lines are 95 % intervals",
            seeds.0, seeds.1
        ))
        .plot_size(420.0, (22.0 * rows).max(120.0))
        .panel(panel);
    let reading = format!(
        "Dashed: the margins that were fixed before the runs. {shown} of {} quantities are equal within them.",
        tests.len()
    );
    (figure, reading)
}

fn color(verdict: Equivalence) -> Color {
    match verdict {
        Equivalence::Shown => Color::BLUE,
        Equivalence::NotShown => Color::ORANGE,
        Equivalence::Different => Color::VERMILLION,
    }
}
