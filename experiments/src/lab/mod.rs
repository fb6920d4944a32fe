//! Data, and the one loop that trains networks and measures them.

mod checkpoints;
mod data;
mod experiment;
mod unit;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use init::Seed;
use training::{Moment, Real, Samples};

use crate::cli::{Args, Failure, Result, Stream, Texts};
use crate::screen::{Bar, DownloadView, Interrupt, Words};

pub use checkpoints::Checkpoints;
pub use data::Data;
pub use experiment::Experiment;
pub use unit::Unit;

/// What every experiment of a run uses: settings, data and threads.
#[derive(Debug)]
pub struct Lab {
    /// The settings.
    pub args: Args,
    pub(crate) texts: Arc<Texts>,
    /// Settings of the networks that are not the book's, such as `lr 0.1`.
    pub own_settings: Vec<String>,
    /// The parts of the section that are run.
    pub parts: Vec<&'static str>,
    /// The data.
    pub data: Data,
    /// Where states of training are kept, if they are.
    pub checkpoints: Option<Checkpoints>,
    pub(crate) threads: usize,
    interrupt: Interrupt,
    /// Experiments that were begun, for the names of their checkpoints.
    begun: AtomicUsize,
    /// Networks that are being trained now.
    networks: AtomicUsize,
    /// The time that all work took.
    working: Mutex<Duration>,
}

impl Lab {
    /// Starts the threads and loads the data: numbers of training and test images.
    pub(crate) fn open(
        args: Args,
        own_settings: Vec<String>,
        parts: Vec<&'static str>,
        checkpoints: Option<Checkpoints>,
        (train, test): (usize, usize),
    ) -> Result<Self> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(args.threads.map_or(0, usize::from))
            .build_global()
            .context("--threads")
            .map_err(Failure::Usage)?;
        let mut view = DownloadView::new(args.quiet, args.no_progress);
        Ok(Self {
            data: Data::load(&args.data, &mut view, train, test)?,
            texts: Arc::new(Texts::new(args.lang)),
            args,
            own_settings,
            parts,
            checkpoints,
            threads: rayon::current_num_threads(),
            interrupt: Interrupt::listen(),
            begun: AtomicUsize::new(0),
            networks: AtomicUsize::new(0),
            working: Mutex::default(),
        })
    }

    /// What a reader must know before comparing this run with the book.
    pub fn notes(&self) -> Vec<String> {
        let data = self.data.note().map(|note| format!("data: {note}"));
        let own = (!self.own_settings.is_empty())
            .then(|| format!("settings that are not the book's: {}", self.own_settings.join(", ")));
        data.into_iter().chain(own).collect()
    }

    /// Whether this part is run.
    pub fn wants(&self, part: &str) -> bool {
        self.parts.contains(&part)
    }

    /// The root seed of the run with this number. With `--vary`, only the streams that it names
    /// are those of the run; the others are the first run's.
    pub fn seed(&self, run: u64) -> Seed {
        self.seed_varying(&self.args.vary, run)
    }

    /// As [`seed`](Self::seed), for these streams instead of those of `--vary`; none means all.
    pub fn seed_varying(&self, streams: &[Stream], run: u64) -> Seed {
        if streams.is_empty() {
            return Seed::new(run);
        }
        let purposes: Vec<_> = streams.iter().map(|stream| stream.purpose()).collect();
        Seed::new(self.args.seed).vary(&purposes, run)
    }

    /// `full`, or `quick` if the small version was asked for.
    pub fn scaled<N>(&self, full: N, quick: N) -> N {
        if self.args.quick { quick } else { full }
    }

    /// Whether histograms are taken at this step: if a file needs them, at up to 21 steps, evenly
    /// spread from 0 to `last`.
    pub fn watches(&self, step: usize, last: usize) -> bool {
        self.args.histograms() && (0..=20).any(|part| part * last / 20 == step)
    }

    /// Begins work of so many training iterations and shows its progress until the returned value
    /// is dropped.
    pub fn begin(&self, what: &str, iterations: usize) -> Ongoing<'_> {
        // Training needs blocks of other sizes than loading and drawing did.
        platform::trim_heap();
        let Args { quiet, no_progress, .. } = self.args;
        let [what, left, done] = [what, "left", "done in"].map(|text| self.texts.text(text));
        let bar = Bar::new(Words { what, left, done }, iterations as u64, quiet, no_progress);
        Ongoing { lab: self, bar }
    }

    /// How long all work took.
    pub(crate) fn working(&self) -> Duration {
        *self.working.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The share of these samples that a network classifies rightly. Threads that have no network
    /// to train help to count.
    pub fn accuracy<T: Real>(&self, moment: &mut Moment<'_, T>, samples: &Samples) -> f64 {
        let threads = self.threads / self.networks.load(Ordering::Relaxed).max(1);
        moment.accuracy(samples, threads.max(1))
    }

    /// The subtitle of a figure, which says how it was made: data, `settings`, seeds.
    pub fn subtitle(&self, settings: &str) -> String {
        self.how(&self.on_data(settings), self.args.runs)
    }

    /// As [`subtitle`](Self::subtitle), for a figure that shows the first seed alone.
    pub fn subtitle_of_first_seed(&self, settings: &str) -> String {
        self.how(&self.on_data(settings), 1)
    }

    fn on_data(&self, settings: &str) -> String {
        format!("{}, {settings}", self.data.note().unwrap_or("MNIST"))
    }

    /// As [`subtitle`](Self::subtitle), for a figure not all of whose panels are about the data.
    pub fn subtitle_without_data(&self, settings: &str) -> String {
        self.how(settings, self.args.runs)
    }

    fn how(&self, settings: &str, runs: u64) -> String {
        let Args { seed, vary, precision, quick, .. } = &self.args;
        let seeds = match runs {
            1 => format!("seed {seed}"),
            _ => format!("seeds {seed}–{}", seed.wrapping_add(runs - 1)),
        };
        let vary: Vec<String> = vary.iter().map(|stream| stream.name()).collect();
        let vary = match &vary[..] {
            [] => String::new(),
            names => format!(", only {} varying", names.join(" and ")),
        };
        let quick = if *quick { ", quick" } else { "" };
        let own = if self.own_settings.is_empty() { "" } else { ", not the book's settings" };
        format!("{settings}{own}, {seeds}{vary}, {precision}{quick}")
    }
}

/// Work in progress.
#[derive(Debug)]
pub struct Ongoing<'a> {
    lab: &'a Lab,
    bar: Bar,
}

impl Ongoing<'_> {
    /// Advances by so many training iterations, and checks for signals.
    ///
    /// # Errors
    /// [`Failure::Stopped`] if a signal asked to stop.
    pub fn advance(&self, iterations: u64) -> Result<()> {
        self.bar.advance(iterations);
        self.lab.interrupt.signal().map_or(Ok(()), |signal| Err(Failure::Stopped(signal)))
    }

    /// Ends the work, and says so.
    pub fn done(self) {
        *self.lab.working.lock().unwrap_or_else(PoisonError::into_inner) += self.bar.finish();
    }
}
