//! The figure of differences: a panel per metric, a row per series.

use experiments::findings::grouped;
use viz::{Area, Axis, Color, Figure, Line, LineStyle, Mark, Panel, Scatter};

use crate::difference::Difference;

/// The most panels in a row.
const COLUMNS: usize = 3;

/// Dots are means over seeds, bars one standard deviation, thin lines go from minimum to maximum.
pub fn draw(
    section: &str,
    names: &[String; 2],
    differences: &[Difference],
    warnings: &[String],
) -> Figure {
    let groups = grouped(differences.iter().map(|difference| {
        let (part, _, metric) = &difference.name;
        (format!("{part}: {}", metric.replace('_', " ")), difference)
    }));
    let columns = groups.len().min(COLUMNS);
    let rows = groups.iter().map(|(_, group)| group.len()).max().unwrap_or(1);
    let height = (26.0 + 17.0 * rows as f64).max(120.0);
    let width = [560.0, 380.0, 270.0][columns.max(1) - 1];
    let panels: Vec<Panel> = groups.iter().map(|(title, group)| panel(title, group)).collect();
    let differing = match warnings.len() {
        0 => String::new(),
        1 => format!("; {}", warnings[0]),
        n => format!("; {} and {} more", warnings[0], n - 1),
    };
    let key = if differences.iter().all(Difference::is_of_one_seed) {
        "one seed each"
    } else {
        "dot: mean over seeds; bar: ±1 standard deviation; thin: least to largest"
    };
    Figure::new(format!("{section}: {} minus {}", names[1], names[0]))
        .subtitle(format!("{key}{differing}"))
        .grid(groups.len().div_ceil(columns.max(1)), columns.max(1))
        .plot_size(width, height)
        .panels(panels)
}

fn panel(title: &str, group: &[&Difference]) -> Panel {
    let spreads: Vec<_> = group.iter().map(|difference| difference.spread()).collect();
    let ends = spreads.iter().flat_map(|b| [b.min, b.max, b.mean - b.std, b.mean + b.std, 0.0]);
    let names = group.iter().map(|difference| difference.label.clone());
    let rows = group.len() as f64;
    let zero = Line::new(Color::GREY, [(0.0, -0.5), (0.0, rows - 0.5)]).style(LineStyle::Dashed);
    let mut marks: Vec<Mark> = vec![zero.into()];
    for (row, spread) in spreads.iter().enumerate() {
        let row = row as f64;
        let bar = |from: f64, to: f64, half: f64| {
            Area::new(Color::BLUE, [from, to].map(|x| (x, row - half, row + half)))
        };
        if spread.runs > 1 {
            marks.push(bar(spread.min, spread.max, 0.07).opacity(0.55).into());
            marks.push(
                bar(spread.mean - spread.std, spread.mean + spread.std, 0.24).opacity(0.3).into(),
            );
        }
        marks.push(Scatter::new(Color::BLUE, [(spread.mean, row)]).radius(3.5).into());
    }
    Panel::new(title)
        .x_axis(Axis::fitting("second minus first", ends))
        .y_axis(Axis::categories(names))
        .marks(marks)
}
