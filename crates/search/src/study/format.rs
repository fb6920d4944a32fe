//! The constants of Optuna's journal format.

/// Operation codes: Optuna's `JournalOperation`.
pub(super) mod code {
    pub(crate) const CREATE_STUDY: u64 = 0;
    pub(crate) const DELETE_STUDY: u64 = 1;
    pub(crate) const SET_STUDY_USER_ATTRIBUTE: u64 = 2;
    pub(crate) const SET_STUDY_SYSTEM_ATTRIBUTE: u64 = 3;
    pub(crate) const CREATE_TRIAL: u64 = 4;
    pub(crate) const SET_TRIAL_PARAM: u64 = 5;
    pub(crate) const SET_TRIAL_STATE: u64 = 6;
    pub(crate) const SET_INTERMEDIATE_VALUE: u64 = 7;
    pub(crate) const SET_TRIAL_USER_ATTRIBUTE: u64 = 8;
    pub(crate) const SET_TRIAL_SYSTEM_ATTRIBUTE: u64 = 9;
    /// Written by Rustuna only.
    pub(crate) const DISCARD_TRIALS: u64 = 10;
}

/// Trial states: Optuna's `TrialState`.
pub(super) mod state {
    pub(crate) const RUNNING: u64 = 0;
    pub(crate) const COMPLETE: u64 = 1;
    pub(crate) const PRUNED: u64 = 2;
    pub(crate) const FAIL: u64 = 3;
    pub(crate) const WAITING: u64 = 4;
}

/// The prefix of this crate's worker names in a journal. It is the name of the program that wrote
/// the first study files; with another prefix, those could not be resumed.
pub(super) const OUR_WORKERS: &str = "experiments-";

/// Optuna's `StudyDirection`.
pub(super) const MAXIMIZE: u64 = 2;
