//! The search: 100 random trials, or what the flags ask for.

use std::ops::ControlFlow;

use experiments::search::{Epoch, Hyperparameter, Settings, Task, objective};
use experiments::{Args, DIVERGED, Failure, Log, Run, Table};
use init::Seed;
use layers::Sequential;
use search::pruner::Never;
use search::sampler::Random;
use search::{End, Params, Search, Space, SpaceError, Trial, Value, pruned, ranking, steps_taken};
use tensor_ops::Sparse;
use training::Real;

use crate::figures::{self, BEST};
use crate::flags::Flags;

/// The part's name.
pub const SEARCH: &str = "search";

/// Searches once for each seed, prints the table, draws the figures.
///
/// # Errors
/// Whatever stops it.
pub fn run<T: Real>(run: &mut Run, flags: &Flags) -> Result<(), Failure> {
    let space = flags.space()?;
    let count = flags.trials(run, 100, 20);
    let sampler = flags.sampler(&space, count)?;
    let epochs = flags.epochs(run);
    let pruner = flags.pruner.pruner(epochs);
    let seeds = run.args().seeds();
    let what = format!("{} search", flags.sampler);
    run.begin(&what, seeds.len() * count as usize * epochs);
    let one = |&number: &u64| {
        let seed = Seed::new(number);
        let (sampler, pruner) = (sampler.as_ref(), pruner.as_ref());
        let together = flags.together();
        let search = Search { space: &space, sampler, pruner, seed, steps: epochs, together };
        let task = Task::<T>::new(run.data(), seed);
        let (train, progress) = (objective(&task, epochs), &|epochs| progress(run, epochs));
        match flags.study(run, &space, number)? {
            None => search.run(&[], 0..count, &train, progress),
            Some(study) => search.run_study(&study, count, &train, progress),
        }
    };
    let all: Vec<Vec<Trial>> = seeds.iter().map(one).collect::<Result<_, _>>()?;
    run.end();
    for (&seed, trials) in seeds.iter().zip(&all) {
        for trial in trials {
            run.say(&format!("val acc:{} | {}", accuracy(trial), settings(&trial.params)))?;
            let mut log = log(&space, trial);
            let &Args { save_model, tensorboard, npz, .. } = run.args();
            if (save_model || tensorboard || npz) && ranking(trials).first() == Some(&trial) {
                train_again::<T>(run, seed, trial, epochs, &mut log)?;
            }
            run.record(SEARCH, &trial.number.to_string(), seed, log)?;
        }
        print_ranking(run, seed, trials)?;
        run.table(ranked_table(&space, seed, trials));
    }
    let trained: usize = all.iter().map(|trials| steps_taken(trials)).sum();
    if pruner.prunes() {
        let (of, stopped) = (seeds.len() * count as usize * epochs, all.iter().map(|t| pruned(t)));
        run.say(&format!(
            "{} trials pruned: {trained} of {of} epochs trained",
            stopped.sum::<usize>()
        ))?;
    }
    figures::best(run, &all[0], epochs);
    figures::scatter(run, flags, &space, &all);
    figures::parallel(run, &space, &all);
    figures::history(run, &all);
    figures::importance(run, &space, &all)
}

/// Trains a trial once more, for its network and histograms: everything in it follows from seed and
/// number.
fn train_again<T: Real>(
    run: &Run,
    seed: u64,
    trial: &Trial,
    epochs: usize,
    log: &mut Log,
) -> Result<(), Failure> {
    let wrong = |error: SpaceError| Failure::Usage(error.into());
    let settings = Settings::of(&trial.params).map_err(wrong)?;
    let task = Task::<T>::new(run.data(), Seed::new(seed));
    let last = trial.reports.len().saturating_sub(1);
    let observe = |seen: Epoch, network: &mut Sequential<T>, x: &Sparse<T>| {
        if run.watches(seen.epoch, last) {
            log.watch(seen.epoch, network, x);
        }
        match seen.epoch == last && trial.reports.len() < epochs {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let (_, network) = task.trained(&settings, trial.number, epochs, observe).map_err(wrong)?;
    if run.args().save_model {
        log.keep_model(&network);
    }
    Ok(())
}

/// Moves the bar on and looks for signals.
///
/// # Errors
/// [`Failure::Stopped`] if a signal asked to stop.
pub fn progress(run: &Run, epochs: u64) -> Result<(), Failure> {
    run.advance(epochs);
    run.check_interrupt()
}

/// The notebook's search, of which only the space changes.
pub fn notebooks<'a>(run: &Run, space: &'a Space, seed: Seed) -> Search<'a> {
    let steps = run.scaled(50, 5);
    Search { space, sampler: &Random, pruner: &Never, seed, steps, together: 1 }
}

