//! The lines of a journal that this program writes.

use std::time::{SystemTime, UNIX_EPOCH};

use humantime::format_rfc3339_micros;
use serde_json::{Map, Value, json};

use super::record;
use crate::search::{Distribution, End, Space, Trial, Value as Param};

/// Operation codes of Optuna's `JournalOperation`.
pub(super) mod code {
    pub(crate) const CREATE_STUDY: u64 = 0;
    pub(crate) const DELETE_STUDY: u64 = 1;
    pub(crate) const SET_STUDY_USER_ATTRIBUTE: u64 = 2;
    pub(crate) const SET_STUDY_SYSTEM_ATTRIBUTE: u64 = 3;
    pub(crate) const CREATE_TRIAL: u64 = 4;
    pub(crate) const SET_TRIAL_PARAM: u64 = 5;
    pub(crate) const SET_TRIAL_STATE: u64 = 6;
    pub(crate) const SET_INTERMEDIATE_VALUE: u64 = 7;
    pub(crate) const SET_TRIAL_USER_ATTRIBUTE: u64 = 8;
    pub(crate) const SET_TRIAL_SYSTEM_ATTRIBUTE: u64 = 9;
    /// Of Rustuna.
    pub(crate) const DISCARD_TRIALS: u64 = 10;
}

/// States of Optuna's `TrialState`.
pub(super) mod state {
    pub(crate) const RUNNING: u64 = 0;
    pub(crate) const COMPLETE: u64 = 1;
    pub(crate) const PRUNED: u64 = 2;
    pub(crate) const FAIL: u64 = 3;
    pub(crate) const WAITING: u64 = 4;
}

/// How the names begin that this program's processes have in a journal.
pub(super) const OUR_WORKERS: &str = "experiments-";
const MAXIMIZE: u64 = 2;

/// Lines to be appended in one write.
#[derive(Debug)]
pub(super) struct Lines {
    worker: String,
    text: Vec<u8>,
}

impl Lines {
    pub(super) fn new(worker: &str) -> Self {
        Self { worker: worker.to_owned(), text: Vec::new() }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text
    }

    /// One line; `fields` is an object that is not empty.
    fn push(&mut self, op_code: u64, fields: &Value) {
        let worker = Value::from(self.worker.as_str());
        // The code first, as Optuna has it: a torn line is known by its beginning.
        let line = format!(
            "{{\"op_code\":{op_code},\"worker_id\":{worker},{}\n",
            &fields.to_string()[1..]
        );
        self.text.extend(line.into_bytes());
    }

