//! What pruning saves in time and costs in accuracy.

use std::time::Duration;

use experiments::cli::Result;
use experiments::findings::{Findings, Measurements, Metric, Series, Spread};
use experiments::lab::Lab;
use experiments::report::{RunReport, Table};
use platform::processor_time;
use search::pruner::PrunerKind;
use search::{End, Search, Trial, pruned, steps_taken};
use training::Real;
use viz::{Axis, Color, Figure, Line, LineStyle, Panel};

use crate::best_so_far::running_best;
use crate::flags::SearchFlags;
use crate::lessons;
use crate::objective::objective;
use crate::samplers::BEST_ACCURACY;
use crate::search::task;

/// The name of the part.
pub const PRUNERS: &str = "pruners";
const EPOCHS_TRAINED: Metric = Metric::lower("epochs_trained");

/// A search with a pruner.
struct Pruned {
    kind: PrunerKind,
    /// The trials of every seed.
    trials: Vec<Vec<Trial>>,
    /// Processor time.
    time: Duration,
}

impl Pruned {
    /// The number of trained epochs, for every seed.
    fn epochs(&self) -> Vec<f64> {
        self.trials.iter().map(|trials| steps_taken(trials) as f64).collect()
    }

    /// The name for readers, and the look in figures.
    fn style(&self) -> (&'static str, Color, LineStyle) {
        match self.kind {
            PrunerKind::None => ("no pruning", Color::GREY, LineStyle::Solid),
            PrunerKind::Median => ("median pruning", Color::GREEN, LineStyle::Dashed),
            PrunerKind::Asha => ("successive halving", Color::VERMILLION, LineStyle::Dotted),
        }
    }

    fn label(&self) -> &'static str {
        self.style().0
    }

    /// The share of the epochs that is saved, seed by seed.
    fn saved(&self, whole: &Self) -> Vec<f64> {
        let pairs = self.epochs().into_iter().zip(whole.epochs());
        pairs.map(|(trained, all)| 1.0 - trained / all).collect()
    }

    /// The best accuracy of every seed.
    fn best(&self) -> Vec<f64> {
        let best = |trials: &Vec<Trial>| running_best(trials).last().copied().unwrap_or(f64::NAN);
        self.trials.iter().map(best).collect()
    }

    /// The best accuracy of a search without pruning less this one's, seed by seed.
    fn lost(&self, whole: &Self) -> Vec<f64> {
        let pairs = whole.best().into_iter().zip(self.best());
        pairs.map(|(whole, best)| whole - best).collect()
    }
}

/// Searches with each pruner: the same trials, fewer epochs.
pub fn run<T: Real>(lab: &Lab, flags: &SearchFlags, report: &mut RunReport) -> Result<()> {
    let space = flags.space()?;
    let count = flags.trials(lab, 100, 20);
    let sampler = flags.sampler(&space, count)?;
    let epochs = flags.epochs(lab);
    let seeds = lab.args.seeds();
    let whole = count as usize * epochs;
    let work = lab.begin("pruners", PrunerKind::ALL.len() * seeds.len() * whole);
    let mut found = Vec::new();
    for kind in PrunerKind::ALL {
        let pruner = kind.pruner(epochs);
        let started = processor_time();
        let one = |&number: &u64| {
            let (sampler, pruner, seed) = (sampler.as_ref(), pruner.as_ref(), lab.seed(number));
            let together = flags.together();
            let search = Search { space: &space, sampler, pruner, seed, steps: epochs, together };
            let train = objective::<T, _>(task(lab, number), epochs);
            search.run(&[], 0..count, &train, &|epochs| work.advance(epochs))
        };
        let trials = seeds.iter().map(one).collect::<Result<_>>()?;
        found.push(Pruned { kind, trials, time: processor_time().saturating_sub(started) });
    }
    work.done();
    let whole = &found[0];
    let told = found[1..].iter().map(|one| (one.label(), one.saved(whole), one.lost(whole)));
    lessons::pruners(report, &told.collect::<Vec<_>>());
    report.results_of_our_own(table(&found, count))?;
    // Not in the table, which is the same in every run.
    let time = |one: &Pruned| format!("{} {:.1} s", one.label(), one.time.as_secs_f64());
    let times: Vec<String> = found.iter().map(time).collect();
    report.say(&format!("processor time: {}", times.join(", ")))?;
    let figure = Figure::new("The same trials with and without pruning")
        .subtitle(lab.subtitle_of_first_seed(&format!("{count} trials")))
        .grid(2, 2)
        .panels(found.iter().map(|found| panel(found, epochs)))
        .panel(best_by_epochs(&found, count as usize * epochs));
    let best = |one: &Pruned| format!("{} {}", one.label(), one.best()[0]);
    let reading = format!(
        "Each line is a trial, ending where it was pruned; last, the best so far against the epochs trained. \
         Best accuracy of this seed: {}.",
        found.iter().map(best).collect::<Vec<_>>().join(", ")
    );
    report.figure("sec6_5_pruners", figure, &reading);
    conclude(report, &found);
    for found in found {
        let numbers = found.epochs().into_iter().zip(found.best());
        let measured = numbers.map(|(epochs, best)| -> Measurements {
            [(0, EPOCHS_TRAINED, epochs), (0, BEST_ACCURACY, best)].into_iter().collect()
        });
        let series = Series::new(found.kind.to_string(), measured.collect());
        let series = series.labelled(found.label());
        report.record(Findings::of_series(PRUNERS, &seeds, series));
    }
    Ok(())
}

