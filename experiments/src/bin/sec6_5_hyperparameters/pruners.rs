//! What pruning saves in time and costs in accuracy.

use std::time::Duration;

use experiments::cli::Failure;
use experiments::findings::{Findings, Measurements, Metric, Spread};
use experiments::lab::Lab;
use experiments::report::{RunReport, Table};
use search::pruner::PrunerKind;
use search::{End, Search, Trial, pruned, steps_taken};
use training::Real;
use viz::{Axis, Color, Figure, Line, Panel};

use crate::figures::running_best;
use crate::flags::SearchFlags;
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
///
/// # Errors
/// Any failure of the experiment.
pub fn run<T: Real>(lab: &Lab, flags: &SearchFlags, report: &mut RunReport) -> Result<(), Failure> {
    let space = flags.space()?;
    let count = flags.trials(lab, 100, 20);
    let sampler = flags.sampler(&space, count)?;
    let epochs = flags.epochs(lab);
    let seeds = lab.args().seeds();
    let whole = count as usize * epochs;
    let work = lab.begin("pruners", PrunerKind::ALL.len() * seeds.len() * whole);
    let mut found = Vec::new();
    for kind in PrunerKind::ALL {
        let pruner = kind.pruner(epochs);
        let started = work_done();
        let one = |&number: &u64| {
            let (sampler, pruner, seed) = (sampler.as_ref(), pruner.as_ref(), lab.seed(number));
            let together = flags.together();
            let search = Search { space: &space, sampler, pruner, seed, steps: epochs, together };
            let train = objective(task::<T>(lab, number), epochs);
            search.run(&[], 0..count, &train, &|epochs| work.advance(epochs))
        };
        let trials = seeds.iter().map(one).collect::<Result<_, Failure>>()?;
        found.push(Pruned { kind, trials, time: work_done().saturating_sub(started) });
    }
    work.done();
    table(report, &found, count, epochs)?;
    let panels = found.iter().map(|found| panel(found.kind, &found.trials[0], epochs));
    let figure = Figure::new("The same trials under three pruners")
        .subtitle(lab.subtitle_of_first_seed(&format!("{count} trials")))
        .panels(panels);
    report.figure(
        "sec6_5_pruners",
        figure,
        "A line a trial, ending where it was pruned. The first trials run to their end, since there is \
         nothing to compare them with.",
    );
    conclude(report, &found);
    for found in found {
        let numbers = found.epochs().into_iter().zip(found.best());
        let measured = numbers.map(|(epochs, best)| -> Measurements {
            [(0, EPOCHS_TRAINED, epochs), (0, BEST_ACCURACY, best)].into_iter().collect()
        });
        let (name, runs) = (found.kind.to_string(), measured.collect());
        report.record(Findings::of_series(PRUNERS, &seeds, name, runs))?;
    }
    Ok(())
}

/// What each pruner saves and loses.
fn table(
    report: &mut RunReport,
    found: &[Pruned],
    count: u64,
    epochs: usize,
) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let (unpruned, seeds) = (&found[0], found[0].trials.len());
    for one in found {
        let share = Spread::of(&one.epochs()).mean / (count as usize * epochs) as f64;
        let stopped: usize = one.trials.iter().map(|trials| pruned(trials)).sum();
        let time = one.time.as_secs_f64();
        let row = vec![
            one.kind.to_string(),
            format!("{:.0} of {count}", stopped as f64 / seeds as f64),
            format!("{:.0} %", 100.0 * share),
            format!("{time:.1} s"),
            format!("{:.0} %", 100.0 * (1.0 - time / unpruned.time.as_secs_f64())),
            Spread::of(&one.best()).text(3),
            Spread::of(&one.lost(unpruned)).text(3),
        ];
        report.say(&format!(
            "{}: {} trials pruned, {} of the epochs trained in {} ({} saved), best val acc {}, lost {}",
            row[0], row[1], row[2], row[3], row[4], row[5], row[6]
        ))?;
        rows.push(row);
    }
    let columns = [
        "pruner",
        "pruned a seed",
        "epochs trained",
        "processor time",
        "saved",
        "best accuracy",
        "lost",
    ];
    report.table(Table {
        title: format!("What pruning saves and loses, over {seeds} seeds"),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    });
    Ok(())
}

/// Whether pruning is worth it.
fn conclude(report: &mut RunReport, found: &[Pruned]) {
    let [whole, pruned @ ..] = found else { return };
    for one in pruned {
        let saved = one.epochs().into_iter().zip(whole.epochs());
        let saved: Vec<f64> = saved.map(|(trained, all)| 1.0 - trained / all).collect();
        let lost = one.lost(whole);
        // Accuracies are whole hundredths, and 0.82 − 0.80 is a little less than 0.02 in floats.
        let held = saved.iter().zip(&lost).map(|(saved, lost)| *saved > 0.5 && *lost < 0.015);
        report.conclude(
            &format!("{} pruning saves half of the epochs and loses less than 0.02", one.kind),
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

fn panel(kind: PrunerKind, trials: &[Trial], epochs: usize) -> Panel {
    let mut panel = Panel::new(format!("{kind}: {} epochs", steps_taken(trials)))
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

/// Processor time of this process: what a pruner saves, whatever else the machine does meanwhile.
#[cfg(unix)]
fn work_done() -> Duration {
    use rustix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
}

/// The time of day, where the processor's is not to be had.
#[cfg(not(unix))]
fn work_done() -> Duration {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}
