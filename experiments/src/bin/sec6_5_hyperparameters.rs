//! Section 6.5: finding hyperparameters by random search, and narrowing the range.

use std::process::ExitCode;

use experiments::text::significant;
use experiments::{
    Args, Blocks, Conclusion, Contestant, Failure, Log, Moment, NoFlags, Plan, Printed, Real, Run,
    Samples, Section, train,
};
use init::{Purpose, Seed};
use layers::MultiLayerNet;
use optimizers::{Rule, Sgd};
use rand::RngExt;
use rayon::prelude::*;
use viz::{Axis, Color, ColorMap, ColorScale, Figure, Line, LineStyle, Panel, Scatter};

const SEARCH: &str = "search";
const NARROW: &str = "narrow";
const SIZE: usize = 500;
/// One sample in five validates.
const VALIDATION: usize = 100;
const BATCH_SIZE: usize = 100;
const HIDDEN: [usize; 6] = [100; 6];
/// How many of the best are drawn.
const BEST: usize = 20;
/// Rounds of narrowing, trials a round, and how many of the best span the next range.
const ROUNDS: usize = 4;
const ROUND_TRIALS: usize = 30;
const KEPT: usize = 6;

/// Where to look: exponents of ten.
#[derive(Clone, Copy, Debug)]
struct Range {
    learning_rate: (f64, f64),
    weight_decay: (f64, f64),
}

/// The notebook's range.
const START: Range = Range { learning_rate: (-6.0, -2.0), weight_decay: (-8.0, -4.0) };

/// One point of the search and what came of it.
struct Trial {
    learning_rate: f64,
    weight_decay: f64,
    log: Log,
}

impl Trial {
    /// The last validation accuracy, by which trials are ranked.
    fn accuracy(&self) -> f64 {
        self.curve("validation_accuracy").last().map_or(f64::NAN, |&(_, value)| value)
    }

    fn curve(&self, wanted: &str) -> Vec<(f64, f64)> {
        let rows = self.log.iter().filter(|(_, metric, _)| *metric == wanted);
        rows.map(|&(step, _, value)| (step as f64, value)).collect()
    }
}

struct Hyperparameters;

impl Section for Hyperparameters {
    type Flags = NoFlags;
    const NAME: &'static str = "sec6_5_hyperparameters";
    const ABOUT: &'static str = "Section 6.5: random search for learning rate and weight decay";
    const PARTS: &'static [(&'static str, &'static str)] = &[
        (SEARCH, "100 random trials of 50 epochs, ranked by validation accuracy"),
        (NARROW, "the search repeated in the range of the best, round by round"),
    ];

    fn samples(_: &Args) -> (usize, usize) {
        (SIZE, 0)
    }

    /// The notebook's trials are other random points: none has a counterpart here.
    fn printed() -> Vec<Printed> {
        Vec::new()
    }

    fn run<T: Real>(run: &mut Run, _: &NoFlags) -> Result<(), Failure> {
        if run.wants(SEARCH) {
            search::<T>(run)?;
        }
        if run.wants(NARROW) {
            narrow::<T>(run)?;
        }
        Ok(())
    }

    fn conclusions(run: &Run) -> Vec<Conclusion> {
        let mut conclusions = Vec::new();
        if run.wants(SEARCH) {
            let ranked = ranked_by_seed(run, SEARCH);
            let best = ranked.iter().map(|trials| trials[0].0);
            let worst_best = best.fold(f64::INFINITY, f64::min);
            let rates = ranked.iter().map(|trials| {
                let mut rates: Vec<f64> = trials[..5].iter().map(|trial| trial.1).collect();
                rates.sort_by(f64::total_cmp);
                rates[2]
            });
            let lowest = rates.fold(f64::INFINITY, f64::min);
            conclusions.push(Conclusion::new(
                "random search finds settings that learn",
                worst_best >= 0.7,
                format!("the best validation accuracy of every seed is at least {worst_best:.2}"),
            ));
            conclusions.push(Conclusion::new(
                "the best learning rates lie above 1e-3",
                lowest > 1e-3,
                format!(
                    "the median of the five best is at least {}; the range ends at 0.01",
                    significant(lowest)
                ),
            ));
            let mean = |which: fn(&Point) -> f64| {
                let all = ranked.iter().map(|trials| rank_correlation(trials, which));
                all.sum::<f64>() / ranked.len() as f64
            };
            let (rate, decay) = (mean(|point| point.1), mean(|point| point.2));
            conclusions.push(Conclusion::new(
                "the learning rate decides, the weight decay hardly matters in this range",
                rate > 0.5 && decay.abs() < 0.3,
                format!("rank correlation with the accuracy: {rate:.2} and {decay:.2}"),
            ));
        }
        if run.wants(NARROW) {
            let ranked = ranked_by_seed(run, &format!("{NARROW}/{ROUNDS}"));
            let first = ranked_by_seed(run, &format!("{NARROW}/1"));
            let median = |trials: &[Vec<Point>]| {
                let sum: f64 = trials.iter().map(|t| t[t.len() / 2].0).sum();
                sum / trials.len() as f64
            };
            let (before, after) = (median(&first), median(&ranked));
            conclusions.push(Conclusion::new(
                "narrowing the range raises the accuracy of a typical trial",
                after > before,
                format!("median of the first round {before:.2}, of the last {after:.2}"),
            ));
        }
        conclusions
    }
}

