//! What the searches of section 6.5 came to.

use std::collections::BTreeMap;

use experiments::findings::{Metric, Row, Spread, csv_rows};
use search::{Distribution, Observation, Params, Space, Value as Number, importance};
use serde_json::{Map, Value, json};

use crate::{of, significant, span};

/// The last value of each metric of a trial.
type Trial = BTreeMap<String, f64>;

/// Adds it to the record of a section that searched, part by part.
pub fn tell(rows: &[Row], section: &mut Value) {
    let has = |part: &str| rows.iter().any(|row| row.part == part);
    if has("search") {
        let search = trials(rows, "search");
        section["winners"] = winners(&search);
        section["importance"] = shares(&search);
    }
    if has("printed") {
        section["winners_again"] = winners_again(rows);
    }
    if has("narrow/4") {
        section["last_round"] = last_round(&trials(rows, "narrow/4"));
    }
    if has("samplers") {
        section["medians"] = medians(rows);
    }
}

/// The trials of a part, in order, for each seed.
fn trials(rows: &[Row], part: &str) -> BTreeMap<u64, Vec<Trial>> {
    let mut trials: BTreeMap<u64, BTreeMap<u64, Trial>> = BTreeMap::new();
    for Row { series, seed, metric, value, .. } in rows.iter().filter(|row| row.part == part) {
        let Ok(number) = series.parse() else { continue };
        let trial = trials.entry(*seed).or_default().entry(number).or_default();
        trial.insert(metric.clone(), *value);
    }
    trials.into_iter().map(|(seed, trials)| (seed, trials.into_values().collect())).collect()
}

/// The accuracy of a trial; NaN if it diverged, which it may have done before its first epoch.
fn accuracy(trial: &Trial) -> f64 {
    let last =
        trial.get("validation_accuracy").filter(|_| !trial.contains_key(Metric::DIVERGED.name()));
    last.copied().unwrap_or(f64::NAN)
}

/// An accuracy as it ranks: NaN below all others.
fn worth(accuracy: f64) -> f64 {
    if accuracy.is_nan() { f64::NEG_INFINITY } else { accuracy }
}

/// The best trial of each seed, what all seeds' best five have in common, and how many trials
/// diverged.
fn winners(search: &BTreeMap<u64, Vec<Trial>>) -> Value {
    let (mut best, mut five, mut diverged) = (Vec::new(), Vec::new(), 0);
    for (seed, trials) in search {
        let mut ranked: Vec<&Trial> = trials.iter().collect();
        ranked.sort_by(|a, b| worth(accuracy(b)).total_cmp(&worth(accuracy(a))));
        best.push(json!({
            "seed": seed,
            "validation_accuracy": significant(accuracy(ranked[0])),
            "learning_rate": significant(ranked[0]["learning_rate"]),
            "weight_decay": significant(ranked[0]["weight_decay"]),
        }));
        diverged += trials.iter().filter(|trial| accuracy(trial).is_nan()).count();
        five.extend(ranked.into_iter().filter(|trial| !accuracy(trial).is_nan()).take(5));
    }
    let range = |metric: &str| span(five.iter().map(|trial| trial[metric]));
    json!({
        "best": best,
        "best_five": {
            "learning_rate": range("learning_rate"),
            "weight_decay": range("weight_decay"),
            "validation_accuracy": range("validation_accuracy"),
        },
        "diverged": diverged,
    })
}

/// How much each hyperparameter matters, over the seeds.
fn shares(search: &BTreeMap<u64, Vec<Trial>>) -> Value {
    let log = |low, high| Distribution::LogUniform { low, high };
    let space = Space::of([("lr", log(1e-6, 1e-2)), ("weight_decay", log(1e-8, 1e-4))]);
    let of_seed = |trials: &Vec<Trial>| {
        let observed = |(number, trial): (u64, &Trial)| {
            let values = [("lr", "learning_rate"), ("weight_decay", "weight_decay")];
            let values = values.map(|(name, metric)| (name, Number::Float(trial[metric])));
            let params = Params::of(values);
            Observation { number, params, value: accuracy(trial) }
        };
        importance(&space, &(0..).zip(trials).map(observed).collect::<Vec<_>>())
    };
    let shares: Vec<Vec<f64>> = search.values().map(of_seed).collect();
    let band = |k: usize| of(&shares.iter().map(|shares| shares[k]).collect::<Vec<_>>());
    json!({ "learning_rate": band(0), "weight_decay": band(1) })
}

