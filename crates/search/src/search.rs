//! The search itself: trials suggested, run side by side, learned from.

use std::ops::{ControlFlow, Range};

use init::Seed;
use rayon::prelude::*;

use crate::sampler::Known;
use crate::study::{Study, StudyError, complete};
use crate::{End, Params, Pruner, Report, Sampler, Space, Trial, observations};

/// What a trial hands each of its reports to; it is to end there if the answer is to break.
pub type Observe<'a> = dyn FnMut(Report) -> ControlFlow<()> + Send + 'a;

/// What is searched: runs the trial of this number with these parameters, and says how it ended. All
/// that is random in it should follow from the number.
pub type Objective<'a, E> = dyn Fn(u64, &Params, &mut Observe<'_>) -> Result<End, E> + Sync + 'a;

/// What hears how many steps have been done since; an error ends the search.
pub type Progress<'a, E> = dyn Fn(u64) -> Result<(), E> + Sync + 'a;

/// A search for the parameters with which an objective comes to the largest value.
///
/// ```
/// use init::Seed;
/// use search::pruner::Never;
/// use search::sampler::GaussianProcess;
/// use search::{End, Report, Search, Space, StudyError, Value, ranking};
///
/// let space = Space::parse(["lr=log:1e-6:1"])?;
/// let search = Search {
///     space: &space,
///     sampler: &GaussianProcess,
///     pruner: &Never,
///     seed: Seed::new(7),
///     steps: 1,
///     together: 1,
/// };
/// let trials = search.run::<StudyError>(
///     &[],
///     0..15,
///     &|_, params, observe| {
///         let Some(Value::Float(lr)) = params.get("lr") else { unreachable!("of the space") };
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
    /// What is searched.
    pub space: &'a Space,
    /// What chooses the next trial.
    pub sampler: &'a dyn Sampler,
    /// What stops a hopeless one.
    pub pruner: &'a dyn Pruner,
    /// The seed of the search; what is random in the objective should follow from the same.
    pub seed: Seed,
    /// Steps of a trial, each of which it reports: 1 for a function's value, the epochs of a network.
    pub steps: usize,
    /// Trials suggested at a time. They run side by side, and neither sampler nor pruner sees one
    /// of them from another: so results depend on this number, and never on that of the threads.
    pub together: usize,
}

impl Search<'_> {
    /// The parameters of trials `numbers`, none of which sees another's result.
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

    /// Runs one trial; `progress` is called with the number of steps done, and can end the search.
    /// Those that a pruned trial leaves out count as done. A report with a number that is not finite
    /// is not kept: the trial has diverged at that step.
    ///
    /// # Errors
    /// What `objective` or `progress` returns.
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

    /// Runs trials `numbers` after those that have `finished`, and gives the new ones.
    ///
    /// # Errors
    /// As [`run_one`](Self::run_one).
    pub fn run<E: Send>(
        &self,
        finished: &[Trial],
        numbers: Range<u64>,
        objective: &Objective<'_, E>,
        progress: &Progress<'_, E>,
    ) -> Result<Vec<Trial>, E> {
        self.rounds(finished, numbers, |trials, numbers| {
            // One by one: several in a piece would be left to one thread at the end.
            let suggested = self.suggest(trials, numbers).into_par_iter().with_max_len(1);
            suggested.map(|one| self.run_one(one, trials, objective, progress)).collect()
        })
    }

    /// Brings the trials before `count` of a study to their end, side by side with other processes
    /// that do the same, and gives them all. Those that the study has are not run again, and count
    /// as progress at once.
    ///
    /// # Errors
    /// As [`run_one`](Self::run_one), and if the study file cannot be used.
    pub fn run_study<E: From<StudyError> + Send>(
        &self,
        study: &Study,
        count: u64,
        objective: &Objective<'_, E>,
        progress: &Progress<'_, E>,
    ) -> Result<Vec<Trial>, E> {
        self.rounds(&[], 0..count, |trials, numbers| {
            let known = study.trials();
            let there = numbers.clone().filter(|number| known.contains_key(number)).count() as u64;
            progress(there * self.steps as u64)?;
            let whole = there == numbers.end - numbers.start;
            let suggested = if whole { Vec::new() } else { self.suggest(trials, numbers.clone()) };
            let run = |number: u64| {
                let one = suggested[(number - numbers.start) as usize].clone();
                self.run_one(one, trials, objective, progress)
            };
            let numbers: Vec<u64> = numbers.clone().collect();
            complete(study, &numbers, &run, &|| progress(0))
        })
    }

    /// Takes trials `numbers` a round at a time: `round` sees all trials before it.
    fn rounds<E>(
        &self,
        finished: &[Trial],
        numbers: Range<u64>,
        round: impl Fn(&[Trial], Range<u64>) -> Result<Vec<Trial>, E>,
    ) -> Result<Vec<Trial>, E> {
        let mut trials = finished.to_vec();
        // Where nobody looks at what others came to, all may run side by side.
        let independent = !self.sampler.learns() && !self.pruner.prunes();
        let step = if independent { u64::MAX } else { self.together.max(1) as u64 };
        let mut start = numbers.start;
        while start < numbers.end {
            let end = numbers.end.min(start.saturating_add(step));
            let new = round(&trials, start..end)?;
            trials.extend(new);
            start = end;
        }
        Ok(trials.split_off(finished.len()))
    }
}

/// The steps that were taken, by all trials together: what a search costs.
pub fn steps_taken(trials: &[Trial]) -> usize {
    trials.iter().map(|trial| trial.reports.len()).sum()
}

/// Trials that were pruned.
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

    fn search(space: &Space) -> Search<'_> {
        let (sampler, pruner) = (&GaussianProcess, &Asha { first: 1, reduction: 2 });
        Search { space, sampler, pruner, seed: Seed::new(3), steps: STEPS, together: 2 }
    }

    /// A bowl that gets deeper step by step; ever deeper without end where x is above 1.
    fn bowl(_: u64, params: &Params, observe: &mut Observe<'_>) -> Result<End, i32> {
        let (Some(&Value::Float(x)), Some(&Value::Integer(y))) = (params.get("x"), params.get("y"))
        else {
            unreachable!("of the space")
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
    fn a_search_that_is_taken_up_again_goes_on_as_if_it_had_not_stopped() {
        let space = space();
        let search = search(&space);
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
    fn a_report_of_no_number_ends_its_trial_as_diverged() {
        let space = Space::parse(["x=uniform:1.5:2", "y=int:-5:5"]).unwrap();
        for trial in search(&space).run(&[], 0..4, &bowl, &|_| Ok(())).unwrap() {
            // 0 times infinity is no number.
            assert_eq!((trial.end, trial.reports.len()), (End::Diverged(0), 0));
            assert!(trial.value().is_nan());
        }
    }

    #[test]
    fn every_step_is_counted_and_the_counter_can_end_the_search() {
        let space = space();
        let counted = AtomicU64::new(0);
        let count = |steps| {
            counted.fetch_add(steps, Ordering::Relaxed);
            Ok(())
        };
        search(&space).run(&[], 0..6, &bowl, &count).unwrap();
        assert_eq!(counted.into_inner(), 6 * STEPS as u64);
        let stopped = search(&space).run(&[], 0..6, &bowl, &|_| Err(15));
        assert_eq!(stopped, Err(15));
    }
}
