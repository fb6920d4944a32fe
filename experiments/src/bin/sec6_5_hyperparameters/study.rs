//! The study file, and error messages that name its flags.

use std::path::Path;

use anyhow::{Error, anyhow};
use experiments::cli::{Failure, Result};
use experiments::screen::notice;
use platform::device_in;
use search::{Identity, Study, StudyError};

/// Opens the study that `--study` and `--resume` ask for; notices go to stderr.
///
/// # Errors
/// [`Failure`] if the file cannot be used.
pub fn open(file: &Path, identity: Identity, resume: bool) -> Result<Study> {
    if let Some(device) = device_in(file) {
        let file = file.display();
        return Err(Failure::Usage(anyhow!(
            "--study {file}: Windows keeps the name {device} for a device; give another file"
        )));
    }
    Study::open(file, identity, resume, notice).map_err(|error| Stop::from(error).0)
}

/// Why a search that is kept in a study stopped.
pub struct Stop(pub Failure);

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<StudyError> for Stop {
    /// Names the flag, and what to type instead.
    fn from(error: StudyError) -> Self {
        let (kind, advice): (fn(Error) -> Failure, _) = match &error {
            StudyError::Exists { .. } => {
                (Failure::Usage, ": give --resume to go on with them, or another --study FILE")
            }
            StudyError::OtherSettings { .. } => {
                (Failure::Usage, ": give the flags of the study, or another --study FILE")
            }
            StudyError::Broken { .. } => (Failure::Data, ", or give another --study FILE"),
            StudyError::Shortened { .. }
            | StudyError::Deleted { .. }
            | StudyError::Read { .. }
            | StudyError::Unfit { .. } => (Failure::Data, ""),
            StudyError::Write { .. } => (Failure::Output, ""),
        };
        let text = format!("--study {error}{advice}");
        Self(kind(match error {
            StudyError::Read { source, .. } | StudyError::Write { source, .. } => {
                Error::new(source).context(text)
            }
            _ => anyhow!(text),
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn told(error: StudyError) -> String {
        let Stop(Failure::Usage(told) | Failure::Data(told) | Failure::Output(told)) = error.into()
        else {
            panic!("no other kind")
        };
        format!("{told:#}")
    }

    #[test]
    fn a_user_is_told_of_flags_and_causes() {
        let path = || "run.log".into();
        let study = || "seed-7".to_owned();
        assert_eq!(
            told(StudyError::Exists { path: path(), line: 1, study: study(), trials: 2 }),
            "--study run.log, line 1: 2 trials of the study seed-7 are there already: give --resume to \
             go on with them, or another --study FILE"
        );
        assert_eq!(
            told(StudyError::OtherSettings {
                path: path(),
                line: 3,
                study: study(),
                setting: "seed".into(),
                found: "8".to_owned(),
                wanted: "7".into(),
            }),
            "--study run.log, line 3: the study seed-7 was made with seed = 8, this run has 7: give \
             the flags of the study, or another --study FILE"
        );
        assert_eq!(
            told(StudyError::Broken { path: path(), line: 5, reason: "has no op_code".to_owned() }),
            "--study run.log, line 5: has no op_code: the file is left as it is; take a copy, repair \
             or delete that line in an editor, or give another --study FILE"
        );
        let source = io::Error::other("no space left");
        assert_eq!(
            told(StudyError::Write { path: path(), source }),
            "--study run.log: cannot be written: no space left"
        );
    }
}
