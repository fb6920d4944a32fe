//! The search: 100 random trials, or what the flags ask for.

use std::ops::ControlFlow;

use experiments::cli::{Failure, Result};
use experiments::findings::equivalence::{Curves, Quantity};
use experiments::findings::{Measurements, significant};
use experiments::lab::Lab;
use experiments::report::{RunReport, Table};
use layers::Sequential;
use search::pruner::Never;
use search::sampler::Random;
use search::{
    End, Params, Report, Search, Space, SpaceError, Trial, Value, pruned, ranking, steps_taken,
};
use tensor_ops::Sparse;
use training::Real;

use crate::figures::{self, BEST};
use crate::flags::SearchFlags;
use crate::lessons;
use crate::objective::objective;
use crate::rank_correlation::{correlation, mean_correlation};
use crate::settings::Settings;
use crate::study::Stop;
use crate::task::Task;
use crate::trial_measurements::{measurements, of_trials, real};

/// The name of the part.
pub const SEARCH: &str = "search";

/// Searches once for each seed, prints the table, draws the figures.
pub fn run<T: Real>(lab: &Lab, flags: &SearchFlags, report: &mut RunReport) -> Result<()> {
    let space = flags.space()?;
    let count = flags.trials(lab, 100, 20);
    let sampler = flags.sampler(&space, count)?;
    let epochs = flags.epochs(lab);
    let pruner = flags.pruner.pruner(epochs);
    let seeds = lab.args.seeds();
    let all_epochs = seeds.len() * count as usize * epochs;
    let work = lab.begin("search", all_epochs);
    let one = |&number: &u64| -> Result<Vec<Trial>> {
        let (sampler, pruner, seed) = (sampler.as_ref(), pruner.as_ref(), lab.seed(number));
        let together = flags.together();
        let search = Search { space: &space, sampler, pruner, seed, steps: epochs, together };
        let train = objective::<T, _>(task(lab, number), epochs);
        let progress = &|epochs| Ok(work.advance(epochs)?);
        let trials = match flags.study(lab, &space, number)? {
            None => search.run(&[], 0..count, &train, progress),
            Some(study) => search.run_study(&study, count, &train, progress),
        };
        trials.map_err(|Stop(failure)| failure)
    };
    let all: Vec<Vec<Trial>> = seeds.iter().map(one).collect::<Result<_, _>>()?;
    work.done();
    lessons::search(report, &all);
    report.results(best_table(&space, &seeds, &all), || notebooks_print(&seeds, &all))?;
    for (&seed, trials) in seeds.iter().zip(&all) {
        report.table(ranked_table(&space, seed, trials));
    }
    if pruner.prunes() {
        let trained: usize = all.iter().map(|trials| steps_taken(trials)).sum();
        let stopped: usize = all.iter().map(|trials| pruned(trials)).sum();
        report
            .say(&format!("{stopped} trials pruned: {trained} of {all_epochs} epochs trained"))?;
    }
    figures::history(report, lab, &all);
    figures::best(report, lab, &all[0], epochs);
    if flags.are_the_notebooks() {
        lessons::winners(report, &all);
    }
    figures::scatter(report, lab, flags, &space, &all);
    figures::parallel(report, lab, &space, &all);
    figures::importance(report, lab, &space, &all);
    // The book's conclusions are about its own search.
    if flags.are_the_notebooks() {
        beside_the_original(report, &all);
        conclude(report, &all);
    }
    for (seed, trials) in seeds.into_iter().zip(all) {
        let best = ranking(&trials)[0].number;
        let measured = trials.iter().map(|trial| {
            let mut measured = measurements(&space, trial);
            let kept = lab.args.save_model || lab.args.histograms();
            if kept && trial.number == best {
                train_again::<T>(lab, seed, trial, epochs, &mut measured)?;
            }
            Ok((trial.number, measured))
        });
        let measured: Vec<_> = measured.collect::<Result<_>>()?;
        report.record(of_trials(SEARCH, seed, measured));
    }
    Ok(())
}

/// The task of a seed: its training and validation images.
pub fn task(lab: &Lab, seed: u64) -> Task {
    Task::new(&lab.data.train, lab.data.classes(), lab.seed(seed))
}

