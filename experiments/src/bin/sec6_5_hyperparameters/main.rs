//! Section 6.5: finding hyperparameters by random search, and narrowing the range.

mod narrow;
mod printed;
mod ranking;
mod trial;

use std::process::ExitCode;

use experiments::text::significant;
use experiments::{Args, Conclusion, Failure, NoFlags, Printed, Real, Run, Section};
use init::Seed;
use narrow::NARROW;
use printed::PRINTED;
use ranking::{Point, rank_correlation, ranked_by_seed};
use trial::{SIZE, START, Trial, per_trial, ranking, trials};
use viz::{Axis, Color, ColorMap, ColorScale, Figure, Line, LineStyle, Panel, Scatter};

const SEARCH: &str = "search";
/// How many of the best are drawn.
const BEST: usize = 20;

struct Hyperparameters;

impl Section for Hyperparameters {
    type Flags = NoFlags;
    const NAME: &'static str = "sec6_5_hyperparameters";
    const ABOUT: &'static str = "Section 6.5: random search for learning rate and weight decay";
    const PARTS: &'static [(&'static str, &'static str)] = &[
        (SEARCH, "100 random trials of 50 epochs, ranked by validation accuracy"),
        (NARROW, "the search repeated in the range of the best, round by round"),
        (PRINTED, "the notebook's own 100 points, to compare its printed accuracies with"),
    ];

    fn samples(_: &Args) -> (usize, usize) {
        (SIZE, 0)
    }

    fn printed() -> Vec<Printed> {
        printed::numbers()
    }

    fn run<T: Real>(run: &mut Run, _: &NoFlags) -> Result<(), Failure> {
        if run.wants(SEARCH) {
            search::<T>(run)?;
        }
        if run.wants(NARROW) {
            narrow::run::<T>(run)?;
        }
        if run.wants(PRINTED) {
            printed::run::<T>(run)?;
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
            conclusions.push(narrow::conclusion(run));
        }
        conclusions
    }
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

fn main() -> ExitCode {
    experiments::main::<Hyperparameters>()
}