/// What each pruner saves and loses.
fn table(found: &[Pruned], count: u64) -> Table {
    let (whole, seeds) = (&found[0], found[0].trials.len());
    let row = |one: &Pruned| {
        let stopped: usize = one.trials.iter().map(|trials| pruned(trials)).sum();
        let percent = |share: f64| format!("{:.0} %", 100.0 * share);
        vec![
            one.label().to_owned(),
            format!("{:.0}", stopped as f64 / seeds as f64),
            percent(1.0 - Spread::of(&one.saved(whole)).mean),
            Spread::of(&one.best()).text(3),
            Spread::of(&one.lost(whole)).text(3),
        ]
    };
    let columns = ["pruner", "pruned a seed", "epochs trained", "best accuracy", "lost"];
    let title = format!("What pruning saves and loses: {count} trials a seed, {seeds} seeds");
    Table::new(title, columns, found.iter().map(row))
}

/// Whether pruning is worth it.
fn conclude(report: &mut RunReport, found: &[Pruned]) {
    let [whole, pruned @ ..] = found else { return };
    for one in pruned {
        let (saved, lost) = (one.saved(whole), one.lost(whole));
        // Accuracies are whole hundredths, and 0.82 − 0.80 is a little less than 0.02 in floats.
        let held = saved.iter().zip(&lost).map(|(saved, lost)| *saved > 0.5 && *lost < 0.015);
        report.conclude(
            &format!("{} saves half of the epochs and loses at most 0.01", one.label()),
            "it trains less than half of the epochs, and its best accuracy is at most 0.01 lower",
            &held.collect::<Vec<bool>>(),
            format!(
                "saved {:.0} %, lost {}",
                100.0 * Spread::of(&saved).mean,
                Spread::of(&lost).text(3)
            ),
        );
    }
}

/// The trials of the first seed.
fn panel(found: &Pruned, epochs: usize) -> Panel {
    let trials = &found.trials[0];
    let mut panel = Panel::new(format!("{}: {} epochs", found.label(), steps_taken(trials)))
        .x_axis(Axis::linear("epoch", 0.0, (epochs - 1) as f64))
        .y_axis(Axis::linear("validation accuracy", 0.0, 1.0));
    let mut named = [false; 2];
    for trial in trials {
        let (which, color, name) = match trial.end {
            End::Stopped(_) => (0, Color::ORANGE, "pruned"),
            _ => (1, Color::BLUE, "trained to the end"),
        };
        let points = trial.reports.iter().map(|report| (report.step as f64, report.value));
        let line = Line::new(color, points).width(1.0).opacity(0.6);
        // One entry of a kind in the legend.
        let first = !std::mem::replace(&mut named[which], true);
        panel = panel.mark(if first { line.named(name) } else { line });
    }
    panel
}

/// The best accuracy of the first seed so far against the epochs that its trials took.
fn best_by_epochs(found: &[Pruned], all_epochs: usize) -> Panel {
    let line = |one: &Pruned| {
        let (name, color, style) = one.style();
        let trials = &one.trials[0];
        let trained = trials.iter().scan(0.0, |epochs, trial| {
            *epochs += trial.reports.len() as f64;
            Some(*epochs)
        });
        let points = trained.zip(running_best(trials));
        Line::new(color, points).style(style).stepped().named(name)
    };
    Panel::new("best so far")
        .x_axis(Axis::linear("epochs trained", 0.0, all_epochs as f64))
        .y_axis(Axis::linear("validation accuracy", 0.0, 1.0))
        .marks(found.iter().map(line))
}
