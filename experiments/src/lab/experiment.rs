//! The one loop that trains networks: over seeds and series.

use std::cmp::Reverse;
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use init::{Purpose, Seed};
use layers::Sequential;
use rayon::prelude::*;
use training::{Contestant, Moment, Plan, Real, Samples};

use super::{Lab, Ongoing, Unit};
use crate::cli::{Result, Stream};
use crate::findings::{Findings, Measurements, Series};

type Make<'a, T> = Box<dyn Fn(usize, Seed) -> Contestant<T> + Sync + 'a>;
type Measure<'a, T> = Box<dyn Fn(&mut Moment<'_, T>, &mut Measurements) + Sync + 'a>;
type Finish<'a, T> =
    Box<dyn Fn((usize, u64), &mut Sequential<T>, &Samples, &mut Measurements) + Sync + 'a>;

/// Networks that are trained in parallel on the same mini-batches, one per series, for every seed.
pub struct Experiment<'a, T: Real> {
    part: String,
    /// The names of each series, in files and for readers.
    series: Vec<(String, String)>,
    samples: Samples,
    plan: Plan,
    batches: Unit,
    images: Option<usize>,
    vary: Option<Vec<Stream>>,
    make: Make<'a, T>,
    measure: Measure<'a, T>,
    finish: Finish<'a, T>,
}

impl<'a, T: Real> Experiment<'a, T> {
    /// An experiment of a part on `samples`, which measures nothing yet. `series` are the names in
    /// files and those for readers; `make(k, seed)` creates the network and the optimizer of the
    /// k-th series for the seed of a run. Series with another plan, such as another batch size, are
    /// an experiment of their own in the same part.
    pub fn new(
        part: impl Into<String>,
        series: impl IntoIterator<Item = (impl Into<String>, impl Into<String>)>,
        samples: Samples,
        plan: Plan,
        make: impl Fn(usize, Seed) -> Contestant<T> + Sync + 'a,
    ) -> Self {
        let series = series.into_iter().map(|(name, label)| (name.into(), label.into()));
        Self {
            part: part.into(),
            series: series.collect(),
            samples,
            plan,
            batches: Unit::Run,
            images: None,
            vary: None,
            make: Box::new(make),
            measure: Box::new(|_, _| {}),
            finish: Box::new(|_, _, _, _| {}),
        }
    }

    /// Draws the mini-batches from the stream of this unit instead of the run's.
    pub fn batches(self, batches: Unit) -> Self {
        Self { batches, ..self }
    }

    /// Trains on so many of the samples, drawn anew for every seed from the stream that also
    /// splits 6.5's images.
    pub fn images(self, count: usize) -> Self {
        Self { images: Some(count), ..self }
    }

    /// Varies these streams from run to run instead of those of `--vary`; none means all.
    pub fn vary(self, streams: &[Stream]) -> Self {
        Self { vary: Some(streams.to_vec()), ..self }
    }

    /// Calls `measure` for each network after each update.
    pub fn measure(
        self,
        measure: impl Fn(&mut Moment<'_, T>, &mut Measurements) + Sync + 'a,
    ) -> Self {
        Self { measure: Box::new(measure), ..self }
    }

    /// Calls `finish((k, seed), …)` for the network of the k-th series after its last update, with
    /// the samples that it was trained on.
    pub fn finish(
        self,
        finish: impl Fn((usize, u64), &mut Sequential<T>, &Samples, &mut Measurements) + Sync + 'a,
    ) -> Self {
        Self { finish: Box::new(finish), ..self }
    }
}

impl Lab {
    /// Runs one experiment, as [`run`](Self::run) does several.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub fn run_one<T: Real>(&self, experiment: Experiment<'_, T>) -> Result<Findings> {
        Ok(self.run(&[experiment])?.remove(0))
    }

