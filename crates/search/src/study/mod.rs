//! Study files: trials in Optuna's file format, safe against crashes and shared by processes.
//!
//! The format is the journal of Optuna's `JournalStorage`: one JSON object per line, one operation
//! each, appended and never rewritten. A trial is appended after its end, in one write that is
//! synced to the disk; a trial that was running when its process died is run again.
//!
//! [`Study`] holds the trials of one search and its settings;
//! [`Search::run_study`](crate::Search::run_study) runs the missing trials, side by side with other
//! processes. `journal` reads and appends `lines`, `replay` keeps the state that they describe,
//! `record` converts trials to lines and back, `lock` lets one process write at a time (Python's
//! included), and `claim` keeps two processes from running the same trial.

mod claim;
mod error;
mod format;
mod identity;
mod journal;
mod json;
mod lines;
mod lock;
mod optuna;
mod record;
mod replay;
mod store;
#[cfg(test)]
mod tests;

pub use error::StudyError;
pub use identity::Identity;
pub use store::Study;
