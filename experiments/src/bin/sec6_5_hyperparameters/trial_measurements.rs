//! A trial in `metrics.csv`.

use experiments::findings::{Findings, Measurements, Metric, Series};
use search::{Distribution, End, Space, Trial, Value};

use crate::settings::Settings;

/// The measurements of a trial: its hyperparameters at step 0, a choice as its index; then both
/// accuracies by epoch.
pub fn measurements(space: &Space, trial: &Trial) -> Measurements {
    let mut measured = Measurements::default();
    let known = |name: &str| Settings::names().find(|known| *known == name);
    for (name, _) in trial.params.iter() {
        // `metrics.csv` had this name before `lr` was the name of the flag.
        let metric = if name == "lr" { Some("learning_rate") } else { known(name) };
        let Some(metric) = metric else { continue };
        measured.push(0, Metric::new(metric), place(space, trial, name));
    }
    for report in &trial.reports {
        measured.push(report.step, Metric::VALIDATION_ACCURACY, report.value);
        measured.push(report.step, Metric::TRAIN_ACCURACY, report.measures["train_accuracy"]);
    }
    match trial.end {
        End::Complete => {}
        End::Stopped(epoch) => measured.push(epoch, Metric::new("pruned"), 1.0),
        End::Diverged(update) => measured.diverged(update),
    }
    measured
}

/// The findings of the trials of a seed, by their numbers.
pub fn of_trials(
    part: impl Into<String>,
    seed: u64,
    trials: impl IntoIterator<Item = (u64, Measurements)>,
) -> Findings {
    let series = |(number, measured): (u64, Measurements)| {
        Series::new(number.to_string(), vec![measured]).labelled(format!("trial {number}"))
    };
    let series = trials.into_iter().map(series).collect();
    Findings { part: part.into(), seeds: vec![seed], series }
}

/// A hyperparameter as a number: a choice as its index in the dimension.
pub fn place(space: &Space, trial: &Trial, name: &str) -> f64 {
    match trial.params.get(name) {
        Some(Value::Float(x)) => *x,
        Some(Value::Integer(x)) => *x as f64,
        Some(Value::Text(choice)) => {
            let mut choices = space.get(name).into_iter().flat_map(Distribution::choices);
            choices.position(|known| known == choice).map_or(f64::NAN, |k| k as f64)
        }
        None => f64::NAN,
    }
}

/// A hyperparameter of the notebook's space, all of whose values are real numbers.
pub fn real(trial: &Trial, name: &str) -> f64 {
    match trial.params.get(name) {
        Some(&Value::Float(x)) => x,
        other => unreachable!("the notebook's space has real numbers only, found {other:?}"),
    }
}
