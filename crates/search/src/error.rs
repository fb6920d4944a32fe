//! Errors of a search space.

use std::path::Path;

use thiserror::Error;

/// An invalid search space, or a value that a hyperparameter cannot take.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SpaceError {
    /// No hyperparameter has this name.
    #[error("no hyperparameter is called {found:?}: give {known}")]
    UnknownName {
        /// The name that was given.
        found: String,
        /// The names that exist.
        known: String,
    },
    /// A flag that is not `NAME=DISTRIBUTION`.
    #[error("{found:?} is not NAME=DISTRIBUTION: give for example lr=log:1e-6:1e-2")]
    NoName {
        /// The flag.
        found: String,
    },
    /// A text that is not a distribution.
    #[error(
        "{found:?} is not a distribution: give uniform:LOW:HIGH, log:LOW:HIGH, int:LOW:HIGH, \
         logint:LOW:HIGH or choice:A,B,…"
    )]
    UnknownDistribution {
        /// The text.
        found: String,
    },
    /// A range or list of choices that is not valid, or a value outside of it.
    #[error("{found:?}: {reason}")]
    Range {
        /// The text that was given.
        found: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A value that the hyperparameter cannot take.
    #[error("{name} = {value}: {reason}")]
    Value {
        /// The hyperparameter.
        name: String,
        /// The value.
        value: String,
        /// Which values it can take.
        reason: String,
    },
    /// The same hyperparameter twice.
    #[error("{name} is given twice: give each hyperparameter one distribution")]
    Twice {
        /// The hyperparameter.
        name: String,
    },
    /// A space without hyperparameters.
    #[error("the space is empty: give at least one hyperparameter, for example lr=log:1e-6:1e-2")]
    Empty,
    /// A hyperparameter that has no effect in this space.
    #[error("{name} changes nothing here: {reason}")]
    Idle {
        /// The hyperparameter.
        name: String,
        /// Why it has no effect.
        reason: String,
    },
    /// A file that is not a valid space.
    #[error("{file}{}: {reason}", line.map_or(String::new(), |line| format!(", line {line}")))]
    File {
        /// Its path.
        file: String,
        /// The line, counted from 1.
        line: Option<usize>,
        /// What is wrong.
        reason: String,
    },
}

impl SpaceError {
    /// An error in the file of a space.
    pub fn in_file(path: &Path, line: Option<usize>, reason: String) -> Self {
        Self::File { file: path.display().to_string(), line, reason }
    }
}
