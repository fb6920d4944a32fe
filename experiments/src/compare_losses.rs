//! Compares networks by their training loss on MNIST, in sections 6.1.8 and 6.2.4.

use anyhow::anyhow;
use init::{Initializer, Seed};
use layers::MultiLayerNet;
use optimizers::OptimizerKind;
use training::{Contestant, Plan, Real};
use viz::{Axis, Color, Figure, Marker, Panel};

use crate::cli::knobs::{KNOBS, TrainingFlags, count};
use crate::cli::{Failure, Result};
use crate::findings::equivalence::{Curves, Quantity};
use crate::findings::{Findings, Metric, Series, Spread, csv_rows};
use crate::lab::{Experiment, Lab};
use crate::report::curves::{Style, smoothed, smoothed_runs};
use crate::report::{RunReport, Table};

/// The part's name in both sections.
pub const PART: &str = "mnist";
/// Losses are compared by their means over so many last iterations.
pub const TAIL: usize = 100;
/// The hidden layers of the networks.
const HIDDEN: [usize; 4] = [100; 4];
const BATCH_SIZE: usize = 128;
/// The number of updates, of a run that is not quick.
const UPDATES: usize = 2000;
/// The notebook prints every so many iterations.
const EVERY: usize = 100;

/// How the networks of both sections are trained: as the book does, but for the flags given.
#[derive(Clone, Debug, clap::Args)]
pub struct LossSettings {
    #[command(flatten)]
    training: TrainingFlags,
    /// Number of updates, instead of the book's
    #[arg(long, value_name = "N", value_parser = count(), allow_hyphen_values = true, help_heading = KNOBS)]
    iterations: Option<usize>,
}

impl LossSettings {
    /// The learning rate, if it is not the book's.
    pub fn lr(&self) -> Option<f64> {
        self.training.lr
    }

    /// The hidden layers.
    pub fn hidden(&self) -> &[usize] {
        self.training.hidden.as_deref().unwrap_or(&HIDDEN)
    }

    /// How many training and test images there are.
    pub fn samples(&self) -> (usize, usize) {
        (self.training.train_size.unwrap_or(60_000), 10_000)
    }

    /// Number and size of the mini-batches.
    ///
    /// # Errors
    /// [`Failure::Usage`] if there are fewer than [`TAIL`].
    pub fn plan(&self, lab: &Lab) -> Result<Plan> {
        let iterations = self.iterations.unwrap_or(lab.scaled(UPDATES, TAIL));
        if iterations < TAIL {
            return Err(Failure::Usage(anyhow!(
                "--iterations {iterations}: losses are means over the last {TAIL}, so give {TAIL} or more"
            )));
        }
        Ok(Plan::updates(iterations, self.training.batch_size.unwrap_or(BATCH_SIZE)))
    }

    /// A network with newly drawn weights, and its optimizer.
    pub fn contestant<T: Real>(
        &self,
        lab: &Lab,
        (kind, initializer): (OptimizerKind, Initializer),
        seed: Seed,
    ) -> Contestant<T> {
        let (inputs, classes) = (lab.data.inputs(), lab.data.classes());
        let network = MultiLayerNet::new(inputs, self.hidden(), classes).initializer(initializer);
        let mut contestant =
            Contestant::new(&network, kind, seed).expect("layers of one unit or more");
        if let Some(lr) = self.lr() {
            contestant.optimizer.set_lr(lr).expect("checked on the command line");
        }
        contestant
    }

    /// The network in words, for the subtitle of a figure.
    pub fn text(&self, lab: &Lab) -> String {
        let batch_size = self.training.batch_size.unwrap_or(BATCH_SIZE);
        format!("{}, ReLU, batch {batch_size}", lab.data.layers(self.hidden()))
    }
}

/// A network that is compared with others: its names, and how its curve is drawn.
#[derive(Debug)]
pub struct Compared {
    /// The name in files.
    pub name: &'static str,
    /// The name for readers, which is that in the notebook's table.
    pub label: &'static str,
    /// The name in the legend of the figure.
    pub legend: String,
    /// The colour of the curve.
    pub color: Color,
    /// The markers on the curve.
    pub marker: Marker,
}

