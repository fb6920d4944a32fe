//! Draws the curves of a metrics file: `cargo run -p viz --example plot_csv -- METRICS.csv [DIR]`.
//!
//! The file has the columns `part,series,seed,step,metric,value`. Every part and metric becomes a
//! panel, every series a curve: its mean over the seeds, with the range from minimum to maximum.

use std::collections::BTreeMap;
use std::path::Path;

use viz::{Area, Axis, Color, Figure, Line, LineStyle, Panel};

/// Values by step, one for each seed. The key is the step's bits, which sort like the step because
/// it is not negative.
type Curve = BTreeMap<u64, Vec<f64>>;
type Series = Vec<(String, Curve)>;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: plot_csv METRICS.csv [DIR]")?;
    let dir = arguments.next().unwrap_or_else(|| ".".to_owned());
    let name =
        Path::new(&file).file_stem().ok_or("the file has no name")?.to_string_lossy().into_owned();

    let mut panels: Vec<((String, String), Series)> = Vec::new();
    for row in csv::Reader::from_path(&file)?.deserialize() {
        let (part, series, _seed, step, metric, value): (String, String, String, f64, String, f64) =
            row?;
        let series_of_panel = entry(&mut panels, (part, metric));
        entry(series_of_panel, series).entry(step.max(0.0).to_bits()).or_default().push(value);
    }
    let columns = panels.len().clamp(1, 4);
    let figure = Figure::new(name.as_str())
        .grid(panels.len().div_ceil(columns).max(1), columns)
        .panels(panels.into_iter().map(|((part, metric), series)| panel(&part, &metric, &series)));
    for path in figure.save(dir, &name)? {
        println!("{}", path.display());
    }
    Ok(())
}

/// The value of `key`, added at the end if it is new, so that panels and series keep the order of
/// the file.
fn entry<K: PartialEq, V: Default>(list: &mut Vec<(K, V)>, key: K) -> &mut V {
    let at = list.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
        list.push((key, V::default()));
        list.len() - 1
    });
    &mut list[at].1
}

fn panel(part: &str, metric: &str, series: &[(String, Curve)]) -> Panel {
    let points = || series.iter().flat_map(|(_, curve)| curve);
    let mut panel = Panel::new(part)
        .x_axis(Axis::fitting("step", points().map(|(&step, _)| f64::from_bits(step))))
        .y_axis(Axis::fitting(metric, points().flat_map(|(_, values)| values.iter().copied())));
    for (k, (name, curve)) in series.iter().enumerate() {
        let color = Color::cycle(k);
        let steps = || curve.iter().map(|(&step, values)| (f64::from_bits(step), values));
        let mean =
            steps().map(|(step, values)| (step, values.iter().sum::<f64>() / values.len() as f64));
        let range = steps().map(|(step, values)| {
            let lowest = values.iter().copied().fold(f64::INFINITY, f64::min);
            (step, lowest, values.iter().copied().fold(f64::NEG_INFINITY, f64::max))
        });
        // The palette repeats after seven colours; the second time dashed.
        let style = if k < 7 { LineStyle::Solid } else { LineStyle::Dashed };
        panel = panel
            .mark(Area::new(color, range))
            .mark(Line::new(color, mean).style(style).named(name.as_str()));
    }
    panel
}
