//! Networks compared by their training loss on MNIST, as sections 6.1.8 and 6.2.4 do.

use init::Seed;
use training::{Contestant, Moment, Plan, Real};
use viz::{Axis, Figure, Panel};

use crate::bands::Band;
use crate::curves::{Style, smoothed};
use crate::{Failure, Log, Metrics, Printed, Run, accuracy, csv_rows, each_seed, train};

/// The part's name in both sections.
pub const PART: &str = "mnist";
/// Training and test images.
pub const SAMPLES: (usize, usize) = (60_000, 10_000);
const BATCH_SIZE: usize = 128;
/// The notebook prints every so many iterations.
const EVERY: usize = 100;

/// What is compared: each series' name in `metrics.csv`, in the notebook's table, and its style.
#[derive(Debug)]
pub struct Series<'a> {
    /// In files.
    pub name: &'static str,
    /// In the table.
    pub label: &'static str,
    /// In the figure.
    pub style: Style<'a>,
}

/// Hidden layers of the networks of both sections.
pub const HIDDEN: [usize; 4] = [100; 4];

/// Trains networks for 2,000 iterations once for each series and seed, on the same mini-batches
/// for all series of a seed; records the loss on the mini-batch after each update, and the test
/// accuracy at the end; prints the notebook's table.
///
/// # Errors
/// Whatever stops it.
pub fn run<T: Real>(
    run: &mut Run,
    series: &[Series<'_>],
    contestant: impl Fn(usize, Seed) -> Contestant<T> + Sync,
) -> Result<(), Failure> {
    let plan = Plan::updates(run.scaled(2000, 100), BATCH_SIZE);
    let seeds = run.args().seeds();
    let what = format!("training {} networks", series.len() * seeds.len());
    run.begin(&what, seeds.len() * series.len() * plan.iterations());
    let samples = run.data().train.clone();
    let test = run.data().test.blocks::<T>();
    let measure = |moment: &mut Moment<'_, T>, log: &mut Log| {
        log.push((moment.iteration, "train_loss", moment.loss_after()));
        if moment.iteration + 1 == plan.iterations() {
            log.push((moment.iteration, "test_accuracy", accuracy(run, moment, &test)));
        }
    };
    let train_one = |seed: Seed| {
        let mut contestants: Vec<_> =
            (0..series.len()).map(|unit| contestant(unit, seed.unit(unit as u64))).collect();
        train(run, &mut contestants, &samples, plan, seed, &measure)
    };
    let logs = each_seed(&seeds, &train_one)?;
    run.end();
    for (seed, logs) in seeds.into_iter().zip(logs) {
        for (series, log) in series.iter().zip(logs) {
            run.record(PART, series.name, seed, log)?;
        }
    }
    print_table(run, series)
}

/// The notebook's table: the losses every 100 iterations.
fn print_table(run: &mut Run, series: &[Series<'_>]) -> Result<(), Failure> {
    let bands: Vec<_> =
        series.iter().map(|s| run.metrics().bands(PART, s.name, "train_loss")).collect();
    for step in (0..bands[0].len()).step_by(EVERY) {
        run.say(&format!("===========iteration:{step}==========="))?;
        for (series, bands) in series.iter().zip(&bands) {
            run.say(&format!("{}:{}", series.label, bands[step].1.text(4)))?;
        }
    }
    for series in series {
        let accuracy = run.metrics().bands(PART, series.name, "test_accuracy");
        let text = accuracy.last().map(|(_, band)| band.text(4)).unwrap_or_default();
        run.say(&format!("test accuracy of {}: {text}", series.label))?;
    }
    Ok(())
}

/// Smoothed losses by iteration.
pub fn figure(run: &Run, title: &str, series: &[Series<'_>], highest: f64) -> Figure {
    let iterations =
        run.metrics().series(PART, series[0].name, "train_loss").len().saturating_sub(1);
    let mut panel = Panel::new("")
        .x_axis(Axis::linear("iteration", 0.0, iterations.max(1) as f64))
        .y_axis(Axis::linear("training loss (smoothed)", 0.0, highest));
    for series in series {
        let name = (PART, series.name, "train_loss");
        panel = panel.marks(smoothed(run.metrics(), name, &series.style));
    }
    Figure::new(title)
        .subtitle(run.subtitle(&format!("{}, ReLU, batch 128", run.data().layers(&HIDDEN))))
        .plot_size(760.0, 400.0)
        .panel(panel)
}

/// The mean loss of the last 100 iterations, a number for each seed, as a band.
pub fn last_hundred(metrics: &Metrics, series: &str) -> Band {
    let steps = metrics.series(PART, series, "train_loss");
    let tail = &steps[steps.len().saturating_sub(100)..];
    let runs = tail.first().map_or(0, |(_, values)| values.len());
    let mean =
        |run: usize| tail.iter().map(|(_, values)| values[run]).sum::<f64>() / tail.len() as f64;
    Band::of(&(0..runs).map(mean).collect::<Vec<_>>())
}

/// The notebook's table from its file, whose columns follow the order of the series.
pub fn printed(text: &str, series: &[&'static str]) -> Vec<Printed> {
    let rows = csv_rows(text);
    let column = |(column, name): (usize, &&'static str)| {
        let rows = rows.iter();
        let printed = rows.map(move |row| Printed {
            part: PART,
            series: (*name).to_owned(),
            metric: "train_loss",
            step: row[0] as usize,
            value: row[column + 1],
        });
        printed.collect::<Vec<_>>()
    };
    series.iter().enumerate().flat_map(column).collect()
}