/// Trains a network for each series and seed, on the same mini-batches for all series of a seed;
/// measures the loss on the mini-batch after each update, and the test accuracy at the end.
///
/// # Errors
/// Any failure of the experiment.
pub fn run<T: Real>(
    lab: &Lab,
    settings: &LossSettings,
    series: &[Compared],
    contestant: impl Fn(usize, Seed) -> Contestant<T> + Sync,
) -> Result<Findings> {
    let plan = settings.plan(lab)?;
    let test = &lab.data.test;
    let series = series.iter().map(|series| (series.name, series.label));
    let experiment = Experiment::new(PART, series, lab.data.train.clone(), plan, contestant);
    lab.run_one(experiment.measure(|moment, measured| {
        measured.push(moment.iteration, Metric::TRAIN_LOSS, moment.loss_after());
        if moment.iteration + 1 == plan.iterations() {
            let accuracy = lab.accuracy(moment, test);
            measured.push(moment.iteration, Metric::TEST_ACCURACY, accuracy);
        }
    }))
}

/// The table of results: a row a series, with its last loss and test accuracy. `columns` are what
/// the section adds: a title, and a cell for each series.
///
/// # Errors
/// If stdout cannot be written to.
pub fn results(
    report: &mut RunReport,
    what: &str,
    findings: &Findings,
    columns: Vec<(String, Vec<String>)>,
) -> Result<()> {
    let (added, cells): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    let first = [what, "loss of the last 100 iterations"].map(str::to_owned);
    let titles = first.into_iter().chain(added).chain(["test accuracy".to_owned()]);
    let row = |(k, found): (usize, &Series)| -> Vec<String> {
        let loss = found.last_hundred(Metric::TRAIN_LOSS).text(4);
        let added = cells.iter().map(|column: &Vec<String>| column[k].clone());
        let accuracy = found.last(Metric::TEST_ACCURACY).text(4);
        [found.label.clone(), loss].into_iter().chain(added).chain([accuracy]).collect()
    };
    let rows = findings.series.iter().enumerate().map(row);
    let table = Table::new("Where the training losses end", titles, rows);
    report.results(table, || notebook(findings))
}

/// The notebook's print: the losses every 100 iterations.
fn notebook(findings: &Findings) -> Vec<String> {
    let losses: Vec<_> =
        findings.series.iter().map(|found| found.spreads(Metric::TRAIN_LOSS)).collect();
    let mut lines = Vec::new();
    for step in (0..losses[0].len()).step_by(EVERY) {
        lines.push(format!("===========iteration:{step}==========="));
        let named = findings.series.iter().zip(&losses);
        lines.extend(
            named.map(|(series, losses)| format!("{}:{}", series.label, losses[step].1.text(4))),
        );
    }
    lines
}

/// Draws the smoothed losses by iteration: on a linear scale, which shows the start, and on a
/// logarithmic one, which tells the ends apart.
pub fn figure(
    report: &mut RunReport,
    lab: &Lab,
    settings: &LossSettings,
    (name, title): (&str, &str),
    series: &[Compared],
    findings: &Findings,
) {
    let iterations = findings.series[0].values(Metric::TRAIN_LOSS).len();
    let losses: Vec<f64> = (findings.series.iter())
        .flat_map(|found| smoothed_runs(found, Metric::TRAIN_LOSS))
        .flatten()
        .collect();
    // Losses far above that of guessing are of networks that diverge.
    let guessing = libm::log(lab.data.classes() as f64);
    let highest = losses.iter().copied().fold(0.0, f64::max).min(1.2 * guessing);
    let label = "training loss (smoothed)";
    let scales = [
        ("linear scale", Axis::linear(label, 0.0, 1.04 * highest)),
        ("logarithmic scale", Axis::log_fitting(label, losses)),
    ];
    let panels = scales.into_iter().map(|(scale, y)| {
        let curves = series.iter().zip(&findings.series).flat_map(|(series, found)| {
            let style = Style::solid(&series.legend, series.color)
                .marker(series.marker, iterations.div_ceil(20));
            smoothed(found, Metric::TRAIN_LOSS, &style)
        });
        Panel::new(scale)
            .x_axis(Axis::linear("iteration", 0.0, (iterations - 1).max(1) as f64))
            .y_axis(y)
            .marks(curves)
    });
    let figure = Figure::new(title)
        .subtitle(lab.subtitle(&settings.text(lab)))
        .plot_size(450.0, 340.0)
        .panels(panels);
    let ends = listed(&ends(findings));
    let reading = format!("Mean loss of the last 100 iterations, the lowest first: {ends}.");
    report.figure(name, figure, &reading);
}

