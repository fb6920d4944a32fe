//! The state that the operations of a journal describe.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::format::{OUR_WORKERS, code, state};

/// The studies and trials of a journal, as Optuna replays them.
#[derive(Debug, Default)]
pub(super) struct Replay {
    /// By identifier, which counts from 0; `None` once deleted.
    pub(super) studies: Vec<Option<KnownStudy>>,
    /// By identifier.
    pub(super) trials: Vec<KnownTrial>,
}

/// A study of a journal.
#[derive(Debug)]
pub(super) struct KnownStudy {
    pub(super) id: usize,
    pub(super) name: String,
    /// The line that created it.
    pub(super) line: usize,
    /// Its user attributes, each with the line that set it.
    pub(super) attributes: BTreeMap<String, (Value, usize)>,
}

/// A trial of a journal.
#[derive(Debug)]
pub(super) struct KnownTrial {
    /// The identifier of its study.
    pub(super) study: usize,
    /// The line that created it.
    pub(super) line: usize,
    pub(super) state: u64,
    /// Whether a worker of this crate created it.
    pub(super) ours: bool,
    pub(super) params: Map<String, Value>,
    pub(super) attributes: Map<String, Value>,
    pub(super) intermediate: BTreeMap<u64, f64>,
}

impl KnownTrial {
    /// Its number in the search, if a worker of this crate created it and it has ended.
    pub(super) fn index(&self) -> Option<u64> {
        let ended = self.ours && !self.is_unfinished();
        self.attributes.get("index").and_then(Value::as_u64).filter(|_| ended)
    }

    pub(super) fn is_unfinished(&self) -> bool {
        [state::RUNNING, state::WAITING].contains(&self.state)
    }
}

impl Replay {
    pub(super) fn study(&self, name: &str) -> Option<&KnownStudy> {
        self.studies.iter().flatten().find(|study| study.name == name)
    }

    /// Applies the operation of a line, or says what is wrong with it.
    pub(super) fn apply(&mut self, operation: &Value, line: usize) -> Result<(), String> {
        if !operation.is_object() {
            return Err("not a JSON object".to_owned());
        }
        let user_attributes = || operation["user_attr"].as_object().ok_or("has no user_attr");
        match whole(operation, "op_code")? {
            code::CREATE_STUDY => {
                let name = operation["study_name"].as_str().ok_or("has no study_name")?.to_owned();
                if self.study(&name).is_none() {
                    let (id, attributes) = (self.studies.len(), BTreeMap::new());
                    self.studies.push(Some(KnownStudy { id, name, line, attributes }));
                }
            }
            code::DELETE_STUDY => {
                let id = whole(operation, "study_id")? as usize;
                if let Some(study) = self.studies.get_mut(id) {
                    *study = None;
                }
            }
            code::SET_STUDY_USER_ATTRIBUTE => {
                let id = whole(operation, "study_id")? as usize;
                let attributes = user_attributes()?;
                if let Some(Some(study)) = self.studies.get_mut(id) {
                    let new = attributes.iter().map(|(k, v)| (k.clone(), (v.clone(), line)));
                    study.attributes.extend(new);
                }
            }
            code::CREATE_TRIAL => self.create_trial(operation, line)?,
            code::SET_TRIAL_STATE => {
                let state = whole(operation, "state")?;
                if let Some(trial) = self.unfinished(operation)? {
                    trial.state = state;
                }
            }
            code::SET_INTERMEDIATE_VALUE => {
                let step = whole(operation, "step")?;
                let value = operation["intermediate_value"].as_f64();
                if let (Some(trial), Some(value)) = (self.unfinished(operation)?, value) {
                    trial.intermediate.insert(step, value);
                }
            }
            code::SET_TRIAL_USER_ATTRIBUTE => {
                let attributes = user_attributes()?.clone();
                if let Some(trial) = self.unfinished(operation)? {
                    trial.attributes.extend(attributes);
                }
            }
            // These change nothing that a search reads.
            code::SET_STUDY_SYSTEM_ATTRIBUTE
            | code::SET_TRIAL_PARAM
            | code::SET_TRIAL_SYSTEM_ATTRIBUTE
            | code::DISCARD_TRIALS => {}
            other => return Err(format!("op_code {other} is not from 0 to 10")),
        }
        Ok(())
    }

    fn create_trial(&mut self, operation: &Value, line: usize) -> Result<(), String> {
        let study = whole(operation, "study_id")? as usize;
        if !matches!(self.studies.get(study), Some(Some(_))) {
            return Ok(());
        }
        let map = |name: &str| operation[name].as_object().cloned().unwrap_or_default();
        let number = |(step, value): (String, Value)| Some((step.parse().ok()?, value.as_f64()?));
        self.trials.push(KnownTrial {
            study,
            line,
            state: operation["state"].as_u64().unwrap_or(state::RUNNING),
            ours: operation["worker_id"].as_str().is_some_and(|id| id.starts_with(OUR_WORKERS)),
            params: map("params"),
            attributes: map("user_attrs"),
            intermediate: map("intermediate_values").into_iter().filter_map(number).collect(),
        });
        Ok(())
    }

    /// The trial of an operation; `None` if it has ended, and may not be changed any more.
    fn unfinished(&mut self, operation: &Value) -> Result<Option<&mut KnownTrial>, String> {
        let id = whole(operation, "trial_id")? as usize;
        let trial = self.trials.get_mut(id);
        Ok(trial.filter(|trial| trial.is_unfinished()))
    }
}

fn whole(operation: &Value, name: &str) -> Result<u64, String> {
    operation[name].as_u64().ok_or_else(|| format!("has no {name} that is a whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn replay(operations: &[Value]) -> Replay {
        let mut replay = Replay::default();
        for (i, operation) in operations.iter().enumerate() {
            replay.apply(operation, i + 1).unwrap();
        }
        replay
    }

    #[test]
    fn operations_count_as_in_optuna() {
        let replay = replay(&[
            json!({ "op_code": 0, "study_name": "a", "directions": [2] }),
            // A second study of the same name is ignored, and gets no identifier.
            json!({ "op_code": 0, "study_name": "a", "directions": [2] }),
            json!({ "op_code": 0, "study_name": "b", "directions": [2] }),
            json!({ "op_code": 4, "study_id": 0, "datetime_start": null }),
            // So is a trial of a study that does not exist.
            json!({ "op_code": 4, "study_id": 7, "datetime_start": null }),
            json!({ "op_code": 1, "study_id": 0 }),
            json!({ "op_code": 4, "study_id": 1, "datetime_start": null, "state": 1 }),
            json!({ "op_code": 8, "trial_id": 1, "user_attr": { "late": 1 } }),
            json!({ "op_code": 10, "study_id": 1 }),
        ]);
        assert!(replay.study("a").is_none());
        assert_eq!(replay.study("b").map(|study| study.id), Some(1));
        assert_eq!(replay.trials.len(), 2);
        // A trial that has ended does not change.
        assert!(replay.trials[1].attributes.is_empty());
    }

    #[test]
    fn an_invalid_operation_is_an_error() {
        for (operation, reason) in [
            (json!([1]), "not a JSON object"),
            (json!({ "study_id": 1 }), "op_code"),
            (json!({ "op_code": 11 }), "0 to 10"),
            (json!({ "op_code": 0 }), "study_name"),
            (json!({ "op_code": 6, "trial_id": "x", "state": 1 }), "trial_id"),
            (json!({ "op_code": 8, "trial_id": 1 }), "user_attr"),
        ] {
            let message = Replay::default().apply(&operation, 1).unwrap_err();
            assert!(message.contains(reason), "{message}");
        }
    }
}
