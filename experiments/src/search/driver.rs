//! The search itself: trials suggested, trained side by side, learned from.

use std::ops::{ControlFlow, Range};

use init::Seed;
use rayon::prelude::*;

use super::sampler::Known;
use super::{End, Params, Pruner, Sampler, Settings, Space, Task, Trial, observations};
use crate::Failure;
use crate::study::{Study, complete};
use training::Real;

/// A search for the best settings of a [`Task`].
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// What is searched.
    pub space: &'a Space,
    /// What chooses the next trial.
    pub sampler: &'a dyn Sampler,
    /// What stops a hopeless one.
    pub pruner: &'a dyn Pruner,
    /// The seed of the search; the task should have the same.
    pub seed: Seed,
    /// Epochs of a trial.
    pub epochs: usize,
    /// Trials suggested at a time. They train side by side, and neither sampler nor pruner sees one
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

    /// Trains one trial; `progress` is called with the number of epochs done, and can end the
    /// search. Those that a pruned trial leaves out count as done.
    ///
    /// # Errors
    /// What `progress` returns; [`Failure::Usage`] if the parameters cannot be a network.
    pub fn train<T: Real>(
        &self,
        task: &Task<T>,
        (number, params): (u64, Params),
        finished: &[Trial],
        progress: impl Fn(u64) -> Result<(), Failure> + Sync,
    ) -> Result<Trial, Failure> {
        let wrong = |error: super::SpaceError| Failure::Usage(error.into());
        let settings = Settings::of(&params).map_err(wrong)?;
        let mut epochs = Vec::new();
        let mut stopped = Ok(());
        let observe = |seen| {
            epochs.push(seen);
            stopped = progress(1);
            let last = epochs.len() == self.epochs;
            if stopped.is_err() || !last && self.pruner.prune(&epochs, finished) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let end = task.train(&settings, number, self.epochs, observe).map_err(wrong)?;
        stopped?;
        progress((self.epochs - epochs.len()) as u64)?;
        Ok(Trial { number, params, epochs, end })
    }

    /// Trains trials `numbers` after those that have `finished`, and gives the new ones.
    ///
    /// # Errors
    /// As [`train`](Self::train).
    pub fn run<T: Real>(
        &self,
        task: &Task<T>,
        finished: &[Trial],
        numbers: Range<u64>,
        progress: impl Fn(u64) -> Result<(), Failure> + Sync,
    ) -> Result<Vec<Trial>, Failure> {
        self.rounds(finished, numbers, |trials, numbers| {
            // One by one: several in a piece would be left to one thread at the end.
            let suggested = self.suggest(trials, numbers).into_par_iter().with_max_len(1);
            suggested.map(|one| self.train(task, one, trials, &progress)).collect()
        })
    }

    /// Brings the trials before `count` of a study to their end, side by side with other processes
    /// that do the same, and gives them all. Those that the study has are not trained again, and count
    /// as progress at once.
    ///
    /// # Errors
    /// As [`train`](Self::train), and if the study file cannot be used.
    pub fn run_study<T: Real>(
        &self,
        task: &Task<T>,
        study: &Study,
        count: u64,
        progress: impl Fn(u64) -> Result<(), Failure> + Sync,
    ) -> Result<Vec<Trial>, Failure> {
        self.rounds(&[], 0..count, |trials, numbers| {
            let known = study.trials();
            let there = numbers.clone().filter(|number| known.contains_key(number)).count() as u64;
            progress(there * self.epochs as u64)?;
            let whole = there == numbers.end - numbers.start;
            let suggested = if whole { Vec::new() } else { self.suggest(trials, numbers.clone()) };
            let train = |number: u64| {
                let one = suggested[(number - numbers.start) as usize].clone();
                self.train(task, one, trials, &progress)
            };
            let numbers: Vec<u64> = numbers.clone().collect();
            complete(study, &numbers, train, || progress(0))
        })
    }

    /// Takes trials `numbers` a round at a time: `round` sees all trials before it.
    fn rounds(
        &self,
        finished: &[Trial],
        numbers: Range<u64>,
        round: impl Fn(&[Trial], Range<u64>) -> Result<Vec<Trial>, Failure>,
    ) -> Result<Vec<Trial>, Failure> {
        let mut trials = finished.to_vec();
        // Where nobody looks at what others came to, all may train side by side.
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

/// The epochs that were trained, of all trials together: what a search costs.
pub fn epochs_trained(trials: &[Trial]) -> usize {
    trials.iter().map(|trial| trial.epochs.len()).sum()
}

/// Trials that were pruned.
pub fn pruned(trials: &[Trial]) -> usize {
    trials.iter().filter(|trial| matches!(trial.end, End::Stopped(_))).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::pruner::Asha;
    use crate::search::sampler::GaussianProcess;
    use crate::search::training::tests::task;

    fn search(space: &Space) -> Search<'_> {
        let (sampler, pruner) = (&GaussianProcess, &Asha { first: 1, reduction: 2 });
        Search { space, sampler, pruner, seed: Seed::new(3), epochs: 3, together: 2 }
    }

    #[test]
    fn a_search_that_is_taken_up_again_goes_on_as_if_it_had_not_stopped() {
        let space = Space::parse(["lr=log:1e-2:1", "width=int:5:20"]).unwrap();
        let (search, task) = (search(&space), task());
        let whole = search.run(&task, &[], 0..12, |_| Ok(())).unwrap();
        let mut parts = search.run(&task, &[], 0..6, |_| Ok(())).unwrap();
        parts.extend(search.run(&task, &parts.clone(), 6..12, |_| Ok(())).unwrap());
        assert_eq!(whole, parts);
        assert!(pruned(&whole) > 0 && epochs_trained(&whole) < 12 * 3);
        assert_eq!(
            whole.iter().map(|trial| trial.number).collect::<Vec<_>>(),
            (0..12).collect::<Vec<_>>()
        );
    }

    #[test]
    fn every_epoch_is_counted_and_the_counter_can_end_the_search() {
        use std::sync::atomic::{AtomicU64, Ordering};
        let space = Space::parse(["lr=log:1e-2:1", "width=int:5:20"]).unwrap();
        let counted = AtomicU64::new(0);
        let count = |epochs| {
            counted.fetch_add(epochs, Ordering::Relaxed);
            Ok(())
        };
        search(&space).run(&task(), &[], 0..6, count).unwrap();
        assert_eq!(counted.into_inner(), 6 * 3);
        let stop = |_| Err(Failure::Stopped(15));
        let stopped = search(&space).run(&task(), &[], 0..6, stop);
        assert!(matches!(stopped, Err(Failure::Stopped(15))));
    }
}
