//! Trials as lines of a study file, and back.

use std::time::SystemTime;

use serde_json::{Map, Value, json};

use super::format::{code, state};
use super::identity::Identity;
use super::lines::{JournalLines, time};
use super::optuna::{external, internal, written};
use super::replay::KnownTrial;
use crate::{Distribution, End, Params, Report, Trial};

/// Why this trial could not be read back from the file, if it could not.
pub(super) fn unfit(trial: &Trial, identity: &Identity) -> Option<String> {
    let reports = &trial.reports;
    if let Some([before, report]) = reports.array_windows().find(|[a, b]| b.step <= a.step) {
        let (before, step) = (before.step, report.step);
        return Some(format!("it reported step {step} after step {before}; steps must increase"));
    }
    let lacks = |report: &Report| {
        let mut names = identity.measures.iter();
        let name = names.find(|name| !report.measures.contains_key(*name))?;
        Some(format!("it reported no {name} at step {}", report.step))
    };
    reports.iter().find_map(lacks)
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
    // As lines of their own: the browser-only version of optuna-dashboard reads no others.
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

/// What Optuna's format has no field for.
fn attributes(trial: &Trial, measures: &[String]) -> Map<String, Value> {
    let column = |name: &String| {
        let column = trial.reports.iter().map(|report| report.measures.get(name).copied());
        (name.clone(), column.collect())
    };
    let mut attributes: Map<String, Value> = measures.iter().map(column).collect();
    attributes.insert("index".to_owned(), trial.number.into());
    if let End::Diverged(update) = trial.end {
        attributes.insert("diverged_at".to_owned(), update.into());
        // The text is that of existing study files, which are about networks.
        let reason =
            format!("diverged: the loss or a weight was no finite number at update {update}");
        attributes.insert("reason".to_owned(), reason.into());
    }
    attributes
}

/// Reads a trial back; `None` if another program wrote it, or if it has not ended.
pub(super) fn read(trial: &KnownTrial, identity: &Identity) -> Result<Option<Trial>, String> {
    let Some(index) = trial.index() else { return Ok(None) };
    let space = &identity.space;
    let value = |(name, distribution): &(String, Distribution)| {
        let value = trial.params.get(name).and_then(|stored| external(distribution, stored));
        let missing = || format!("trial {index} of the search has no {name} that is in {space}");
        Ok((name.clone(), value.ok_or_else(missing)?))
    };
    let params = space.dimensions().iter().map(value).collect::<Result<Vec<_>, String>>()?;
    let reports = trial.intermediate.iter();
    let mut reports: Vec<Report> =
        reports.map(|(&step, &value)| Report::of(step as usize, value)).collect();
    for name in &identity.measures {
        let values = trial.attributes.get(name).and_then(Value::as_array);
        let column: Vec<f64> = values.into_iter().flatten().filter_map(Value::as_f64).collect();
        if values.is_none() || column.len() != reports.len() {
            return Err(format!("trial {index} of the search needs one {name} per step"));
        }
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
