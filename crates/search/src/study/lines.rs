//! The lines that are appended to a journal.

use std::time::{SystemTime, UNIX_EPOCH};

use humantime::format_rfc3339_micros;
use serde_json::{Value, json};

use super::format::{MAXIMIZE, code, state};

/// Lines that are appended in one write.
#[derive(Debug)]
pub(super) struct JournalLines {
    worker: String,
    pub(super) text: String,
}

impl JournalLines {
    pub(super) fn new(worker: &str) -> Self {
        Self { worker: worker.to_owned(), text: String::new() }
    }

    /// Adds a line. `fields` is an object with at least one field.
    pub(super) fn push(&mut self, op_code: u64, fields: &Value) {
        let (worker, fields) = (Value::from(self.worker.as_str()), fields.to_string());
        // The code comes first, as in Optuna: it identifies an incomplete line.
        let line = format!(r#"{{"op_code":{op_code},"worker_id":{worker},{}"#, &fields[1..]);
        self.text += &(line + "\n");
    }

    /// Adds a new study with its settings.
    pub(super) fn study(&mut self, id: usize, name: &str, settings: &[(String, String)]) {
        let create = json!({ "study_name": name, "directions": [MAXIMIZE] });
        self.push(code::CREATE_STUDY, &create);
        for (setting, value) in settings {
            self.setting(id, setting, value);
        }
    }

    /// Sets a setting of a study.
    pub(super) fn setting(&mut self, id: usize, setting: &str, value: &str) {
        let attribute = json!({ "study_id": id, "user_attr": { setting: value } });
        self.push(code::SET_STUDY_USER_ATTRIBUTE, &attribute);
    }

    /// Ends a trial that is incomplete because its process died while writing it.
    pub(super) fn abandoned(&mut self, id: usize) {
        // Without an index it does not belong to the search.
        let index = json!({ "index": null });
        for attribute in [index, json!({ "reason": "its process died while writing it" })] {
            let attribute = json!({ "trial_id": id, "user_attr": attribute });
            self.push(code::SET_TRIAL_USER_ATTRIBUTE, &attribute);
        }
        self.end(id, state::FAIL, None);
    }

    /// Ends a trial.
    pub(super) fn end(&mut self, id: usize, state: u64, value: Option<f64>) {
        let now = time(SystemTime::now());
        let values = value.map(|value| [value]);
        self.push(
            code::SET_TRIAL_STATE,
            &json!({ "trial_id": id, "state": state, "values": values, "datetime_complete": now }),
        );
    }
}

/// A time as Optuna 5 writes it: UTC with an offset, which Python 3.7 reads, instead of a `Z`.
/// (Optuna 4 writes local times without an offset, which a host in another time zone misreads.)
pub(super) fn time(at: SystemTime) -> String {
    // A clock that was never set may show a time before 1970, which the format does not have.
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