/// Trials have no order that means something, so the curves are their accuracies and the logarithms
/// of their learning rates, the best trial first.
fn beside_the_original(report: &mut RunReport, all: &[Vec<Trial>]) {
    let names =
        ["validation accuracy of the trials, the best first", "log10 of their learning rates"];
    let both = |trials: &[(f64, f64)]| -> [Vec<f64>; 2] {
        let mut trials = trials.to_vec();
        trials.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let (accuracies, rates) =
            trials.into_iter().map(|(accuracy, rate)| (accuracy, libm::log10(rate))).unzip();
        [accuracies, rates]
    };
    let curves = |runs: Vec<[Vec<f64>; 2]>| -> Vec<Curves> {
        let of = |k: usize| runs.iter().map(|run| run[k].clone()).collect();
        names.iter().enumerate().map(|(k, name)| Curves::new(*name, of(k))).collect()
    };
    let ours = all.iter().map(|trials| {
        let pair = |trial: &Trial| (trial.value(), real(trial, "lr"));
        both(&trials.iter().map(pair).collect::<Vec<_>>())
    });
    let csv = include_str!("../../../../data/reference/numpy/sec6_5.csv");
    let read = ["validation_accuracy", "learning_rate"].map(|metric| ("trials".to_owned(), metric));
    let [accuracies, rates] = &Curves::read(csv, &read)[..] else { return };
    let original = accuracies.runs.iter().zip(&rates.runs).map(|(accuracies, rates)| {
        both(&accuracies.iter().copied().zip(rates.iter().copied()).collect::<Vec<_>>())
    });
    let (original, ours) = (curves(original.collect()), curves(ours.collect()));
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let quantities = [
        Quantity::new("validation accuracy of the best trial", |run| run[0][0]),
        Quantity::new("share of the trials above 0.5", move |run| {
            mean(&run[0].iter().map(|x| f64::from(u8::from(*x > 0.5))).collect::<Vec<_>>())
        }),
        Quantity::new("mean validation accuracy of the trials", move |run| mean(run[0])),
        Quantity::new("mean log10 learning rate of the ten best trials", move |run| {
            mean(&run[1][..10])
        }),
    ];
    report.beside_the_original("sec6_5", [&original, &ours], &quantities);
}

/// What the book concludes from its search.
fn conclude(report: &mut RunReport, all: &[Vec<Trial>]) {
    let ranked: Vec<Vec<&Trial>> = all.iter().map(|trials| ranking(trials)).collect();
    let best: Vec<f64> = ranked.iter().map(|trials| trials[0].value()).collect();
    let worst_best = best.iter().copied().fold(f64::INFINITY, f64::min);
    report.conclude(
        "random search finds settings that learn",
        "the best validation accuracy is at least 0.7",
        &best.iter().map(|best| *best >= 0.7).collect::<Vec<bool>>(),
        format!("the best validation accuracy of every seed is at least {worst_best:.2}"),
    );
    let sorted = |trials: &[&Trial]| {
        let mut rates: Vec<f64> = trials.iter().map(|trial| real(trial, "lr")).collect();
        rates.sort_by(f64::total_cmp);
        rates
    };
    let medians: Vec<f64> = ranked.iter().map(|trials| sorted(&trials[..5])[2]).collect();
    let lowest = medians.iter().copied().fold(f64::INFINITY, f64::min);
    report.conclude(
        "the best learning rates lie above 1e-3",
        "the median of the five best is above 0.001",
        &medians.iter().map(|median| *median > 1e-3).collect::<Vec<bool>>(),
        format!(
            "the median of the five best is at least {}; the range ends at 0.01",
            significant(lowest)
        ),
    );
    // How many trials have a learning rate at least as high as the lowest of the five best.
    let reach = |trials: &Vec<&Trial>| {
        let lowest = sorted(&trials[..5])[0];
        trials.iter().filter(|trial| real(trial, "lr") >= lowest).count()
    };
    let reaches: Vec<usize> = ranked.iter().map(reach).collect();
    report.conclude(
        "the best trials are among those with the highest learning rates",
        "the five best trials are among the ten with the highest",
        &reaches.iter().map(|reach| *reach <= 10).collect::<Vec<bool>>(),
        format!(
            "the five best are among the highest {} in every seed",
            reaches.iter().max().expect("at least one seed")
        ),
    );
    let [rate, decay] = ["lr", "weight_decay"].map(|name| mean_correlation(all, name));
    let decides = |trials: &Vec<Trial>| {
        let [rate, decay] = ["lr", "weight_decay"].map(|name| correlation(trials, name));
        rate > 0.5 && decay.abs() < 0.3
    };
    report.conclude(
        "the learning rate decides, the weight decay hardly matters in this range",
        "the rank correlation with the accuracy is above 0.5 for the learning rate, between −0.3 and \
         0.3 for the weight decay",
        &all.iter().map(decides).collect::<Vec<bool>>(),
        format!("rank correlation with the accuracy: {rate:.2} and {decay:.2}"),
    );
}

