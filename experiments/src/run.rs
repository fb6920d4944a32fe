//! One run of a section: its settings, its data, and everything that it leaves.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use rayon::prelude::*;
use serde_json::{Value, json};
use viz::Figure;

use crate::config::SETTINGS;
use crate::export::{self, Taken, npz};
use crate::fetching::Fetching;
use crate::folder::{self, Folder, MANIFEST};
use crate::interrupt::Interrupt;
use crate::lang::Texts;
use crate::manifest::manifest;
use crate::metrics::Divergence;
use crate::page::{Drawn, Page, Table, command_line};
use crate::progress::{Progress, notice};
use crate::reference::{self, compare};
use crate::section::Outline;
use crate::{Args, Conclusion, Data, Failure, Log, Metrics, Printed};

const QUICK_READING: &str = "A quick run: too short to show what the section is about.";

/// A run in progress.
#[derive(Debug)]
pub struct Run {
    section: Outline,
    parts: Vec<&'static str>,
    args: Args,
    /// The flags as the manifest keeps them.
    settings: Value,
    texts: Arc<Texts>,
    threads: usize,
    data: Data,
    metrics: Metrics,
    /// For `--npz`.
    histograms: Vec<Taken>,
    figures: Vec<Drawn>,
    tables: Vec<Table>,
    folder: Folder,
    interrupt: Interrupt,
    progress: Option<Progress>,
    /// Networks that are being trained now.
    networks: AtomicUsize,
    /// Whether anybody still reads stdout.
    stdout_open: bool,
    started: Instant,
    /// Time between [`begin`](Self::begin) and [`end`](Self::end), of all parts.
    training: Duration,
}

impl Run {
    /// Checks the settings, loads the data and opens the results, in that order: nothing is written
    /// for a run that cannot start.
    pub(crate) fn start(
        section: Outline,
        args: Args,
        settings: Value,
        (train, test): (usize, usize),
    ) -> Result<Self, Failure> {
        let started = Instant::now();
        let parts = section.chosen(args.part.as_deref());
        let out = args.out.clone().unwrap_or_else(|| PathBuf::from("results").join(section.name));
        folder::check(&out, args.force)?;
        let threads = args.threads.map_or(0, usize::from);
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .context("--threads")
            .map_err(Failure::Usage)?;
        let mut shown = Fetching::new(args.quiet, args.no_progress);
        let data = Data::load(&args.data, &mut shown, train, test)?;
        if let Some(reason) = &data.fallback {
            notice(&format!(
                "warning: {reason}; using the built-in SYNTHETIC digits instead of MNIST"
            ));
        }
        let folder = Folder::create(&out).map_err(Failure::Output)?;
        let mut run = Self {
            section,
            parts,
            threads: rayon::current_num_threads(),
            texts: Arc::new(Texts::new(args.lang)),
            args,
            settings,
            data,
            metrics: Metrics::default(),
            histograms: Vec::new(),
            figures: Vec::new(),
            tables: Vec::new(),
            folder,
            interrupt: Interrupt::listen(),
            progress: None,
            networks: AtomicUsize::new(0),
            stdout_open: true,
            started,
            training: Duration::ZERO,
        };
        if let Some(note) = run.data.note() {
            run.say(&format!("data: {note}"))?;
        }
        Ok(run)
    }

    /// Whether this part was asked for.
    pub fn wants(&self, part: &str) -> bool {
        self.parts.contains(&part)
    }

    /// The settings.
    pub fn args(&self) -> &Args {
        &self.args
    }

