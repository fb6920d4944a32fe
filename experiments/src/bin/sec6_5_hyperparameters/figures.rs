//! The figures of a search.

use experiments::cli::Failure;
use experiments::findings::{Spread, significant};
use experiments::lab::Lab;
use experiments::report::RunReport;
use experiments::report::curves::{self, Style};
use search::{
    Distribution, End, Observation, Report, Space, Trial, Value, importance as shares, ranking,
};
use viz::{
    Axis, Bars, Color, ColorMap, ColorScale, Figure, Line, LineStyle, Marker, Panel, Parallel,
    Scatter,
};

use crate::flags::SearchFlags;
use crate::rank_correlation::mean_correlation;
use crate::trial_measurements::index;

/// How many of the best trials are drawn.
pub const BEST: usize = 20;

/// The 4×5 grid of the best trials.
pub fn best(report: &mut RunReport, lab: &Lab, trials: &[Trial], epochs: usize) {
    let panels = ranking(trials).into_iter().take(BEST).enumerate().map(|(i, trial)| {
        let rate = match trial.params.get("lr") {
            Some(Value::Float(x)) => format!(", lr {}", significant(*x)),
            _ => String::new(),
        };
        let curve = |metric: fn(&Report) -> f64| -> Vec<(f64, f64)> {
            trial.reports.iter().map(|report| (report.step as f64, metric(report))).collect()
        };
        let training =
            Line::new(Color::VERMILLION, curve(|report| report.measures["train_accuracy"]));
        let validation = Line::new(Color::BLUE, curve(|report| report.value));
        let title = format!("{}: {:.2}{rate}", i + 1, trial.value());
        Panel::new(title)
            .x_axis(Axis::linear("epoch", 0.0, (epochs - 1) as f64))
            .y_axis(Axis::linear("accuracy", 0.0, 1.0))
            .mark(training.style(LineStyle::Dashed).named("training"))
            .mark(validation.named("validation"))
    });
    let figure = Figure::new(format!("The best {} trials", trials.len().min(BEST)))
        .subtitle(lab.subtitle_of_first_seed("400 training and 100 validation images"))
        .grid(4, 5)
        .panels(panels);
    let rates = ranking(trials).into_iter().take(5).map(|trial| match trial.params.get("lr") {
        Some(Value::Float(rate)) => Some(*rate),
        _ => None,
    });
    let order = "Trials in order of their last validation accuracy";
    let reading = match rates.collect::<Option<Vec<f64>>>() {
        Some(rates) if rates.len() == 5 => {
            let Spread { min, max, .. } = Spread::of(&rates);
            format!(
                "{order}, with their learning rates: those of the best five lie from {} to {}.",
                significant(min),
                significant(max)
            )
        }
        _ => format!("{order}."),
    };
    report.figure("sec6_5_best", figure, &reading);
}

/// Draws every trial by two hyperparameters: learning rate and weight decay, or the two most
/// important.
pub fn scatter(
    report: &mut RunReport,
    lab: &Lab,
    flags: &SearchFlags,
    space: &Space,
    all: &[Vec<Trial>],
) {
    let Some((x, y)) = most_telling(space, all) else { return };
    let points = all
        .iter()
        .flatten()
        .map(|trial| (place(space, trial, &x), place(space, trial, &y), trial.value()));
    let panel = Panel::new("")
        .x_axis(axis(space, &x))
        .y_axis(axis(space, &y))
        .mark(Scatter::colored(accuracy_scale(), points));
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

/// Draws all hyperparameters of all trials on parallel axes.
pub fn parallel(report: &mut RunReport, lab: &Lab, space: &Space, all: &[Vec<Trial>]) {
    let names = || space.dimensions().iter().map(|(name, _)| name);
    let mut axes: Vec<Axis> = names().map(|name| axis(space, name)).collect();
    axes.push(Axis::linear("validation accuracy", 0.0, 1.0));
    let lines = all.iter().flatten().map(|trial| {
        let mut values: Vec<f64> = names().map(|name| place(space, trial, name)).collect();
        values.push(trial.value());
        (values, trial.value())
    });
    let width = (160.0 * axes.len() as f64).clamp(600.0, 1600.0);
    let figure = Figure::new("Every trial through its hyperparameters to its accuracy")
        .subtitle(lab.subtitle(&count(all)))
        .plot_size(width, 360.0)
        .panel(Parallel::new("", axes, accuracy_scale(), lines));
    report.figure(
        "sec6_5_parallel",
        figure,
        "A line a trial. Where lines of one colour meet on an axis, that hyperparameter goes with the \
         accuracy; where colours are mixed, it does not.",
    );
}

/// Draws the best accuracy after each trial.
pub fn history(report: &mut RunReport, lab: &Lab, all: &[Vec<Trial>]) {
    let length = all.iter().map(Vec::len).max().unwrap_or(0);
    let best: Vec<Vec<f64>> = all.iter().map(|trials| running_best(trials)).collect();
    let spreads: Vec<(f64, Spread)> = (0..length)
        .map(|k| ((k + 1) as f64, Spread::of(&best.iter().map(|best| best[k]).collect::<Vec<_>>())))
        .collect();
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
    let panel = panel.marks(curves::draw(&spreads, &Style::solid("best so far", Color::BLUE)));
    let figure =
        Figure::new("The best trial so far").subtitle(lab.subtitle(&count(all))).panel(panel);
    report.figure("sec6_5_history", figure, "A dot a trial; the line is the best one up to it.");
}

/// The highest accuracy up to each trial; 0 before there is one.
pub fn running_best(trials: &[Trial]) -> Vec<f64> {
    let best = trials.iter().scan(0.0, |best: &mut f64, trial| {
        *best = best.max(trial.value());
        Some(*best)
    });
    best.collect()
}

/// Draws the importance of each hyperparameter.
pub fn importance(
    report: &mut RunReport,
    lab: &Lab,
    space: &Space,
    all: &[Vec<Trial>],
) -> Result<(), Failure> {
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
    report.say(&format!("importance (PED-ANOVA): {}", names.join(", ")))?;
    report.figure(
        "sec6_5_importance",
        figure,
        "How far the values of the best tenth differ from those of all trials, hyperparameter by \
         hyperparameter, as shares of 1. Of each alone: interactions are not seen. \
         After a sampler that learns, most trials lie near the best, and the shares say little.",
    );
    Ok(())
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

fn accuracy_scale() -> ColorScale {
    ColorScale::new(Axis::linear("validation accuracy", 0.0, 1.0), ColorMap::Viridis)
}

/// The name of a hyperparameter in figures.
fn label(name: &str) -> String {
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

/// Where a trial lies on the axis of a dimension.
fn place(space: &Space, trial: &Trial, name: &str) -> f64 {
    match trial.params.get(name) {
        Some(Value::Float(x)) => *x,
        Some(Value::Integer(x)) => *x as f64,
        Some(Value::Text(choice)) => index(space, name, choice),
        None => f64::NAN,
    }
}