    /// A new study, and how it was made.
    pub(super) fn study(&mut self, id: usize, name: &str, settings: &[(&'static str, String)]) {
        let create = json!({ "study_name": name, "directions": [MAXIMIZE] });
        self.push(code::CREATE_STUDY, &create);
        for (setting, value) in settings {
            let note = json!({ "study_id": id, "user_attr": { *setting: value } });
            self.push(code::SET_STUDY_USER_ATTRIBUTE, &note);
        }
    }

    /// A trial that has just ended.
    pub(super) fn trial(
        &mut self,
        (study, id): (usize, usize),
        space: &Space,
        trial: &Trial,
        started: SystemTime,
    ) {
        let (mut distributions, mut params) = (Map::new(), Map::new());
        for (name, distribution) in space.dimensions() {
            let Some(value) = trial.params.get(name) else { continue };
            distributions.insert(name.clone(), to_optuna(distribution).to_string().into());
            params.insert(name.clone(), internal(distribution, value));
        }
        self.push(
            code::CREATE_TRIAL,
            &json!({
                "study_id": study,
                "datetime_start": time(started),
                "state": state::RUNNING,
                "distributions": distributions,
                "params": params,
                "user_attrs": record::attributes(trial),
                "system_attrs": {},
                "intermediate_values": {},
            }),
        );
        // Not in the line above: the dashboard that runs in a browser alone reads them here.
        for epoch in &trial.epochs {
            let (step, value) = (epoch.epoch, epoch.validation_accuracy);
            let report = json!({ "trial_id": id, "step": step, "intermediate_value": value });
            self.push(code::SET_INTERMEDIATE_VALUE, &report);
        }
        let last = trial.epochs.last().map(|epoch| epoch.validation_accuracy);
        let (state, value) = match trial.end {
            End::Complete => (state::COMPLETE, last),
            End::Stopped(_) => (state::PRUNED, last),
            End::Diverged(_) => (state::FAIL, None),
        };
        self.end(id, state, value);
    }

    /// The end of a trial of which a process that died had written only the beginning.
    pub(super) fn abandoned(&mut self, id: usize) {
        // Without its index it is no trial of the search any more.
        for note in
            [json!({ "index": null }), json!({ "reason": "its process died while writing it" })]
        {
            let note = json!({ "trial_id": id, "user_attr": note });
            self.push(code::SET_TRIAL_USER_ATTRIBUTE, &note);
        }
        self.end(id, state::FAIL, None);
    }

    fn end(&mut self, id: usize, state: u64, value: Option<f64>) {
        let now = time(SystemTime::now());
        let values = value.map(|value| [value]);
        self.push(
            code::SET_TRIAL_STATE,
            &json!({ "trial_id": id, "state": state, "values": values, "datetime_complete": now }),
        );
    }
}

/// As Optuna 5 writes it, and Python 3.7 can read it: with an offset instead of a `Z`. Optuna 4 writes
/// local times without one; a host in another zone would take those for its own.
fn time(at: SystemTime) -> String {
    // A clock that was never set may stand before the first time that can be written.
    let utc = format_rfc3339_micros(at.max(UNIX_EPOCH)).to_string();
    format!("{}+00:00", utc.trim_end_matches('Z'))
}

/// A distribution as Optuna writes it.
fn to_optuna(distribution: &Distribution) -> Value {
    let of = |name: &str, attributes: Value| json!({ "name": name, "attributes": attributes });
    let float = |low: f64, high: f64, log: bool| {
        of("FloatDistribution", json!({ "step": null, "low": low, "high": high, "log": log }))
    };
    match distribution {
        &Distribution::Uniform { low, high } => float(low, high, false),
        &Distribution::LogUniform { low, high } => float(low, high, true),
        Distribution::Integer { low, high, log } => {
            of("IntDistribution", json!({ "log": log, "step": 1, "low": low, "high": high }))
        }
        Distribution::Categorical { choices } => {
            of("CategoricalDistribution", json!({ "choices": choices }))
        }
    }
}

/// A value as Optuna stores it: a choice by its place.
fn internal(distribution: &Distribution, value: &Param) -> Value {
    match (distribution, value) {
        (Distribution::Categorical { choices }, Param::Text(text)) => {
            choices.iter().position(|choice| choice == text).into()
        }
        _ => json!(value),
    }
}

/// The value that Optuna stored; `None` if it is not one of the distribution's.
pub(super) fn external(distribution: &Distribution, stored: &Value) -> Option<Param> {
    let value = match distribution {
        Distribution::Uniform { .. } | Distribution::LogUniform { .. } => {
            Param::Float(stored.as_f64()?)
        }
        Distribution::Integer { .. } => Param::Integer(stored.as_f64()? as i64),
        Distribution::Categorical { choices } => {
            Param::Text(choices.get(stored.as_f64()? as usize)?.clone())
        }
    };
    distribution.unit(&value).map(|_| value)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn times_are_utc_with_all_six_digits() {
        let at = UNIX_EPOCH + Duration::new(1_700_000_000, 123_456_789);
        assert_eq!(time(at), "2023-11-14T22:13:20.123456+00:00");
        assert_eq!(time(UNIX_EPOCH - Duration::from_secs(1)), "1970-01-01T00:00:00.000000+00:00");
    }
}
