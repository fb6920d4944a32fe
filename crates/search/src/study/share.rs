//! The trials of a search, run by threads of this process and by other processes.

use std::thread::sleep;
use std::time::Duration;

use rayon::prelude::*;

use super::error::StudyError;
use super::store::{Study, Turn};
use crate::Trial;

/// How long to leave other processes to the trials that only they are running.
const PAUSE: Duration = Duration::from_millis(200);

/// Brings trials to their end: takes those that the study has, runs those that it lacks with `run`,
/// and waits for those that other processes run. Gives them in the order of `indices`.
///
/// What comes out does not depend on how many processes and threads there are, nor on how often they
/// were killed and resumed, if `run` depends on the index alone.
///
/// # Errors
/// The first failure of `run`, of `check`, which is asked while waiting, or of the study file.
pub(crate) fn complete<E: From<StudyError> + Send>(
    study: &Study,
    indices: &[u64],
    run: &(dyn Fn(u64) -> Result<Trial, E> + Sync),
    check: &dyn Fn() -> Result<(), E>,
) -> Result<Vec<Trial>, E> {
    let turn = |&index: &u64| -> Result<Option<Trial>, E> {
        match study.turn(index)? {
            Turn::Ended(trial) => Ok(Some(trial)),
            Turn::Elsewhere => Ok(None),
            Turn::Ours(permit) => Ok(Some(study.end(permit, run(index)?)?)),
        }
    };
    loop {
        let trials: Vec<Option<Trial>> =
            indices.par_iter().with_max_len(1).map(turn).collect::<Result<_, _>>()?;
        let missing = trials.iter().filter(|trial| trial.is_none()).count();
        if missing == 0 {
            return Ok(trials.into_iter().flatten().collect());
        }
        check()?;
        sleep(PAUSE);
    }
}
