//! The trials of a search, run by threads of this process and by other processes.

use std::ops::Range;
use std::thread::sleep;
use std::time::Duration;

use rayon::prelude::*;

use super::error::StudyError;
use super::store::Study;
use crate::Trial;

/// The time between two looks at the file while other processes run the last trials.
const PAUSE: Duration = Duration::from_millis(200);

/// Returns the trials `numbers` of a study, in order. `run` runs those that are missing in the
/// file; for those that other processes run, this function waits.
///
/// If `run` depends on the number alone, the result does not depend on the number of processes and
/// threads, nor on how often they were killed and restarted.
///
/// # Errors
/// The first error of `run`, of the study file, or of `check`, which is called while waiting.
pub(crate) fn complete<E: From<StudyError> + Send>(
    study: &Study,
    numbers: Range<u64>,
    run: &(dyn Fn(u64) -> Result<Trial, E> + Sync),
    check: &dyn Fn() -> Result<(), E>,
) -> Result<Vec<Trial>, E> {
    let numbers: Vec<u64> = numbers.collect();
    loop {
        let trial = |&number: &u64| study.trial(number, || run(number));
        let trials = numbers.par_iter().with_max_len(1).map(trial);
        let trials: Vec<Option<Trial>> = trials.collect::<Result<_, E>>()?;
        if let Some(trials) = trials.into_iter().collect() {
            return Ok(trials);
        }
        check()?;
        sleep(PAUSE);
    }
}
