//! Errors of a study file.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// A study file that cannot be used.
#[derive(Debug, Error)]
pub enum StudyError {
    /// The file holds the study already, and `resume` was not set.
    #[error("{path}, line {line}: {trials} trials of the study {study} are there already")]
    Exists {
        /// The file.
        path: PathBuf,
        /// The line that creates the study.
        line: usize,
        /// The name of the study.
        study: String,
        /// The number of its trials that have ended.
        trials: usize,
    },
    /// The study was made with other settings.
    #[error(
        "{path}, line {line}: the study {study} was made with {setting} = {found}, \
         this run has {wanted}"
    )]
    OtherSettings {
        /// The file.
        path: PathBuf,
        /// The line with the setting.
        line: usize,
        /// The name of the study.
        study: String,
        /// The setting that differs.
        setting: Box<str>,
        /// Its value in the file.
        found: String,
        /// Its value in this run.
        wanted: Box<str>,
    },
    /// A line that is not a journal operation, or a trial of this crate that cannot be read back.
    #[error(
        "{path}, line {line}: {reason}: the file is left as it is; take a copy, repair or delete \
         that line in an editor"
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The file has become shorter since it was last read.
    #[error(
        "{path}: bytes that were read before are gone: another program has rewritten the file \
         while this one was using it"
    )]
    Shortened {
        /// The file.
        path: PathBuf,
    },
    /// Another program has deleted the study.
    #[error("{path}: another program has deleted the study {study}: run again to begin it anew")]
    Deleted {
        /// The file.
        path: PathBuf,
        /// The name of the study.
        study: String,
    },
    /// A trial that could not be read back from the file.
    #[error("{path}: trial {number} cannot be kept: {reason}")]
    Unfit {
        /// The file.
        path: PathBuf,
        /// The number of the trial.
        number: u64,
        /// What is wrong with its reports.
        reason: String,
    },
    /// The file cannot be read.
    #[error("{path}: cannot be read")]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// The file, its lock or a claim beside it cannot be written.
    #[error("{path}: cannot be written")]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
}