/// The notebook's own 100 points under each seed: the best one there, and what the same point comes
/// to under the other seeds; the same of the point that won in the notebook.
fn winners_again(rows: &[Row]) -> Value {
    let mut accuracies: BTreeMap<u64, Vec<f64>> = BTreeMap::new();
    for Row { seed, value, .. } in rows.iter().filter(|row| row.part == "printed") {
        accuracies.entry(*seed).or_default().push(*value);
    }
    let first_best = |values: &[f64]| {
        let better =
            |best: usize, k: usize| if worth(values[k]) > worth(values[best]) { k } else { best };
        (1..values.len()).fold(0, better)
    };
    let at = |trial: usize| accuracies.iter().map(move |(seed, values)| (*seed, values[trial]));
    let (mut best, mut won, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for (&seed, values) in &accuracies {
        let trial = first_best(values);
        let others = at(trial).filter(|(other, _)| *other != seed).map(|(_, accuracy)| accuracy);
        let others = Spread::of(&others.collect::<Vec<_>>());
        best.push(json!({
            "seed": seed,
            "trial": trial,
            "validation_accuracy": significant(values[trial]),
            "under_other_seeds": significant(others.mean),
        }));
        won.push(values[trial]);
        again.push(others.mean);
    }
    // As far as its points were trained: a quick run takes the first few.
    let trained = accuracies.values().map(Vec::len).min().unwrap_or_default();
    let notebook: Vec<f64> = csv_rows(include_str!("../../../data/reference/sec6_5_trials.csv"))
        .into_iter()
        .take(trained)
        .map(|row| row[1])
        .collect();
    let trial = first_best(&notebook);
    json!({
        "best": best,
        "as_winner": of(&won),
        "under_other_seeds": of(&again),
        "notebooks_winner": {
            "trial": trial,
            "printed": notebook[trial],
            "ours": of(&at(trial).map(|(_, accuracy)| accuracy).collect::<Vec<_>>()),
        },
    })
}

/// The range that the last round of narrowing searched, as far as its trials reach.
fn last_round(trials: &BTreeMap<u64, Vec<Trial>>) -> Value {
    let seeds = trials.iter().map(|(seed, trials)| {
        let range = |metric: &str| span(trials.iter().map(|trial| trial[metric]));
        json!({
            "seed": seed,
            "learning_rate": range("learning_rate"),
            "weight_decay": range("weight_decay"),
        })
    });
    seeds.collect()
}

/// The median over seeds of what each sampler ended with on each problem.
fn medians(rows: &[Row]) -> Value {
    let mut last: BTreeMap<&str, BTreeMap<u64, f64>> = BTreeMap::new();
    for Row { series, seed, value, .. } in rows.iter().filter(|row| row.part == "samplers") {
        last.entry(series).or_default().insert(*seed, *value);
    }
    let median = |values: BTreeMap<u64, f64>| {
        let mut values: Vec<f64> = values.into_values().collect();
        values.sort_by(f64::total_cmp);
        significant((values[(values.len() - 1) / 2] + values[values.len() / 2]) / 2.0).into()
    };
    last.into_iter()
        .map(|(series, values)| (series.to_owned(), median(values)))
        .collect::<Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first of these trials diverged before its first epoch, the second after it.
    #[test]
    fn diverged_trials_are_counted_and_rank_last() {
        let row = |trial: u64, step, metric: &str, value| Row {
            part: "search".to_owned(),
            series: trial.to_string(),
            seed: 0,
            step,
            metric: metric.to_owned(),
            value,
        };
        let mut rows: Vec<Row> = (0..3)
            .flat_map(|trial| {
                [("learning_rate", 1e-3), ("weight_decay", 1e-5)]
                    .map(|(metric, size)| row(trial, 0, metric, size * (trial + 1) as f64))
            })
            .collect();
        rows.push(row(0, 0, Metric::DIVERGED.name(), 1.0));
        rows.push(row(1, 0, "validation_accuracy", 0.9));
        rows.push(row(1, 7, Metric::DIVERGED.name(), 1.0));
        rows.push(row(2, 0, "validation_accuracy", 0.3));
        let mut section = json!({});
        tell(&rows, &mut section);
        let winners = &section["winners"];
        assert_eq!(winners["diverged"], 2);
        assert_eq!(winners["best"][0]["validation_accuracy"], 0.3);
        assert_eq!(winners["best"][0]["learning_rate"], 0.003);
        assert_eq!(winners["best_five"]["validation_accuracy"]["max"], 0.3);
    }
}
