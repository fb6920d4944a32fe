//! Lines that are to be appended to a journal.

use std::time::{SystemTime, UNIX_EPOCH};

use humantime::format_rfc3339_micros;
use serde_json::{Value, json};

use super::format::{MAXIMIZE, code, state};

/// Lines to be appended in one write.
#[derive(Debug)]
pub(super) struct JournalLines {
    worker: String,
    text: Vec<u8>,
}

impl JournalLines {
    pub(super) fn new(worker: &str) -> Self {
        Self { worker: worker.to_owned(), text: Vec::new() }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text
    }

    /// One line; `fields` is an object that is not empty.
    pub(super) fn push(&mut self, op_code: u64, fields: &Value) {
        let worker = Value::from(self.worker.as_str());
        // The code first, as Optuna has it: a torn line is known by its beginning.
        let line = format!(
            "{{\"op_code\":{op_code},\"worker_id\":{worker},{}\n",
            &fields.to_string()[1..]
        );
        self.text.extend(line.into_bytes());
    }

    /// A new study, and how it was made.
    pub(super) fn study(&mut self, id: usize, name: &str, settings: &[(String, String)]) {
        let create = json!({ "study_name": name, "directions": [MAXIMIZE] });
        self.push(code::CREATE_STUDY, &create);
        for (setting, value) in settings {
            self.setting(id, setting, value);
        }
    }

    /// How a study is made, from here on.
    pub(super) fn setting(&mut self, id: usize, setting: &str, value: &str) {
        let note = json!({ "study_id": id, "user_attr": { setting: value } });
        self.push(code::SET_STUDY_USER_ATTRIBUTE, &note);
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

    /// The end of a trial.
    pub(super) fn end(&mut self, id: usize, state: u64, value: Option<f64>) {
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
pub(super) fn time(at: SystemTime) -> String {
    // A clock that was never set may stand before the first time that can be written.
    let utc = format_rfc3339_micros(at.max(UNIX_EPOCH)).to_string();
    format!("{}+00:00", utc.trim_end_matches('Z'))
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
