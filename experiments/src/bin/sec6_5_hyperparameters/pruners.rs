//! What pruning saves in time and loses in accuracy.

use std::time::Duration;

use experiments::bands::Band;
use experiments::search::{Task, objective};
use experiments::{Conclusion, Failure, Run, Table};
use init::Seed;
use search::pruner::PrunerKind;
use search::{End, Search, Trial, pruned, steps_taken};
use training::Real;
use viz::{Axis, Color, Figure, Line, Panel};

use crate::figures::running_best;
use crate::flags::Flags;
use crate::search::progress;

/// The part's name.
pub const PRUNERS: &str = "pruners";
const EPOCHS: &str = "epochs_trained";
const BEST: &str = "best_accuracy";

/// Searches with each pruner: the same trials, fewer epochs.
///
/// # Errors
/// Whatever stops it.
pub fn run<T: Real>(run: &mut Run, flags: &Flags) -> Result<(), Failure> {
    let space = flags.space()?;
    let count = flags.trials(run, 100, 20);
    let sampler = flags.sampler(&space, count)?;
    let epochs = flags.epochs(run);
    let seeds = run.args().seeds();
    let work = PrunerKind::ALL.len() * seeds.len() * count as usize * epochs;
    run.begin("pruners", work);
    let mut found: Vec<(PrunerKind, Vec<Vec<Trial>>, Duration)> = Vec::new();
    for kind in PrunerKind::ALL {
        let pruner = kind.pruner(epochs);
        let started = work_done();
        let one = |&seed: &u64| {
            let (sampler, pruner, seed) = (sampler.as_ref(), pruner.as_ref(), Seed::new(seed));
            let together = flags.together();
            let search = Search { space: &space, sampler, pruner, seed, steps: epochs, together };
            let task = Task::<T>::new(run.data(), seed);
            let train = objective(&task, epochs);
            search.run(&[], 0..count, &train, &|epochs| progress(run, epochs))
        };
        let trials = seeds.iter().map(one).collect::<Result<_, Failure>>()?;
        found.push((kind, trials, work_done().saturating_sub(started)));
    }
    run.end();
    let whole = found[0].2;
    let mut rows = Vec::new();
    for (kind, all, time) in &found {
        for (&seed, trials) in seeds.iter().zip(all) {
            let best = running_best(trials).last().copied().unwrap_or(f64::NAN);
            let log = [(0, EPOCHS, steps_taken(trials) as f64), (0, BEST, best)];
            run.record(PRUNERS, &kind.to_string(), seed, log.into_iter().collect())?;
        }
        let numbers = Numbers::of(run, *kind);
        let share = numbers.epochs.mean / (count as usize * epochs) as f64;
        let stopped: usize = all.iter().map(|trials| pruned(trials)).sum();
        let row = vec![
            kind.to_string(),
            format!("{:.0} of {count}", stopped as f64 / seeds.len() as f64),
            format!("{:.0} %", 100.0 * share),
            format!("{:.1} s", time.as_secs_f64()),
            format!("{:.0} %", 100.0 * (1.0 - time.as_secs_f64() / whole.as_secs_f64())),
            numbers.best.text(3),
            numbers.lost.text(3),
        ];
        run.say(&format!(
            "{kind}: {} trials pruned, {} of the epochs trained in {} ({} saved), best val acc {}, \
             lost {}",
            row[1], row[2], row[3], row[4], row[5], row[6]
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
    run.table(Table {
        title: format!("What pruning saves and loses, over {} seeds", seeds.len()),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    });
    let panels = found.iter().map(|(kind, all, _)| panel(*kind, &all[0], epochs));
    let figure = Figure::new("The same trials under three pruners")
        .subtitle(run.subtitle_of_first_seed(&format!("{count} trials")))
        .panels(panels);
    run.figure(
        "sec6_5_pruners",
        figure,
        "A line a trial, ending where it was pruned. The first trials run to their end, since there is \
         nothing to compare them with.",
    );
    Ok(())
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

/// A pruner's numbers over the seeds, read back from what was recorded.
struct Numbers {
    epochs: Band,
    best: Band,
    /// Best accuracy of the unpruned search less this one's, seed by seed.
    lost: Band,
}

impl Numbers {
    fn of(run: &Run, kind: PrunerKind) -> Self {
        let values = |kind: PrunerKind, metric: &str| {
            let series = run.metrics().series(PRUNERS, &kind.to_string(), metric);
            series.first().map_or(vec![], |(_, values)| values.clone())
        };
        let best = values(kind, BEST);
        let pairs = values(PrunerKind::None, BEST).into_iter().zip(&best);
        let lost: Vec<f64> = pairs.map(|(whole, best)| whole - best).collect();
        Self {
            epochs: Band::of(&values(kind, EPOCHS)),
            best: Band::of(&best),
            lost: Band::of(&lost),
        }
    }
}

/// Whether pruning is worth it.
pub fn conclusions(run: &Run) -> Vec<Conclusion> {
    let whole = Numbers::of(run, PrunerKind::None).epochs.mean;
    let judge = |kind: PrunerKind| {
        let numbers = Numbers::of(run, kind);
        let saved = 1.0 - numbers.epochs.mean / whole;
        Conclusion::new(
            &format!("{kind} pruning saves half of the epochs and loses less than 0.02"),
            saved > 0.5 && numbers.lost.mean < 0.02,
            format!("saved {:.0} %, lost {}", 100.0 * saved, numbers.lost.text(3)),
        )
    };
    vec![judge(PrunerKind::Median), judge(PrunerKind::Asha)]
}