/// Trains a trial again to get its network and histograms. It is the same training, since
/// everything in it follows from seed and number.
fn train_again<T: Real>(
    lab: &Lab,
    seed: u64,
    trial: &Trial,
    epochs: usize,
    measured: &mut Measurements,
) -> Result<()> {
    let wrong = |error: SpaceError| Failure::Usage(error.into());
    let settings = Settings::of(&trial.params).map_err(wrong)?;
    let last = trial.reports.len().saturating_sub(1);
    let observe = |seen: Report, network: &mut Sequential<T>, x: &Sparse<T>| {
        if lab.watches(seen.step, last) {
            measured.watch(seen.step, network, x);
        }
        match seen.step == last && trial.reports.len() < epochs {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    };
    let trained = task(lab, seed).train(&settings, trial.number, epochs, observe);
    let (_, network) = trained.map_err(wrong)?;
    if lab.args.save_model {
        measured.keep_model(&network);
    }
    Ok(())
}

/// The notebook's search with another space.
pub fn notebooks<'a>(lab: &Lab, space: &'a Space, seed: u64) -> Search<'a> {
    let (seed, steps) = (lab.seed(seed), lab.scaled(50, 5));
    Search { space, sampler: &Random, pruner: &Never, seed, steps, together: 1 }
}

/// What the notebook prints: the trials as they end, then the best of them.
fn notebooks_print(seeds: &[u64], all: &[Vec<Trial>]) -> Vec<String> {
    let of_seed = |(seed, trials): (&u64, &Vec<Trial>)| {
        let ended = trials
            .iter()
            .map(|trial| format!("val acc:{} | {}", accuracy(trial), settings(&trial.params)));
        let head =
            format!("=========== Hyper-Parameter Optimization Result (seed {seed}) ===========");
        let best = ranking(trials).into_iter().take(BEST).enumerate().map(|(i, trial)| {
            let (rank, accuracy) = (i + 1, accuracy(trial));
            format!("Best-{rank}(val acc:{accuracy}) | {}", settings(&trial.params))
        });
        ended.chain([head]).chain(best).collect::<Vec<_>>()
    };
    seeds.iter().zip(all).flat_map(of_seed).collect()
}

/// `lr:0.0071, weight decay:3.2e-6`
fn settings(params: &Params) -> String {
    let text = |(name, value)| format!("{}:{}", str::replace(name, "_", " "), number(value));
    params.iter().map(text).collect::<Vec<_>>().join(", ")
}

fn number(value: &Value) -> String {
    match value {
        Value::Float(x) => significant(*x),
        other => other.to_string(),
    }
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

/// The best trials in few rows: five of a seed, or the best one of each of many.
fn best_table(space: &Space, seeds: &[u64], all: &[Vec<Trial>]) -> Table {
    let rows = seeds.iter().zip(all).flat_map(|(seed, trials)| {
        let best = ranked_rows(trials).take((5 / seeds.len()).max(1));
        best.map(move |row| [vec![seed.to_string()], row].concat())
    });
    let columns = [vec!["seed".to_owned()], ranked_columns(space)].concat();
    Table::new("The best trials by validation accuracy", columns, rows)
}

/// All trials of a seed, best first.
fn ranked_table(space: &Space, seed: u64, trials: &[Trial]) -> Table {
    let title = format!("The {} trials of seed {seed} by validation accuracy", trials.len());
    Table::new(title, ranked_columns(space), ranked_rows(trials))
}

fn ranked_columns(space: &Space) -> Vec<String> {
    let fixed = ["rank", "trial", "validation accuracy", "training accuracy", "epochs"];
    let names = space.dimensions().iter().map(|(name, _)| figures::label(name));
    fixed.map(str::to_owned).into_iter().chain(names).collect()
}

fn ranked_rows(trials: &[Trial]) -> impl Iterator<Item = Vec<String>> {
    ranking(trials).into_iter().enumerate().map(|(rank, trial)| {
        let training =
            trial.reports.last().map_or(f64::NAN, |last| last.measures["train_accuracy"]);
        let accuracy = match trial.end {
            End::Diverged(_) => "diverged".to_owned(),
            _ => trial.value().to_string(),
        };
        let fixed = [
            (rank + 1).to_string(),
            trial.number.to_string(),
            accuracy,
            significant(training),
            trial.reports.len().to_string(),
        ];
        fixed.into_iter().chain(trial.params.iter().map(|(_, value)| number(value))).collect()
    })
}
