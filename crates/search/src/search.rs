//! The search loop: suggest trials, run them side by side, learn from their values.

use std::ops::{ControlFlow, Range};
use std::thread::sleep;
use std::time::Duration;

use init::Seed;
use rayon::prelude::*;

use crate::sampler::Known;
use crate::study::{Study, StudyError};
use crate::{End, Params, Pruner, Report, Sampler, Space, Trial, observations};

/// The time between two looks at a study while other processes run its last trials.
const PAUSE: Duration = Duration::from_millis(200);

/// Receives each report of a trial; on `Break` the trial must end.
pub type Observe<'a> = dyn FnMut(Report) -> ControlFlow<()> + Send + 'a;

/// The function to maximise: runs the trial with this number and these parameters, and returns how
/// it ended. Everything random in it should follow from the number.
///
/// `E` is the error that ends the search, such as `Box<dyn Error + Send + Sync>`, into which `?`
/// converts the errors of all crates.
pub type Objective<'a, E> = dyn Fn(u64, &Params, &mut Observe<'_>) -> Result<End, E> + Sync + 'a;

/// Receives the number of steps done since its last call; an error ends the search.
pub type Progress<'a, E> = dyn Fn(u64) -> Result<(), E> + Sync + 'a;

/// A search for the parameters that maximise an objective.
///
/// ```
/// use init::Seed;
/// use search::pruner::Never;
/// use search::sampler::GaussianProcess;
/// use search::{End, Report, Search, Space, SpaceError, ranking};
///
/// let space = Space::parse(["lr=log:1e-6:1"])?;
/// let search = Search {
///     space: &space,
///     sampler: &GaussianProcess::default(),
///     pruner: &Never,
///     seed: Seed::new(7),
///     steps: 1,
///     together: 1,
/// };
/// let trials = search.run::<SpaceError>(
///     &[],
///     0..15,
///     &|_, params, observe| {
///         let lr = params.float("lr")?;
///         let _ = observe(Report::of(0, -(lr.log10() + 2.0).powi(2))); // highest at lr = 0.01
///         Ok(End::Complete)
///     },
///     &|_| Ok(()),
/// )?;
/// assert!(ranking(&trials)[0].value() > -0.001);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The search space.
    pub space: &'a Space,
    /// Chooses the parameters of the next trial.
    pub sampler: &'a dyn Sampler,
    /// Stops hopeless trials.
    pub pruner: &'a dyn Pruner,
    /// The seed of the sampler; the objective's random numbers should follow from the same seed.
    pub seed: Seed,
    /// The number of steps of a trial, each of which it reports: 1 for a function, the number of
    /// epochs for a network.
    pub steps: usize,
    /// The number of trials in a round, which are suggested together and run side by side. Sampler
    /// and pruner see earlier rounds only, so results depend on this number, but not on the number
    /// of threads.
    pub together: usize,
}

