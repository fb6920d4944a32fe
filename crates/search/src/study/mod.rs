//! The study file: the trials of a search, kept through crashes, shared by processes, open to Optuna.
//!
//! The format is the journal of Optuna's `JournalStorage`: one JSON object a line, one operation each,
//! appended and never rewritten. A trial is appended when it has ended, with all its operations in one
//! write that is synced to the disk: what the file holds is there to stay, and what was running when a
//! process died is run again.
//!
//! [`Study`] holds the trials of one search by their index, and the settings that they were made with;
//! [`Search::run_study`](crate::Search::run_study) runs those that are missing, side by side with other
//! processes. Inside, `journal` reads and appends `lines`, `replay` says what they come to, `record` makes
//! trials of them and them of trials, `lock` lets one write at a time, Python's processes too, and `claim`
//! keeps two processes from running the same trial.

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
mod share;
mod store;
#[cfg(test)]
mod tests;

pub use error::StudyError;
pub use identity::Identity;
pub(crate) use share::complete;
pub use store::Study;
