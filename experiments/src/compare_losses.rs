//! Compares networks by their training loss on MNIST, in sections 6.1.8 and 6.2.4.

use init::Seed;
use training::{Contestant, Plan, Real};
use viz::{Axis, Figure, Panel};

use crate::cli::Failure;
use crate::findings::equivalence::{Curves, Quantity};
use crate::findings::{Findings, Metric, Series, Spread, csv_rows};
use crate::lab::{Experiment, Lab};
use crate::report::RunReport;
use crate::report::curves::{Style, smoothed};

/// The part's name in both sections.
pub const PART: &str = "mnist";
/// Training and test images.
pub const SAMPLES: (usize, usize) = (60_000, 10_000);
/// Hidden layers of the networks of both sections.
pub const HIDDEN: [usize; 4] = [100; 4];
/// The size of the mini-batches of both sections.
pub const BATCH_SIZE: usize = 128;
/// The number of updates, of a run that is not quick.
pub const UPDATES: usize = 2000;
/// The notebook prints every so many iterations.
const EVERY: usize = 100;

/// A network that is compared with others: its names and its style.
#[derive(Debug)]
pub struct Compared<'a> {
    /// The name in files.
    pub name: &'static str,
    /// The name in the notebook's table.
    pub label: &'static str,
    /// The style in the figure.
    pub style: Style<'a>,
}

/// Trains networks for 2,000 iterations once for each series and seed, on the same mini-batches
/// for all series of a seed; measures the loss on the mini-batch after each update, and the test
/// accuracy at the end.
///
/// # Errors
/// Any failure of the experiment.
pub fn run<T: Real>(
    lab: &Lab,
    series: &[Compared<'_>],
    contestant: impl Fn(usize, Seed) -> Contestant<T> + Sync,
) -> Result<Findings, Failure> {
    let plan = Plan::updates(lab.scaled(UPDATES, 100), BATCH_SIZE);
    let test = lab.data().test.blocks::<T>();
    let names = series.iter().map(|series| series.name);
    let samples = lab.data().train.clone();
    lab.run_one(Experiment::new(PART, names, samples, plan, contestant).measure(
        |moment, measured| {
            measured.push(moment.iteration, Metric::TRAIN_LOSS, moment.loss_after());
            if moment.iteration + 1 == plan.iterations() {
                let accuracy = lab.accuracy(moment, &test);
                measured.push(moment.iteration, Metric::TEST_ACCURACY, accuracy);
            }
        },
    ))
}

/// The notebook's table: the losses every 100 iterations.
///
/// # Errors
/// If stdout cannot be written to.
pub fn table(
    report: &mut RunReport,
    series: &[Compared<'_>],
    findings: &Findings,
) -> Result<(), Failure> {
    let losses: Vec<_> =
        findings.series.iter().map(|found| found.spreads(Metric::TRAIN_LOSS)).collect();
    for step in (0..losses[0].len()).step_by(EVERY) {
        report.say(&format!("===========iteration:{step}==========="))?;
        for (series, losses) in series.iter().zip(&losses) {
            report.say(&format!("{}:{}", series.label, losses[step].1.text(4)))?;
        }
    }
    for (series, found) in series.iter().zip(&findings.series) {
        let accuracy = found.last(Metric::TEST_ACCURACY).text(4);
        report.say(&format!("test accuracy of {}: {accuracy}", series.label))?;
    }
    Ok(())
}

/// The figure of the smoothed losses by iteration, up to a loss of `highest`.
pub fn figure(
    lab: &Lab,
    title: &str,
    series: &[Compared<'_>],
    findings: &Findings,
    highest: f64,
) -> Figure {
    let iterations = findings.series[0].values(Metric::TRAIN_LOSS).len().saturating_sub(1);
    let mut panel = Panel::new("")
        .x_axis(Axis::linear("iteration", 0.0, iterations.max(1) as f64))
        .y_axis(Axis::linear("training loss (smoothed)", 0.0, highest));
    for (series, found) in series.iter().zip(&findings.series) {
        panel = panel.marks(smoothed(found, Metric::TRAIN_LOSS, &series.style));
    }
    Figure::new(title)
        .subtitle(lab.subtitle(&format!("{}, ReLU, batch 128", lab.data().layers(&HIDDEN))))
        .plot_size(760.0, 400.0)
        .panel(panel)
}

/// The mean loss of each series over its last 100 iterations, with its spread over the seeds, and a
/// text that lists these losses.
pub fn last_hundred(series: &[Compared<'_>], findings: &Findings) -> (Vec<Spread>, String) {
    let spreads: Vec<Spread> =
        findings.series.iter().map(|found| found.last_hundred(Metric::TRAIN_LOSS)).collect();
    let numbers = series.iter().zip(&spreads);
    let numbers: Vec<_> =
        numbers.map(|(series, spread)| format!("{} {}", series.label, spread.text(3))).collect();
    (spreads, format!("mean loss of the last 100 iterations: {}", numbers.join(", ")))
}

/// The mean loss of each of the first N series over its last 100 iterations, seed by seed.
pub fn ends_of_each_seed<const N: usize>(findings: &Findings) -> Vec<[f64; N]> {
    let end = |series: &Series| series.last_hundred(Metric::TRAIN_LOSS).mean;
    findings.each_seed(|one| std::array::from_fn(|index| end(&one.series[index])))
}

/// The caption of the figure: who ended lowest, and where.
pub fn reading(series: &[Compared<'_>], losses: &[Spread]) -> String {
    let mut ends: Vec<(&str, Spread)> =
        series.iter().map(|series| series.label).zip(losses.iter().copied()).collect();
    ends.sort_by(|(_, a), (_, b)| a.mean.total_cmp(&b.mean));
    let ends: Vec<_> =
        ends.iter().map(|(label, loss)| format!("{label} {}", loss.text(3))).collect();
    format!("Mean loss of the last 100 iterations, the lowest first: {}.", ends.join(", "))
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

/// Compares the series with the original's losses, which are kept as means of 20 iterations.
pub fn beside_the_original(report: &mut RunReport, section: &str, findings: &Findings, csv: &str) {
    const BLOCK: usize = 20;
    let names = findings.series.iter().map(|series| series.name.as_str());
    let wanted: Vec<_> =
        names.clone().map(|name| (name.to_owned(), "train_loss_mean_of_20")).collect();
    let original = Curves::read(csv, &wanted);
    let ours = findings
        .series
        .iter()
        .map(|series| Curves::of(&series.name, series, Metric::TRAIN_LOSS).in_blocks(BLOCK));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let quantities = names.enumerate().flat_map(|(curve, name)| {
        let last = move |run: &[&[f64]]| mean(&run[curve][run[curve].len() - 100 / BLOCK..]);
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
