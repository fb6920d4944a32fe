//! What can be wrong with a study file.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// A study file that cannot be used.
#[derive(Debug, Error)]
pub enum StudyError {
    /// There is a study and it was not asked to go on with it.
    #[error("{}, line {line}: {trials} trials of the study {study} are there already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
        /// Where the study begins.
        line: usize,
        /// Its name.
        study: String,
        /// How many trials of it have ended.
        trials: usize,
    },
    /// The study was made with other settings.
    #[error(
        "{}, line {line}: the study {study} was made with {setting} = {found}, this run has {wanted}",
        path.display()
    )]
    OtherSettings {
        /// The file.
        path: PathBuf,
        /// Where it says so.
        line: usize,
        /// The name of the study.
        study: String,
        /// Which setting differs.
        setting: Box<str>,
        /// In the file.
        found: String,
        /// In this run.
        wanted: Box<str>,
    },
    /// A line that is no operation of a journal, or one of ours with something else in it.
    #[error(
        "{}, line {line}: {reason}: the file is left as it is; take a copy, repair or delete that \
         line in an editor",
        path.display()
    )]
    Broken {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The file has become shorter than it was.
    #[error(
        "{}: bytes that were read before are gone: another program has rewritten the file while \
         this one was using it",
        path.display()
    )]
    Shortened {
        /// The file.
        path: PathBuf,
    },
    /// The study was there and is not any more.
    #[error(
        "{}: another program has deleted the study {study}: run again to begin it anew",
        path.display()
    )]
    Deleted {
        /// The file.
        path: PathBuf,
        /// The name of the study.
        study: String,
    },
    /// A trial that the file could not give back.
    #[error("{}: trial {number} cannot be kept: {reason}", path.display())]
    Unfit {
        /// The file.
        path: PathBuf,
        /// Which trial.
        number: u64,
        /// What is wrong with its reports.
        reason: String,
    },
    /// The file cannot be read.
    #[error("{}: cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file, its lock or a claim beside it cannot be written.
    #[error("{}: cannot be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}