/// (validation accuracy, learning rate, weight decay)
type Point = (f64, f64, f64);

/// The trials of a part for each seed, best first, read back from what was recorded.
fn ranked_by_seed(run: &Run, part: &str) -> Vec<Vec<Point>> {
    let of_seed = |seed: u64| {
        let mut points: Vec<(String, Point)> = Vec::new();
        let rows = run.metrics().rows().iter();
        for row in rows.filter(|row| row.part == part && row.seed == seed) {
            if points.last().is_none_or(|(series, _)| *series != row.series) {
                points.push((row.series.clone(), (f64::NAN, f64::NAN, f64::NAN)));
            }
            let Some((_, point)) = points.last_mut() else { continue };
            match row.metric {
                "validation_accuracy" => point.0 = row.value,
                "learning_rate" => point.1 = row.value,
                "weight_decay" => point.2 = row.value,
                _ => {}
            }
        }
        let mut points: Vec<Point> = points.into_iter().map(|(_, point)| point).collect();
        points.sort_by(|a, b| b.0.total_cmp(&a.0));
        points
    };
    run.args().seeds().into_iter().map(of_seed).collect()
}

/// Spearman's rank correlation of a hyperparameter with the accuracy; ties share their mean rank.
fn rank_correlation(points: &[Point], which: fn(&Point) -> f64) -> f64 {
    let ranks = |values: Vec<f64>| -> Vec<f64> {
        let below = |v: f64| values.iter().filter(|other| **other < v).count() as f64;
        let equal = |v: f64| values.iter().filter(|other| **other == v).count() as f64;
        values.iter().map(|&v| below(v) + (equal(v) - 1.0) / 2.0).collect()
    };
    let a = ranks(points.iter().map(|point| point.0).collect());
    let b = ranks(points.iter().map(which).collect());
    let mean = (points.len() as f64 - 1.0) / 2.0;
    let product = |x: &[f64], y: &[f64]| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum()
    };
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}

/// The 500 samples in a random order, and the first fifth taken out to validate.
fn split(run: &Run, seed: Seed) -> (Samples, Samples) {
    let mut rng = seed.stream(Purpose::Shuffle, 0);
    let shuffled = run.data().train.clone().first(SIZE).shuffled(&mut rng);
    shuffled.split_at(VALIDATION)
}

/// Draws `count` points of `range` and trains a network at each; `first` numbers the first trial.
fn trials<T: Real>(
    run: &Run,
    seed: Seed,
    range: Range,
    first: usize,
    count: usize,
) -> Result<Vec<Trial>, Failure> {
    let (validation, training) = split(run, seed);
    let (validate, evaluate) = (validation.blocks::<T>(), training.blocks::<T>());
    let draw = |trial: usize| {
        let mut rng = seed.stream(Purpose::Search, trial as u64);
        let mut power = |(low, high): (f64, f64)| 10_f64.powf(rng.random_range(low..high));
        let weight_decay = power(range.weight_decay);
        (power(range.learning_rate), weight_decay)
    };
    let train_one = |trial: usize| {
        let (learning_rate, weight_decay) = draw(trial);
        // Unit 0 is the run's own: the split.
        let seed = seed.unit(1 + trial as u64);
        let mut log = vec![(0, "learning_rate", learning_rate), (0, "weight_decay", weight_decay)];
        log.extend(learn(
            run,
            seed,
            (learning_rate, weight_decay),
            &training,
            &validate,
            &evaluate,
        )?);
        Ok(Trial { learning_rate, weight_decay, log })
    };
    (first..first + count).into_par_iter().map(train_one).collect()
}

