//! A trial of a search as a trial of a study file.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::format::{code, state};
use super::identity::Identity;
use super::lines::{JournalLines, time};
use super::optuna::{external, internal, written};
use super::replay::KnownTrial;
use crate::{End, Params, Report, Trial};

/// Why the file could not give a trial back as it is.
pub(super) fn unfit(trial: &Trial, identity: &Identity) -> Option<String> {
    let steps = || trial.reports.iter().map(|report| report.step);
    if let Some((_, step)) = steps().zip(steps().skip(1)).find(|(before, step)| step <= before) {
        return Some(format!("it reported step {step} after one that is not below it"));
    }
    let lacks = |report: &Report| {
        let mut names = identity.measures.iter();
        let name = names.find(|name| !report.measures.contains_key(*name))?;
        Some(format!("it reported no {name} at step {}", report.step))
    };
    trial.reports.iter().find_map(lacks)
}

/// Adds the lines of a trial that has just ended.
pub(super) fn write(
    lines: &mut JournalLines,
    (study, id): (usize, usize),
    identity: &Identity,
    trial: &Trial,
    started: SystemTime,
) {
    let (mut distributions, mut params) = (Map::new(), Map::new());
    for (name, distribution) in identity.space.dimensions() {
        let Some(value) = trial.params.get(name) else { continue };
        distributions.insert(name.clone(), written(distribution).to_string().into());
        params.insert(name.clone(), internal(distribution, value));
    }
    lines.push(
        code::CREATE_TRIAL,
        &json!({
            "study_id": study,
            "datetime_start": time(started),
            "state": state::RUNNING,
            "distributions": distributions,
            "params": params,
            "user_attrs": attributes(trial, &identity.measures),
            "system_attrs": {},
            "intermediate_values": {},
        }),
    );
    // Not in the line above: the dashboard that runs in a browser alone reads them here.
    for &Report { step, value, .. } in &trial.reports {
        let report = json!({ "trial_id": id, "step": step, "intermediate_value": value });
        lines.push(code::SET_INTERMEDIATE_VALUE, &report);
    }
    let last = trial.reports.last().map(|report| report.value);
    let (state, value) = match trial.end {
        End::Complete => (state::COMPLETE, last),
        End::Stopped(_) => (state::PRUNED, last),
        End::Diverged(_) => (state::FAIL, None),
    };
    lines.end(id, state, value);
}

/// What Optuna has no place for.
fn attributes(trial: &Trial, measures: &[String]) -> Map<String, Value> {
    let mut attributes = Map::new();
    for name in measures {
        let column = trial.reports.iter().map(|report| report.measures.get(name).copied());
        attributes.insert(name.clone(), column.collect());
    }
    attributes.insert("index".to_owned(), trial.number.into());
    if let End::Diverged(update) = trial.end {
        attributes.insert("diverged_at".to_owned(), update.into());
        // In the words of the study files that there are, which are those of networks.
        let reason =
            format!("diverged: the loss or a weight was no finite number at update {update}");
        attributes.insert("reason".to_owned(), reason.into());
    }
    attributes
}

/// The trial of the search that a trial of a study file is; `None` if it is another program's, or has
/// not ended.
pub(super) fn read(trial: &KnownTrial, identity: &Identity) -> Result<Option<Trial>, String> {
    let Some(index) = trial.index() else { return Ok(None) };
    let space = &identity.space;
    let value = |(name, distribution): &(String, _)| {
        let stored = trial.params.get(name);
        let value = stored.and_then(|stored| external(distribution, stored));
        value.map(|value| (name.clone(), value)).ok_or_else(|| {
            format!("trial {index} of the search has no {name}, or one that is not of {space}")
        })
    };
    let params = space.dimensions().iter().map(value).collect::<Result<Vec<_>, _>>()?;
    let mut reports: Vec<Report> = (trial.intermediate.iter())
        .map(|(&step, &value)| Report::of(step as usize, value))
        .collect();
    for name in &identity.measures {
        let values = trial.attributes.get(name).and_then(Value::as_array);
        let numbers = values.map(|all| all.iter().filter_map(Value::as_f64).collect::<Vec<_>>());
        let column = numbers.filter(|all| all.len() == reports.len()).ok_or_else(|| {
            format!("trial {index} of the search has not one {name} for each step")
        })?;
        for (report, measure) in reports.iter_mut().zip(column) {
            report.measures.insert(name.clone(), measure);
        }
    }
    let end = match (trial.state, trial.attributes.get("diverged_at").and_then(Value::as_u64)) {
        (state::COMPLETE, _) => End::Complete,
        (state::PRUNED, _) => End::Stopped(reports.last().map_or(0, |last| last.step)),
        (_, Some(update)) => End::Diverged(update as usize),
        _ => return Err(format!("trial {index} of the search failed without a diverged_at")),
    };
    Ok(Some(Trial { number: index, params: Params::of(params), reports, end }))
}