/// What goes into `metrics.csv`: the hyperparameters at step 0, a choice as its place in the list;
/// then both accuracies by epoch.
pub fn log(space: &Space, trial: &Trial) -> Log {
    let mut log = Log::new();
    for (name, value) in trial.params.iter() {
        let place = match value {
            Value::Float(x) => *x,
            Value::Integer(x) => *x as f64,
            Value::Text(choice) => {
                let choices = space.get(name).map_or(&[][..], |d| d.choices());
                choices.iter().position(|known| known == choice).map_or(f64::NAN, |k| k as f64)
            }
        };
        // The name that the metric has always had.
        let metric = match name.parse() {
            Ok(Hyperparameter::LearningRate) => "learning_rate",
            Ok(other) => other.name(),
            Err(_) => continue,
        };
        log.push((0, metric, place));
    }
    for report in &trial.reports {
        log.push((report.step, "validation_accuracy", report.value));
        log.push((report.step, "train_accuracy", report.measures["train_accuracy"]));
    }
    match trial.end {
        End::Complete => {}
        End::Stopped(epoch) => log.push((epoch, "pruned", 1.0)),
        End::Diverged(update) => log.push((update, DIVERGED, 1.0)),
    }
    log
}

/// `lr:0.0071, weight decay:0.0000032`, as the notebook prints them.
fn settings(params: &Params) -> String {
    let text = |(name, value): (&str, &Value)| {
        let value = match value {
            Value::Float(x) => x.to_string(),
            other => other.to_string(),
        };
        format!("{}:{value}", name.replace('_', " "))
    };
    params.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn accuracy(trial: &Trial) -> String {
    match trial.end {
        End::Diverged(_) => "none (diverged)".to_owned(),
        End::Stopped(epoch) => {
            format!("{} (pruned after epoch {epoch})", trial.value())
        }
        End::Complete => trial.value().to_string(),
    }
}

fn print_ranking(run: &mut Run, seed: u64, trials: &[Trial]) -> Result<(), Failure> {
    run.say(&format!("=========== Hyper-Parameter Optimization Result (seed {seed}) ==========="))?;
    for (i, trial) in ranking(trials).into_iter().take(BEST).enumerate() {
        let settings = settings(&trial.params);
        run.say(&format!("Best-{}(val acc:{}) | {settings}", i + 1, accuracy(trial)))?;
    }
    Ok(())
}

/// All trials of a seed, best first.
fn ranked_table(space: &Space, seed: u64, trials: &[Trial]) -> Table {
    let names = space.dimensions().iter().map(|(name, _)| name.replace('_', " "));
    let fixed = ["rank", "trial", "validation accuracy", "training accuracy", "epochs"];
    let columns = fixed.map(str::to_owned).into_iter().chain(names).collect();
    let row = |(rank, trial): (usize, &Trial)| {
        let training =
            trial.reports.last().map_or(f64::NAN, |last| last.measures["train_accuracy"]);
        let mut row = vec![
            (rank + 1).to_string(),
            trial.number.to_string(),
            accuracy(trial),
            format!("{training:.4}"),
            trial.reports.len().to_string(),
        ];
        row.extend(trial.params.iter().map(|(_, value)| match value {
            Value::Float(x) => experiments::text::significant(*x),
            other => other.to_string(),
        }));
        row
    };
    Table {
        title: format!("The {} trials of seed {seed} by validation accuracy", trials.len()),
        columns,
        rows: ranking(trials).into_iter().enumerate().map(row).collect(),
    }
}
