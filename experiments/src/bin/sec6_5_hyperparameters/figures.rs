//! The figures of a search.

use experiments::findings::{Spread, significant};
use experiments::lab::Lab;
use experiments::report::RunReport;
use search::{
    Distribution, End, Observation, Report, Space, Trial, Value, importance as shares, ranking,
};
use viz::{
    Axis, Bars, Color, Corner, Figure, Line, LineStyle, Marker, Note, Panel, Parallel, Scatter,
};

use crate::best_so_far::{running_best, stairs};
use crate::flags::SearchFlags;
use crate::rank_correlation::mean_correlation;
use crate::trial_measurements::place;

/// How many of the best trials are drawn.
pub const BEST: usize = 20;

/// The 4×5 grid of the best trials.
pub fn best(report: &mut RunReport, lab: &Lab, trials: &[Trial], epochs: usize) {
    let ranked = ranking(trials);
    let panels = ranked.iter().take(BEST).enumerate().map(|(i, trial)| {
        let curve = |metric: fn(&Report) -> f64| -> Vec<(f64, f64)> {
            trial.reports.iter().map(|report| (report.step as f64, metric(report))).collect()
        };
        let training =
            Line::new(Color::VERMILLION, curve(|report| report.measures["train_accuracy"]));
        let validation = Line::new(Color::BLUE, curve(|report| report.value));
        let rate = rate(trial).map(|rate| format!("learning rate {}", significant(rate)));
        Panel::new(format!("{}: {:.2}", i + 1, trial.value()))
            .x_axis(Axis::linear("epoch", 0.0, (epochs - 1) as f64))
            .y_axis(Axis::linear("accuracy", 0.0, 1.0))
            .mark(training.style(LineStyle::Dashed).named("training"))
            .mark(validation.named("validation"))
            .marks(rate.map(|rate| Note::corner(Corner::LowerRight, &rate)))
    });
    let figure = Figure::new(format!("The best {} trials", trials.len().min(BEST)))
        .subtitle(lab.subtitle_of_first_seed("400 training and 100 validation images"))
        .grid(4, 5)
        .panels(panels);
    let order = "Trials in order of their last validation accuracy";
    let rates: Option<Vec<f64>> = ranked.iter().map(|trial| rate(trial)).collect();
    let reading = match rates {
        Some(rates) => {
            let Spread { min, max, .. } = Spread::of(&rates[..rates.len().min(5)]);
            format!(
                "{order}. The best five have learning rates from {} to {}; {} of {} trials have a higher \
                 learning rate than the best trial.",
                significant(min),
                significant(max),
                rates.iter().filter(|rate| **rate > rates[0]).count(),
                rates.len()
            )
        }
        None => format!("{order}."),
    };
    report.figure("sec6_5_best", figure, &reading);
}

/// The learning rate of a trial, if it is searched.
fn rate(trial: &Trial) -> Option<f64> {
    match trial.params.get("lr") {
        Some(Value::Float(rate)) => Some(*rate),
        _ => None,
    }
}

/// Draws every trial by two hyperparameters, learning rate and weight decay or the two most
/// important, and marks the best of each seed.
pub fn scatter(
    report: &mut RunReport,
    lab: &Lab,
    flags: &SearchFlags,
    space: &Space,
    all: &[Vec<Trial>],
) {
    let Some((x, y)) = most_telling(space, all) else { return };
    let at = |trial: &Trial| (place(space, trial, &x), place(space, trial, &y), trial.value());
    let accuracy = accuracy_axis(all.iter().flatten());
    let best: Vec<_> = all.iter().map(|trials| at(ranking(trials)[0])).collect();
    let rings = Scatter::new(Color::INK, best.iter().map(|&(x, y, _)| (x, y))).radius(7.5);
    let panel = Panel::new("")
        .x_axis(axis(space, &x))
        .y_axis(axis(space, &y))
        .mark(Scatter::colored(accuracy.clone(), all.iter().flatten().map(at)))
        .mark(rings.named(if all.len() > 1 {
            "ring: best trial of a seed"
        } else {
            "ring: best trial"
        }))
        .mark(Scatter::colored(accuracy, best));
    let figure =
        Figure::new("Where accuracy lies").subtitle(lab.subtitle(&count(all))).panel(panel);
    let reading = if flags.are_the_notebooks() {
        let [rate, decay] = ["lr", "weight_decay"].map(|name| mean_correlation(all, name));
        format!(
            "Every trial at its place. Rank correlation with the accuracy: {rate:.2} of the learning rate, \
             {decay:.2} of the weight decay."
        )
    } else {
        "Every trial at its place, coloured by its last validation accuracy; diverged trials have none."
            .to_owned()
    };
    report.figure("sec6_5_scatter", figure, &reading);
}