/// Trains one network; logs validation and training accuracy at each epoch's first iteration.
fn learn<T: Real>(
    run: &Run,
    seed: Seed,
    (lr, weight_decay): (f64, f64),
    training: &Samples,
    validate: &Blocks<T>,
    evaluate: &Blocks<T>,
) -> Result<Log, Failure> {
    let per_epoch = training.len() / BATCH_SIZE;
    let network = MultiLayerNet::new(784, &HIDDEN, 10).weight_decay(weight_decay).build::<T>(seed);
    let mut contestant = [Contestant {
        network: network.expect("the range holds valid weight decays only"),
        optimizer: Sgd { lr }.build().expect("the range holds valid learning rates only"),
    }];
    let observe = |Moment { iteration, network, log, .. }: Moment<'_, T>| {
        if iteration % per_epoch == 0 {
            let epoch = iteration / per_epoch;
            log.push((epoch, "validation_accuracy", validate.accuracy(network)));
            log.push((epoch, "train_accuracy", evaluate.accuracy(network)));
        }
    };
    let logs = train(run, &mut contestant, training, plan(run, per_epoch), seed, observe)?;
    Ok(logs.into_iter().flatten().collect())
}

/// 50 epochs: the notebook's trainer makes all their iterations, the last epoch's too.
fn plan(run: &Run, per_epoch: usize) -> Plan {
    Plan { iterations: run.scaled(50, 5) * per_epoch, batch_size: BATCH_SIZE }
}

fn per_trial(run: &Run) -> usize {
    plan(run, (SIZE - VALIDATION) / BATCH_SIZE).iterations
}

/// The notebook's random search, once for each seed.
fn search<T: Real>(run: &mut Run) -> Result<(), Failure> {
    let count = run.scaled(100, 20);
    let seeds = run.args().seeds();
    run.begin("random search", seeds.len() * count * per_trial(run));
    let all: Vec<Vec<Trial>> = seeds
        .iter()
        .map(|&seed| trials::<T>(run, Seed::new(seed), START, 0, count))
        .collect::<Result<_, _>>()?;
    run.end();
    for (&seed, trials) in seeds.iter().zip(&all) {
        for (number, trial) in trials.iter().enumerate() {
            run.say(&format!(
                "val acc:{} | lr:{}, weight decay:{}",
                trial.accuracy(),
                trial.learning_rate,
                trial.weight_decay
            ))?;
            run.record(SEARCH, &number.to_string(), seed, trial.log.clone());
        }
        print_ranking(run, seed, trials)?;
    }
    draw_best(run, &all[0])?;
    draw_scatter(run, &all)
}

/// Trials by validation accuracy, best first.
fn ranking(trials: &[Trial]) -> Vec<&Trial> {
    let mut ranked: Vec<&Trial> = trials.iter().collect();
    ranked.sort_by(|a, b| b.accuracy().total_cmp(&a.accuracy()));
    ranked
}

fn print_ranking(run: &mut Run, seed: u64, trials: &[Trial]) -> Result<(), Failure> {
    run.say(&format!("=========== Hyper-Parameter Optimization Result (seed {seed}) ==========="))?;
    for (i, trial) in ranking(trials).into_iter().take(BEST).enumerate() {
        run.say(&format!(
            "Best-{}(val acc:{}) | lr:{}, weight decay:{}",
            i + 1,
            trial.accuracy(),
            trial.learning_rate,
            trial.weight_decay
        ))?;
    }
    Ok(())
}

/// The 4×5 grid of the best trials.
fn draw_best(run: &mut Run, trials: &[Trial]) -> Result<(), Failure> {
    let epochs = run.scaled(50, 5);
    let panels = ranking(trials).into_iter().take(BEST).enumerate().map(|(i, trial)| {
        let (rate, accuracy) = (significant(trial.learning_rate), trial.accuracy());
        let training = Line::new(Color::VERMILLION, trial.curve("train_accuracy"));
        let validation = Line::new(Color::BLUE, trial.curve("validation_accuracy"));
        Panel::new(format!("{}: {accuracy:.2}, lr {rate}", i + 1))
            .x_axis(Axis::linear("epoch", 0.0, (epochs - 1) as f64))
            .y_axis(Axis::linear("accuracy", 0.0, 1.0))
            .mark(training.style(LineStyle::Dashed).named("training"))
            .mark(validation.named("validation"))
    });
    let figure = Figure::new("The best 20 trials")
        .subtitle(run.subtitle("first seed of the search, 400 training and 100 validation images"))
        .grid(4, 5)
        .panels(panels);
    run.figure(
        "sec6_5_best",
        figure,
        "Trials in order of their last validation accuracy, with their learning rates: the best ones \
         are those with the highest learning rates.",
    )
}