/// The mean loss of each series over its last 100 iterations, with its spread over the seeds, the
/// lowest first; NaN comes last.
pub fn ends(findings: &Findings) -> Vec<(&str, Spread)> {
    let end = |found: &Series| found.last_hundred(Metric::TRAIN_LOSS);
    let mut ends: Vec<_> =
        findings.series.iter().map(|found| (found.label.as_str(), end(found))).collect();
    ends.sort_by(|(_, a), (_, b)| a.mean.abs().total_cmp(&b.mean.abs()));
    ends
}

/// The series whose loss ends lowest in more than half of the seeds.
pub fn winner(findings: &Findings) -> Option<usize> {
    let lowest = findings.each_seed(|one| {
        let end = |k: &usize| one.series[*k].last_hundred(Metric::TRAIN_LOSS).mean;
        let finite = (0..one.series.len()).filter(|k| end(k).is_finite());
        finite.min_by(|a, b| end(a).total_cmp(&end(b)))
    });
    let wins = |k: usize| lowest.iter().filter(|lowest| **lowest == Some(k)).count();
    (0..findings.series.len()).find(|&k| 2 * wins(k) > lowest.len())
}

/// A text that lists [`ends`].
pub fn listed(ends: &[(&str, Spread)]) -> String {
    let ends: Vec<_> =
        ends.iter().map(|(label, loss)| format!("{label} ({})", loss.text(3))).collect();
    ends.join(", ")
}

/// The mean loss of each of the first N series over its last 100 iterations, seed by seed.
pub fn ends_of_each_seed<const N: usize>(findings: &Findings) -> Vec<[f64; N]> {
    let end = |series: &Series| series.last_hundred(Metric::TRAIN_LOSS).mean;
    findings.each_seed(|one| std::array::from_fn(|index| end(&one.series[index])))
}

/// Compares the series with the notebook's table. `csv` is the text of its file: the iteration,
/// then one column per series, in their order.
pub fn beside_the_notebook(report: &mut RunReport, findings: &Findings, csv: &str) {
    let rows = csv_rows(csv);
    for (column, series) in (1..rows[0].len()).zip(&findings.series) {
        let printed = rows.iter().map(|row| (row[0] as usize, row[column]));
        report.beside_the_notebook(PART, series, Metric::TRAIN_LOSS, printed);
    }
}

/// Compares the series that the original has with its losses, which are kept as means of 20
/// iterations.
pub fn beside_the_original(report: &mut RunReport, section: &str, findings: &Findings, csv: &str) {
    const BLOCK: usize = 20;
    let known =
        |series: &&Series| csv.lines().any(|line| line.split(',').next() == Some(&series.name));
    let shared = findings.series.iter().filter(known);
    let names = shared.clone().map(|series| series.name.as_str());
    let wanted: Vec<_> =
        names.clone().map(|name| (name.to_owned(), "train_loss_mean_of_20")).collect();
    let original = Curves::read(csv, &wanted);
    let ours =
        shared.map(|series| Curves::of(&series.name, series, Metric::TRAIN_LOSS).in_blocks(BLOCK));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let quantities = names.enumerate().flat_map(|(curve, name)| {
        let last = move |run: &[&[f64]]| mean(&run[curve][run[curve].len() - TAIL / BLOCK..]);
        [
            Quantity::new(format!("{name}: loss of the last 100 iterations"), last),
            Quantity::new(format!("{name}: mean loss of all iterations"), move |run| {
                mean(run[curve])
            }),
        ]
    });
    let (ours, quantities) = (ours.collect::<Vec<_>>(), quantities.collect::<Vec<_>>());
    report.beside_the_original(section, [&original, &ours], &quantities);
}