fn most_telling(space: &Space, all: &[Vec<Trial>]) -> Option<(String, String)> {
    let (rate, decay) = ("lr".to_owned(), "weight_decay".to_owned());
    if space.get(&rate).is_some() && space.get(&decay).is_some() {
        return Some((rate, decay));
    }
    let shares = mean_shares(space, all);
    let mut names: Vec<(f64, &String)> = shares
        .iter()
        .map(|spread| spread.mean)
        .zip(space.dimensions().iter().map(|(n, _)| n))
        .collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0));
    Some((names.first()?.1.clone(), names.get(1)?.1.clone()))
}

/// Draws all hyperparameters of all trials on parallel axes, if they are too many for a plane.
pub fn parallel(report: &mut RunReport, lab: &Lab, space: &Space, all: &[Vec<Trial>]) {
    if space.len() <= 2 {
        return;
    }
    let accuracy = accuracy_axis(all.iter().flatten());
    let names = || space.dimensions().iter().map(|(name, _)| name);
    let mut axes: Vec<Axis> = names().map(|name| axis(space, name)).collect();
    axes.push(accuracy_axis(all.iter().flatten()));
    let lines = all.iter().flatten().map(|trial| {
        let mut values: Vec<f64> = names().map(|name| place(space, trial, name)).collect();
        values.push(trial.value());
        (values, trial.value())
    });
    let width = (160.0 * axes.len() as f64).clamp(600.0, 1600.0);
    let figure = Figure::new("Every trial through its hyperparameters to its accuracy")
        .subtitle(lab.subtitle(&count(all)))
        .plot_size(width, 360.0)
        .panel(Parallel::new("", axes, accuracy, lines));
    report.figure(
        "sec6_5_parallel",
        figure,
        "Each line is a trial. Where lines of one colour meet on an axis, that hyperparameter goes with the \
         accuracy; where colours are mixed, it does not.",
    );
}

/// Draws the best accuracy after each trial.
pub fn history(report: &mut RunReport, lab: &Lab, all: &[Vec<Trial>]) {
    let length = all.iter().map(Vec::len).max().unwrap_or(0);
    let best: Vec<Vec<f64>> = all.iter().map(|trials| running_best(trials)).collect();
    let points = |pruned: bool| {
        let of = move |trial: &&Trial| matches!(trial.end, End::Stopped(_)) == pruned;
        let trials = all.iter().flatten().filter(of);
        trials.map(|trial| (trial.number as f64 + 1.0, trial.value())).collect::<Vec<_>>()
    };
    let mut panel = Panel::new("")
        .x_axis(Axis::linear("trial", 1.0, length as f64))
        .y_axis(Axis::linear("validation accuracy", 0.0, 1.0))
        .mark(Scatter::new(Color::GREY, points(false)).radius(2.5).named("trial"));
    if !points(true).is_empty() {
        let pruned = Scatter::new(Color::ORANGE, points(true)).radius(3.0).marker(Marker::Cross);
        panel = panel.mark(pruned.named("pruned trial"));
    }
    let several = all.len() > 1;
    let name =
        if several { "best so far: median and middle half of the seeds" } else { "best so far" };
    let panel = panel.marks(stairs(&best, (name, Color::BLUE, LineStyle::Solid)));
    let figure =
        Figure::new("The best trial so far").subtitle(lab.subtitle(&count(all))).panel(panel);
    // How many trials it takes to come within 0.05 of the best of all.
    let near = |best: &Vec<f64>| {
        let end = best.last().copied().unwrap_or(f64::NAN);
        best.iter().position(|value| *value >= end - 0.05).map_or(0, |k| k + 1)
    };
    let near = Spread::of(&best.iter().map(|best| near(best) as f64).collect::<Vec<_>>());
    let trials = if several {
        format!("{:.0} to {:.0} trials, depending on the seed,", near.min, near.max)
    } else {
        format!("{:.0} trials", near.min)
    };
    let reading = format!(
        "Each dot is a trial. After {trials} the best is within 0.05 of the best at the end."
    );
    report.figure("sec6_5_history", figure, &reading);
}