/// Every trial by its two hyperparameters.
fn draw_scatter(run: &mut Run, all: &[Vec<Trial>]) -> Result<(), Failure> {
    let accuracy =
        ColorScale::new(Axis::linear("validation accuracy", 0.0, 1.0), ColorMap::Viridis);
    let points = all.iter().flatten();
    let points = points.map(|trial| (trial.learning_rate, trial.weight_decay, trial.accuracy()));
    let panel = Panel::new("")
        .x_axis(Axis::log("learning rate", 1e-6, 1e-2))
        .y_axis(Axis::log("weight decay", 1e-8, 1e-4))
        .mark(Scatter::colored(accuracy, points));
    let figure = Figure::new("Where accuracy lies")
        .subtitle(run.subtitle(&format!("{} trials", all.iter().map(Vec::len).sum::<usize>())))
        .panel(panel);
    run.figure(
        "sec6_5_scatter",
        figure,
        "Accuracy rises with the learning rate up to the edge of the range; the weight decay makes no \
         difference that can be seen.",
    )
}

/// Searches again in the range of the best, round by round.
fn narrow<T: Real>(run: &mut Run) -> Result<(), Failure> {
    let (rounds, count) = (run.scaled(ROUNDS, 2), run.scaled(ROUND_TRIALS, 8));
    let seeds = run.args().seeds();
    run.begin("narrowing the range", seeds.len() * rounds * count * per_trial(run));
    let mut panels = Vec::new();
    let mut found = Vec::new();
    for &root in &seeds {
        let mut range = START;
        for round in 0..rounds {
            // Trial numbers go on behind those of the search.
            let first = 1000 + round * count;
            let trials = trials::<T>(run, Seed::new(root), range, first, count)?;
            for (number, trial) in trials.iter().enumerate() {
                let part = format!("{NARROW}/{}", round + 1);
                run.record(&part, &number.to_string(), root, trial.log.clone());
            }
            if root == seeds[0] {
                panels.push(round_panel(round, range, &trials));
            }
            found.push((root, round, range, ranking(&trials)[0].accuracy()));
            range = around_the_best(&ranking(&trials)[..KEPT.min(count)], range);
        }
        found.push((root, rounds, range, f64::NAN));
    }
    run.end();
    for (seed, round, range, best) in found {
        let ends = |(low, high): (f64, f64)| {
            format!("{} to {}", significant(10_f64.powf(low)), significant(10_f64.powf(high)))
        };
        let (lr, decay) = (ends(range.learning_rate), ends(range.weight_decay));
        run.say(&match round {
            last if last == rounds => {
                format!("seed {seed}, range found: lr {lr}, weight decay {decay}")
            }
            _ => format!(
                "seed {seed}, round {}: lr {lr}, weight decay {decay}: best val acc:{best}",
                round + 1
            ),
        })?;
    }
    let figure = Figure::new("Narrowing the range")
        .subtitle(run.subtitle(&format!("first seed, {count} trials a round")))
        .grid(rounds.div_ceil(2), 2)
        .panels(panels);
    run.figure(
        "sec6_5_narrow",
        figure,
        "Each round searches the range that the best trials of the round before span: it closes in on \
         high learning rates, and on no particular weight decay.",
    )
}

fn round_panel(round: usize, range: Range, trials: &[Trial]) -> Panel {
    let accuracy =
        ColorScale::new(Axis::linear("validation accuracy", 0.0, 1.0), ColorMap::Viridis);
    let power = |(low, high): (f64, f64)| [10_f64.powf(low), 10_f64.powf(high)];
    let ([x0, x1], [y0, y1]) = (power(range.learning_rate), power(range.weight_decay));
    let frame = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)];
    let points = trials.iter().map(|t| (t.learning_rate, t.weight_decay, t.accuracy()));
    Panel::new(format!("round {}", round + 1))
        .x_axis(Axis::log("learning rate", 1e-6, 1e-2))
        .y_axis(Axis::log("weight decay", 1e-8, 1e-4))
        .mark(Line::new(Color::GREY, frame).style(LineStyle::Dashed))
        .mark(Scatter::colored(accuracy, points))
}

/// The smallest range that holds the best trials, a tenth wider on each side, within the old one.
fn around_the_best(best: &[&Trial], old: Range) -> Range {
    let span = |(old_low, old_high): (f64, f64), value: fn(&Trial) -> f64| {
        let exponents = || best.iter().map(|trial| value(trial).log10());
        let low = exponents().fold(f64::INFINITY, f64::min);
        let high = exponents().fold(f64::NEG_INFINITY, f64::max);
        let margin = 0.1 * (high - low);
        ((low - margin).max(old_low), (high + margin).min(old_high))
    };
    Range {
        learning_rate: span(old.learning_rate, |trial| trial.learning_rate),
        weight_decay: span(old.weight_decay, |trial| trial.weight_decay),
    }
}

fn main() -> ExitCode {
    experiments::main::<Hyperparameters>()
}