    /// The data.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// Everything measured so far.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Counts networks as being trained until the guard is dropped.
    pub(crate) fn count_networks(&self, count: usize) -> impl Drop + use<'_> {
        struct Counted<'a>(&'a AtomicUsize, usize);
        impl Drop for Counted<'_> {
            fn drop(&mut self) {
                self.0.fetch_sub(self.1, Ordering::Relaxed);
            }
        }
        self.networks.fetch_add(count, Ordering::Relaxed);
        Counted(&self.networks, count)
    }

    /// How many threads there are for each network that is being trained, at least 1.
    pub(crate) fn threads_a_network(&self) -> usize {
        (self.threads / self.networks.load(Ordering::Relaxed).max(1)).max(1)
    }

    /// Whether histograms are wanted at this step of so many after step 0: if a door asks for them, at
    /// 21 steps at most, evenly spread, the first and the last among them.
    pub fn watches(&self, step: usize, last: usize) -> bool {
        let wanted = self.args.tensorboard || self.args.npz;
        wanted && (0..=20).any(|part| part * last / 20 == step)
    }

    /// Keeps what one network measured, and writes what of it the doors to other programs want.
    ///
    /// # Errors
    /// [`Failure::Output`] if it cannot be written.
    pub fn record(&mut self, part: &str, series: &str, seed: u64, log: Log) -> Result<(), Failure> {
        self.metrics.record(part, series, seed, &log);
        let place = export::place(part, series, seed);
        if self.args.npz {
            self.histograms.extend(Taken::all(part, series, seed, &log));
        }
        let write = || -> anyhow::Result<()> {
            if self.args.tensorboard {
                let name = format!("tensorboard/{place}/events.out.tfevents");
                self.folder.write(&name, &export::events(&log))?;
            }
            if let Some(model) = &log.model {
                self.folder.write(&format!("models/{place}.safetensors"), model)?;
            }
            Ok(())
        };
        write().map_err(Failure::Output)
    }

    /// `full`, or `quick` if the small version was asked for.
    pub fn scaled<N>(&self, full: N, quick: N) -> N {
        if self.args.quick { quick } else { full }
    }

    /// Starts a stretch of work of so many training iterations.
    pub fn begin(&mut self, what: &str, iterations: usize) {
        self.progress = Some(Progress::new(&self.args, what, iterations as u64));
    }

    /// Ends it.
    pub fn end(&mut self) {
        if let Some(progress) = self.progress.take() {
            self.training += progress.finish();
        }
    }

    /// Moves the progress bar on by so many training iterations.
    pub fn advance(&self, iterations: u64) {
        if let Some(progress) = &self.progress {
            progress.advance(iterations);
        }
    }

    /// Whether to go on.
    ///
    /// # Errors
    /// [`Failure::Stopped`] if a signal asked to stop.
    pub fn check_interrupt(&self) -> Result<(), Failure> {
        self.interrupt.check()
    }

    /// Prints a line of the section's table on stdout. A reader who has gone away (`| head`) is no
    /// failure: the results on disk are still wanted.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout cannot be written to.
    pub fn say(&mut self, line: &str) -> Result<(), Failure> {
        if !self.stdout_open {
            return Ok(());
        }
        match writeln!(io::stdout(), "{line}") {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.stdout_open = false;
                Ok(())
            }
            written => written.context("cannot write to stdout").map_err(Failure::Output),
        }
    }

    /// Puts a figure on the page and, as `figures/NAME.svg` and `.png`, among the results; `reading`
    /// says in a sentence what to see in it.
    pub fn figure(&mut self, name: &str, figure: Figure, reading: &str) {
        let reading = self.texts.text(reading);
        // What a figure shows after a few iterations is not what the section shows.
        let reading = if self.args.quick { self.texts.text(QUICK_READING) } else { reading };
        let figure = figure.map_texts(|text| self.texts.text(text));
        let bare = figure.to_svg();
        let captioned = figure.caption(&reading).to_svg();
        self.figures.push(Drawn { name: name.to_owned(), reading, bare, captioned });
    }

    /// Writes all figures, side by side: a picture takes as long as thousands of steps of a network.
    fn write_figures(&self) -> anyhow::Result<()> {
        self.figures.par_iter().with_max_len(1).try_for_each(|Drawn { name, captioned, .. }| {
            self.folder.write(&format!("figures/{name}.svg"), captioned.as_bytes())?;
            self.folder.write(&format!("figures/{name}.png"), &viz::svg_to_png(captioned, 2.0)?)
        })
    }

    /// Puts a table on the page, folded behind its title.
    pub fn table(&mut self, table: Table) {
        self.tables.push(table.translated(&self.texts));
    }

    /// Data, seeds and whatever else a figure must say of how it was made.
    pub fn subtitle(&self, settings: &str) -> String {
        self.subtitle_of_runs(settings, self.args.runs)
    }

    /// The same for a figure that shows the first seed alone.
    pub fn subtitle_of_first_seed(&self, settings: &str) -> String {
        self.subtitle_of_runs(settings, 1)
    }

    fn subtitle_of_runs(&self, settings: &str, runs: u64) -> String {
        let Args { seed, precision, quick, .. } = &self.args;
        let data = self.data.note().unwrap_or("MNIST");
        let seeds = match runs {
            1 => format!("seed {seed}"),
            _ => format!("seeds {seed}–{}", seed.wrapping_add(runs - 1)),
        };
        let quick = if *quick { ", quick" } else { "" };
        format!("{data}, {settings}, {seeds}, {precision}{quick}")
    }

    /// Judges the run, writes the numbers and the page, and puts the results in place.
    pub(crate) fn finish(
        mut self,
        printed: fn() -> Vec<Printed>,
        mut conclusions: Vec<Conclusion>,
    ) -> Result<(), Failure> {
        // Fewer steps and other data have other numbers: the notebook's are not beside them.
        let full = !self.args.quick;
        let mnist = self.data.note().is_none();
        let comparisons =
            if full && mnist { compare(&printed(), &self.metrics) } else { Vec::new() };
        // Also those that a quick run is too short for, so that it misses the same texts.
        let judged: Vec<String> = conclusions.iter().map(|c| c.line(&self.texts)).collect();
        if !full {
            conclusions.clear();
        }
        let compared = reference::by_series(&comparisons);
        let diverged = self.metrics.diverged();
        let divergences = Divergence::lines(&diverged);
        let judged = judged.into_iter().take(conclusions.len());
        let translated = |lines: &[String]| -> Vec<String> {
            lines.iter().map(|line| self.texts.text(line)).collect()
        };
        let (divergences, compared) = (translated(&divergences), translated(&compared));
        for line in divergences.iter().cloned().chain(judged).chain(compared.clone()) {
            self.say(&line)?;
        }
        let failed = conclusions.iter().filter(|conclusion| !conclusion.holds).count();
        let summary = json!({
            "section": self.section.name,
            "results": self.metrics.summary(),
            "diverged": diverged,
            "conclusions": conclusions,
            "notebook": comparisons,
        });
        let page = Page {
            texts: &self.texts,
            section: self.section.name,
            about: self.section.about,
            note: self.data.note(),
            command: command_line(),
            figures: &self.figures,
            diverged: &divergences,
            conclusions: &conclusions,
            tables: &self.tables,
            compared: &compared,
            numbers: Table::beside(&comparisons, &self.texts),
        };
        let page = page.render().context("index.html").map_err(Failure::Output)?;
        for text in self.texts.missing() {
            notice(&format!("warning: not in the table of --lang {}: {text}", self.args.lang));
        }
        self.write_figures().map_err(Failure::Output)?;
        let wall = self.started.elapsed();
        let Self {
            section, parts, args, settings, threads, data, metrics, histograms, folder, ..
        } = self;
        let mut manifest = manifest(section.name, &parts, &args, threads, &data);
        manifest[SETTINGS] = settings;
        manifest["training_seconds"] = self.training.as_secs_f64().into();
        manifest["wall_seconds"] = wall.as_secs_f64().into();
        let write = || -> anyhow::Result<PathBuf> {
            folder.write("metrics.csv", &metrics.to_csv()?)?;
            if args.npz {
                folder.write("metrics.npz", &npz::metrics(metrics.rows())?)?;
                folder.write("histograms.npz", &npz::histograms(&histograms)?)?;
            }
            folder.write("index.html", page.as_bytes())?;
            folder.write("summary.json", &serde_json::to_vec_pretty(&summary)?)?;
            folder.write(MANIFEST, &serde_json::to_vec_pretty(&manifest)?)?;
            folder.publish()
        };
        let out = write().map_err(Failure::Output)?;
        if !args.quiet {
            notice(&format!("results in {}", out.display()));
        }
        if args.strict && failed > 0 {
            return Err(Failure::Conclusion(anyhow!("{failed} conclusions do not hold")));
        }
        Ok(())
    }
}