/// Draws the importance of each hyperparameter.
pub fn importance(report: &mut RunReport, lab: &Lab, space: &Space, all: &[Vec<Trial>]) {
    let mut spreads: Vec<(String, Spread)> = (space.dimensions().iter())
        .map(|(name, _)| label(name))
        .zip(mean_shares(space, all))
        .collect();
    spreads.sort_by(|a, b| b.1.mean.total_cmp(&a.1.mean));
    let names: Vec<String> =
        spreads.iter().map(|(name, spread)| format!("{name}: {}", spread.text(2))).collect();
    let panel = Panel::new("")
        .x_axis(Axis::linear("share of the importance", 0.0, 1.0))
        .y_axis(Axis::categories(names.clone()))
        .mark(Bars::new(Color::BLUE, spreads.iter().map(|(_, spread)| spread.mean)));
    let height = (34.0 * names.len() as f64).max(90.0);
    let figure = Figure::new("What sets the best tenth of the trials apart (PED-ANOVA)")
        .subtitle(lab.subtitle(&count(all)))
        .plot_size(600.0, height)
        .panel(panel);
    report.figure(
        "sec6_5_importance",
        figure,
        "How far the values of the best tenth of the trials differ from those of all trials, one \
         hyperparameter at a time, as shares that add up to 1. What two of them do together is not seen. \
         If the sampler learns from earlier trials, most lie near the best, and the shares say little.",
    );
}

/// The importance of each dimension, over seeds.
fn mean_shares(space: &Space, all: &[Vec<Trial>]) -> Vec<Spread> {
    let of_seed = |trials: &Vec<Trial>| {
        let complete = trials.iter().filter(|trial| trial.end == End::Complete);
        shares(space, &complete.map(Trial::observation).collect::<Vec<Observation>>())
    };
    let seeds: Vec<Vec<f64>> = all.iter().map(of_seed).collect();
    let spread = |k: usize| Spread::of(&seeds.iter().map(|shares| shares[k]).collect::<Vec<_>>());
    (0..space.len()).map(spread).collect()
}

fn count(all: &[Vec<Trial>]) -> String {
    format!("{} trials", all.iter().map(Vec::len).sum::<usize>())
}

/// An axis, or colours, over the accuracies that occur.
pub fn accuracy_axis<'a>(trials: impl IntoIterator<Item = &'a Trial>) -> Axis {
    let values = trials.into_iter().map(Trial::value);
    let (low, high) = values
        .filter(|value| value.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    Axis::linear("validation accuracy", low, high)
}

/// The name of a hyperparameter for readers.
pub fn label(name: &str) -> String {
    if name == "lr" { "learning rate".to_owned() } else { name.replace('_', " ") }
}

/// The axis of a dimension.
fn axis(space: &Space, name: &str) -> Axis {
    let label = label(name);
    match space.get(name) {
        Some(&Distribution::Uniform { low, high }) => Axis::linear(label, low, high),
        Some(&Distribution::LogUniform { low, high }) => Axis::log(label, low, high),
        Some(&Distribution::Integer { low, high, log: true }) => {
            Axis::log(label, low as f64, high as f64)
        }
        Some(&Distribution::Integer { low, high, log: false }) => {
            Axis::linear(label, low as f64, high as f64)
        }
        Some(Distribution::Categorical { choices }) => {
            Axis::categories(choices.iter().cloned()).labelled(label)
        }
        None => Axis::linear(label, 0.0, 1.0),
    }
}