    /// Runs experiments for every seed, all in parallel, the longest first.
    ///
    /// If a network's loss becomes NaN or infinite, the first such iteration is recorded as
    /// [`Metric::DIVERGED`](crate::findings::Metric::DIVERGED). Training goes on, as in the
    /// notebook.
    ///
    /// # Errors
    /// [`Failure::Stopped`](crate::cli::Failure::Stopped) if a signal asked for it.
    pub fn run<T: Real>(&self, experiments: &[Experiment<'_, T>]) -> Result<Vec<Findings>> {
        let first = self.begun.fetch_add(experiments.len(), Ordering::Relaxed);
        let seeds = self.args.seeds();
        let updates = |e: &Experiment<'_, T>| e.series.len() * e.plan.iterations();
        let networks = experiments.iter().map(|e| e.series.len()).sum::<usize>() * seeds.len();
        let work = self.begin(
            &format!("training {networks} networks"),
            experiments.iter().map(updates).sum::<usize>() * seeds.len(),
        );
        let jobs = (0..experiments.len()).flat_map(|e| (0..seeds.len()).map(move |run| (e, run)));
        let mut jobs: Vec<(usize, usize)> = jobs.collect();
        // Short jobs last keep all threads busy to the end.
        jobs.sort_by_key(|&(e, _)| Reverse(experiments[e].plan.iterations()));
        let measured: Vec<Vec<Measurements>> = in_parallel(&jobs, &|(e, run)| {
            self.train(first + e, &experiments[e], seeds[run], &work)
        })?;
        work.done();
        let mut all: Vec<_> = jobs.into_iter().zip(measured).collect();
        all.sort_by_key(|(job, _)| *job);
        let mut all = all.into_iter().map(|(_, measured)| measured);
        let findings = experiments.iter().map(|experiment| {
            let named =
                |(name, label): &(String, String)| Series::new(name, Vec::new()).labelled(label);
            let mut series: Vec<Series> = experiment.series.iter().map(named).collect();
            for runs in all.by_ref().take(seeds.len()) {
                series.iter_mut().zip(runs).for_each(|(series, run)| series.runs.push(run));
            }
            Findings { part: experiment.part.clone(), seeds: seeds.clone(), series }
        });
        Ok(findings.collect())
    }

    /// Trains the networks of one seed, in the experiment with this number.
    fn train<T: Real>(
        &self,
        number: usize,
        experiment: &Experiment<'_, T>,
        run: u64,
        work: &Ongoing<'_>,
    ) -> Result<Vec<Measurements>> {
        let Experiment { plan, batches, make, measure, finish, .. } = experiment;
        let varied = experiment.vary.as_ref().unwrap_or(&self.args.vary);
        let seed = self.seed_varying(varied, run);
        let samples = match experiment.images {
            Some(count) => {
                let mut rng = Unit::Run.of(seed).stream(Purpose::Shuffle, 0);
                &experiment.samples.clone().shuffled(&mut rng).first(count)
            }
            None => &experiment.samples,
        };
        let count = experiment.series.len();
        let series = (0..count).into_par_iter();
        let mut contestants: Vec<_> = series.map(|series| make(series, seed)).collect();
        let name = |series: usize| (number, &*experiment.series[series].0, run);
        let restored = contestants.iter_mut().enumerate().map(|(series, contestant)| {
            let Some(checkpoints) = &self.checkpoints else { return Ok(Measurements::default()) };
            let measured = checkpoints.restore(name(series), contestant)?;
            work.advance(contestant.optimizer.steps())?;
            Ok(measured)
        });
        let restored = restored.collect::<Result<Vec<_>>>()?;
        // Never contended: one thread trains a network at a time.
        let measured: Vec<Mutex<Measurements>> = restored.into_iter().map(Mutex::new).collect();
        let stopped = Mutex::new(None);
        let observe = |mut moment: Moment<'_, T>| {
            let measured = &measured[moment.contestant];
            let measured = &mut *measured.lock().unwrap_or_else(PoisonError::into_inner);
            if !moment.loss.is_finite() {
                measured.diverged(moment.iteration);
            }
            measure(&mut moment, measured);
            let step = plan.step_at(moment.iteration);
            if let Some(step) = step.filter(|&step| self.watches(step, plan.last_step())) {
                measured.watch(step, moment.network, moment.x);
            }
            let kept = match &self.checkpoints {
                Some(checkpoints)
                    if checkpoints.is_due(moment.iteration + 1, plan.iterations()) =>
                {
                    checkpoints.keep(name(moment.contestant), &moment, measured)
                }
                _ => Ok(()),
            };
            match kept.and_then(|()| work.advance(1)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(failure) => {
                    *stopped.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
                    ControlFlow::Break(())
                }
            }
        };
        self.networks.fetch_add(count, Ordering::Relaxed);
        let _ = training::train(&mut contestants, samples, *plan, batches.of(seed), &observe);
        self.networks.fetch_sub(count, Ordering::Relaxed);
        if let Some(failure) = stopped.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(failure);
        }
        let finished = contestants.iter_mut().zip(measured).enumerate();
        let finished = finished.map(|(series, (Contestant { network, .. }, measured))| {
            let mut measured = measured.into_inner().unwrap_or_else(PoisonError::into_inner);
            // No loss follows the last update, and a loss can be finite with infinite parameters.
            if !T::all_finite(network) {
                measured.diverged(plan.iterations());
            }
            if self.args.save_model {
                measured.keep_model(network);
            }
            finish((series, run), network, samples, &mut measured);
            measured
        });
        Ok(finished.collect())
    }
}

/// Runs `work` for each job in parallel. `dyn`, so that rayon's loop is compiled once.
fn in_parallel(
    jobs: &[(usize, usize)],
    work: &(dyn Fn((usize, usize)) -> Result<Vec<Measurements>> + Sync),
) -> Result<Vec<Vec<Measurements>>> {
    jobs.par_iter().with_max_len(1).map(|&job| work(job)).collect()
}
