//! The notebook's own 100 points, trained with our seeds: the accuracies that it printed can only
//! be compared at the same hyperparameters.

use experiments::cli::Result;
use experiments::findings::{
    Findings, Measurements, Metric, Series, Spread, csv_rows, significant,
};
use experiments::lab::{Lab, Unit};
use experiments::report::{RunReport, Table};
use rayon::prelude::*;
use search::{Params, Trial, Value};
use training::Real;
use viz::{Axis, Color, Figure, Line, LineStyle, Marker, Panel, Scatter};

use crate::lessons;
use crate::objective::objective;
use crate::search::{notebooks, task};
use crate::space;

/// How many of the notebook's best trials are marked.
const BEST: usize = 10;
/// The name of the part and of its only series, in which step k is trial k.
pub const PRINTED: &str = "printed";

/// Trains at each of the points and measures the last validation accuracy.
pub fn run<T: Real>(lab: &Lab, report: &mut RunReport) -> Result<()> {
    // Trial, validation accuracy, learning rate, weight decay.
    let rows = csv_rows(include_str!("../../../../data/reference/sec6_5_trials.csv"));
    let points = &rows[..lab.scaled(rows.len(), 8)];
    let seeds = lab.args.seeds();
    // The space does not matter: the points are given.
    let space = space::notebook();
    let search = notebooks(lab, &space, 0);
    let work = lab.begin("the notebook's points", seeds.len() * points.len() * search.steps);
    let of_seed = |&seed: &u64| -> Result<Measurements> {
        let objective = objective::<T, _>(task(lab, seed), search.steps);
        let train = |(i, row): (usize, &Vec<f64>)| {
            let values = [("lr", row[2]), ("weight_decay", row[3])];
            let params = Params::of(values.map(|(name, x)| (name, Value::Float(x))));
            let one = (Unit::FIRST_PRINTED + i as u64, params);
            search.run_one(one, &[], &objective, &|epochs| work.advance(epochs))
        };
        let trials = points.par_iter().enumerate().with_max_len(1).map(train);
        let trials: Vec<Trial> = trials.collect::<Result<_>>()?;
        let accuracies = trials.iter().map(Trial::value).enumerate();
        Ok(accuracies.map(|(k, accuracy)| (k, Metric::VALIDATION_ACCURACY, accuracy)).collect())
    };
    let runs: Vec<Measurements> = seeds.iter().map(of_seed).collect::<Result<_, _>>()?;
    work.done();
    let series = Series::new(PRINTED, runs).labelled("the notebook's trials");
    let findings = Findings::of_series(PRINTED, &seeds, series);
    let (series, metric) = (&findings.series[0], Metric::VALIDATION_ACCURACY);
    let ours = series.values(metric).into_iter().map(|(_, ours)| ours);
    let mut points: Vec<Point> = points.iter().zip(ours).map(Point::new).collect();
    points.sort_by(|a, b| b.printed.total_cmp(&a.printed));

    let places: Vec<usize> = (0..seeds.len()).map(|run| place(&points, run)).collect();
    lessons::printed(report, points[0].printed, &points[0].ours, &places);
    report.results_of_our_own(table(&points))?;
    draw(report, lab, &points);
    let printed = rows.iter().map(|row| (row[0] as usize, row[1]));
    report.beside_the_notebook(PRINTED, series, metric, printed);
    report.record(findings);
    Ok(())
}

/// A trial of the notebook.
struct Point {
    /// The accuracy that it printed.
    printed: f64,
    /// Ours, seed by seed.
    ours: Vec<f64>,
    lr: f64,
    weight_decay: f64,
}

impl Point {
    fn new((row, ours): (&Vec<f64>, Vec<f64>)) -> Self {
        let &[_, printed, lr, weight_decay] = &row[..] else { unreachable!("four columns") };
        Self { printed, ours, lr, weight_decay }
    }
}

/// The place of the notebook's winner among all points with our seed, from 1.
fn place(points: &[Point], run: usize) -> usize {
    1 + points.iter().filter(|point| point.ours[run] > points[0].ours[run]).count()
}

/// The notebook's best five trials and what they come to here.
fn table(points: &[Point]) -> Table {
    let row = |point: &Point| {
        let Point { printed, ours, lr, weight_decay } = point;
        let ours = Spread::of(ours).text(2);
        vec![printed.to_string(), ours, significant(*lr), significant(*weight_decay)]
    };
    let columns = ["notebook", "ours", "learning rate", "weight decay"];
    let title = "The best of the notebook's trials, trained again";
    Table::new(title, columns, points.iter().take(5).map(row))
}

/// Each point by the notebook's accuracy and ours.
fn draw(report: &mut RunReport, lab: &Lab, points: &[Point]) {
    let spreads: Vec<(f64, Spread)> =
        points.iter().map(|point| (point.printed, Spread::of(&point.ours))).collect();
    let ranges = spreads.iter().filter(|(_, ours)| ours.runs > 1).map(|(printed, ours)| {
        Line::new(Color::BLUE, [(*printed, ours.min), (*printed, ours.max)]).width(1.0).opacity(0.4)
    });
    let means = |spreads: &[(f64, Spread)]| -> Vec<(f64, f64)> {
        spreads.iter().map(|(printed, ours)| (*printed, ours.mean)).collect()
    };
    let best = &spreads[..spreads.len().min(BEST)];
    let panel = Panel::new("")
        .x_axis(Axis::linear("the notebook's validation accuracy", 0.0, 1.0))
        .y_axis(Axis::linear("ours at the same settings", 0.0, 1.0))
        .mark(Line::new(Color::GREY, [(0.0, 0.0), (1.0, 1.0)]).style(LineStyle::Dashed))
        .marks(ranges)
        .mark(Scatter::new(Color::BLUE, means(&spreads)).named("a trial"))
        .mark(Scatter::new(Color::ORANGE, means(best)).named("the notebook's best"))
        .mark(
            Scatter::new(Color::VERMILLION, means(&spreads[..1]))
                .marker(Marker::Diamond)
                .radius(6.5)
                .named("its winner"),
        );
    let figure = Figure::new("The notebook's trials, trained again")
        .subtitle(lab.subtitle(&format!("{} trials", points.len())))
        .plot_size(400.0, 400.0)
        .panel(panel);
    let below = |(printed, ours): &&(f64, Spread)| ours.mean < *printed;
    let reading = format!(
        "Points are means of the seeds, lines their range. The notebook's winner printed {}; its settings reach \
         {:.2} here. Below the dashed line a trial does worse here than the notebook printed: {} of its best \
         {}, {} of the other {}.",
        spreads[0].0,
        spreads[0].1.mean,
        best.iter().filter(below).count(),
        best.len(),
        spreads[best.len()..].iter().filter(below).count(),
        spreads.len() - best.len()
    );
    report.figure("sec6_5_printed", figure, &reading);
}