impl Search<'_> {
    /// The parameters of trials `numbers`, suggested before any of them has a value.
    pub fn suggest(&self, finished: &[Trial], numbers: Range<u64>) -> Vec<(u64, Params)> {
        let finished = observations(finished);
        let mut pending = Vec::new();
        let (space, seed) = (self.space, self.seed);
        for number in numbers.clone() {
            let known = Known { space, finished: &finished, pending: &pending, seed };
            pending.push(self.sampler.suggest(known, number));
        }
        numbers.zip(pending).collect()
    }

    /// Runs one trial. `progress` is told the number of steps done and can end the search; steps
    /// that a pruned trial leaves out count as done. A report with a NaN or infinite number is
    /// dropped: the trial has diverged at that step.
    ///
    /// # Errors
    /// Those of `objective` and `progress`.
    pub fn run_one<E: Send>(
        &self,
        (number, params): (u64, Params),
        finished: &[Trial],
        objective: &Objective<'_, E>,
        progress: &Progress<'_, E>,
    ) -> Result<Trial, E> {
        let mut reports: Vec<Report> = Vec::new();
        let (mut going, mut diverged) = (Ok(()), None);
        let end = objective(number, &params, &mut |report| {
            if !report.is_finite() {
                diverged = Some(End::Diverged(report.step));
                return ControlFlow::Break(());
            }
            reports.push(report);
            going = progress(1);
            let last = reports.len() >= self.steps;
            if going.is_err() || !last && self.pruner.prune(&reports, finished) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        going?;
        progress(self.steps.saturating_sub(reports.len()) as u64)?;
        Ok(Trial { number, params, reports, end: diverged.unwrap_or(end) })
    }

    /// Runs trials `numbers` after the `finished` ones, and returns the new trials.
    ///
    /// # Errors
    /// Those of [`run_one`](Self::run_one).
    pub fn run<E: Send>(
        &self,
        finished: &[Trial],
        numbers: Range<u64>,
        objective: &Objective<'_, E>,
        progress: &Progress<'_, E>,
    ) -> Result<Vec<Trial>, E> {
        self.rounds(finished, numbers, |trials, numbers| {
            // One trial per task: a thread with several of them would be busy alone at the end.
            let suggested = self.suggest(trials, numbers).into_par_iter().with_max_len(1);
            suggested.map(|one| self.run_one(one, trials, objective, progress)).collect()
        })
    }

    /// Runs trials 0 to `count` − 1 of a study, side by side with other processes that do the same,
    /// and returns them all. Trials that the study has are not run again; they count as progress.
    /// If the objective depends on the number alone, the result does not depend on the number of
    /// processes and threads, nor on how often they were killed and restarted.
    ///
    /// # Errors
    /// Those of [`run_one`](Self::run_one), and [`StudyError`] if the study file cannot be used.
    pub fn run_study<E: From<StudyError> + Send>(
        &self,
        study: &Study,
        count: u64,
        objective: &Objective<'_, E>,
        progress: &Progress<'_, E>,
    ) -> Result<Vec<Trial>, E> {
        self.rounds(&[], 0..count, |trials, numbers| {
            let known = study.trials().range(numbers.clone()).count() as u64;
            progress(known * self.steps as u64)?;
            // A complete round needs no suggestions, which take time.
            let done = known == numbers.end - numbers.start;
            let suggested = if done { Vec::new() } else { self.suggest(trials, numbers.clone()) };
            let trial = |&number: &u64| {
                study.trial(number, || {
                    let one = suggested[(number - numbers.start) as usize].clone();
                    self.run_one(one, trials, objective, progress)
                })
            };
            let numbers: Vec<u64> = numbers.clone().collect();
            loop {
                let trials = numbers.par_iter().with_max_len(1).map(trial);
                let trials: Vec<Option<Trial>> = trials.collect::<Result<_, E>>()?;
                if let Some(trials) = trials.into_iter().collect() {
                    return Ok(trials);
                }
                progress(0)?;
                sleep(PAUSE);
            }
        })
    }

    /// Calls `round` for each round, with all trials of earlier rounds.
    fn rounds<E>(
        &self,
        finished: &[Trial],
        numbers: Range<u64>,
        round: impl Fn(&[Trial], Range<u64>) -> Result<Vec<Trial>, E>,
    ) -> Result<Vec<Trial>, E> {
        let mut trials = finished.to_vec();
        // If trials do not depend on others, all of them form one round.
        let independent = !self.sampler.learns() && !self.pruner.prunes();
        let step = if independent { u64::MAX } else { self.together.max(1) as u64 };
        let mut start = numbers.start;
        while start < numbers.end {
            let end = numbers.end.min(start.saturating_add(step));
            trials.extend(round(&trials, start..end)?);
            start = end;
        }
        Ok(trials.split_off(finished.len()))
    }
}

/// The number of steps of all trials together: the cost of a search.
pub fn steps_taken(trials: &[Trial]) -> usize {
    trials.iter().map(|trial| trial.reports.len()).sum()
}

/// The number of trials that were pruned.
pub fn pruned(trials: &[Trial]) -> usize {
    trials.iter().filter(|trial| matches!(trial.end, End::Stopped(_))).count()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;
    use crate::Value;
    use crate::pruner::Asha;
    use crate::sampler::GaussianProcess;

    const STEPS: usize = 3;

    fn space() -> Space {
        Space::parse(["x=uniform:-1:2", "y=int:-5:5"]).unwrap()
    }

    fn search<'a>(space: &'a Space, sampler: &'a GaussianProcess) -> Search<'a> {
        let pruner = &Asha { first: 1, reduction: 2 };
        Search { space, sampler, pruner, seed: Seed::new(3), steps: STEPS, together: 2 }
    }

    /// A bowl that gets deeper step by step, and infinitely deep where x is above 1.
    fn bowl(_: u64, params: &Params, observe: &mut Observe<'_>) -> Result<End, i32> {
        let (Some(&Value::Float(x)), Some(&Value::Integer(y))) = (params.get("x"), params.get("y"))
        else {
            unreachable!("the types of the space")
        };
        let depth = if x > 1.0 { f64::INFINITY } else { 1.0 };
        for step in 0..STEPS {
            let value = -(x * x + y as f64 * y as f64 + 1.0) * (depth * step as f64 + 1.0);
            if observe(Report::of(step, value)).is_break() {
                return Ok(End::Stopped(step));
            }
        }
        Ok(End::Complete)
    }

    #[test]
    fn a_resumed_search_gives_the_same_trials() {
        let (space, sampler) = (space(), GaussianProcess::default());
        let search = search(&space, &sampler);
        let run = |finished: &[Trial], numbers| {
            search.run(finished, numbers, &bowl, &|_| Ok(())).unwrap()
        };
        let whole = run(&[], 0..12);
        let mut parts = run(&[], 0..6);
        parts.extend(run(&parts, 6..12));
        assert_eq!(whole, parts);
        assert!(pruned(&whole) > 0 && steps_taken(&whole) < 12 * STEPS);
        assert_eq!(
            whole.iter().map(|trial| trial.number).collect::<Vec<_>>(),
            (0..12).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_report_that_is_not_finite_ends_its_trial_as_diverged() {
        let space = Space::parse(["x=uniform:1.5:2", "y=int:-5:5"]).unwrap();
        let sampler = GaussianProcess::default();
        for trial in search(&space, &sampler).run(&[], 0..4, &bowl, &|_| Ok(())).unwrap() {
            // 0·∞ is NaN.
            assert_eq!((trial.end, trial.reports.len()), (End::Diverged(0), 0));
            assert!(trial.value().is_nan());
        }
    }

    #[test]
    fn every_step_is_counted_and_the_counter_can_end_the_search() {
        let (space, sampler) = (space(), GaussianProcess::default());
        let counted = AtomicU64::new(0);
        let count = |steps| {
            counted.fetch_add(steps, Ordering::Relaxed);
            Ok(())
        };
        search(&space, &sampler).run(&[], 0..6, &bowl, &count).unwrap();
        assert_eq!(counted.into_inner(), 6 * STEPS as u64);
        let stopped = search(&space, &sampler).run(&[], 0..6, &bowl, &|_| Err(15));
        assert_eq!(stopped, Err(15));
    }
}
