//! What can be wrong with a space.

use std::path::Path;

use thiserror::Error;

/// A space that cannot be searched, or a value that cannot be a hyperparameter's.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SpaceError {
    /// No hyperparameter has this name.
    #[error("no hyperparameter is called {found:?}: give {known}")]
    UnknownName {
        /// What was given.
        found: String,
        /// The names there are.
        known: String,
    },
    /// A flag that is not `NAME=DISTRIBUTION`.
    #[error("{found:?} is not NAME=DISTRIBUTION: give for example lr=log:1e-6:1e-2")]
    NoName {
        /// What was given.
        found: String,
    },
    /// A distribution that cannot be read.
    #[error(
        "{found:?} is no distribution: give uniform:LOW:HIGH, log:LOW:HIGH, int:LOW:HIGH, \
         logint:LOW:HIGH or choice:A,B,…"
    )]
    UnknownDistribution {
        /// What was given.
        found: String,
    },
    /// A range without anything in it, or one that a log scale cannot hold.
    #[error("{found:?}: {reason}")]
    Range {
        /// What was given.
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
        /// What it can take.
        reason: String,
    },
    /// The same name twice.
    #[error("{name} is given twice: give each hyperparameter one distribution")]
    Twice {
        /// The hyperparameter.
        name: String,
    },
    /// Nothing to search.
    #[error("the space is empty: give at least one hyperparameter, for example lr=log:1e-6:1e-2")]
    Empty,
    /// Something that changes nothing in this space.
    #[error("{name} changes nothing here: {reason}")]
    Idle {
        /// The hyperparameter.
        name: String,
        /// Why.
        reason: String,
    },
    /// A file that cannot be read as a space.
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
    /// A mistake in the file of a space.
    pub fn in_file(path: &Path, line: Option<usize>, reason: String) -> Self {
        Self::File { file: path.display().to_string(), line, reason }
    }
}
