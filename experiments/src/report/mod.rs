//! The output of a run: tables on stdout, figures, the page, files.

pub mod curves;
mod draft;
mod drawn;
mod export;
pub mod folder;
mod judged;
mod lesson;
mod manifest;
mod original;
mod page;
mod smooth;
mod table;
pub(crate) mod verify;

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, anyhow};
use rayon::prelude::*;
use serde_json::{Value, json};
use viz::Figure;

use crate::cli::{Failure, Result, SETTINGS, Tables, Texts};
use crate::findings::equivalence::{Curves, Fidelity, Quantity};
use crate::findings::{
    Comparison, Conclusion, Digest, Divergence, Findings, Metric, Printed, Row, Series, by_series,
    compare, summary, write_rows, write_series,
};
use crate::lab::Lab;
use crate::screen::{notice, print};
use drawn::Drawn;
use folder::{Folder, MANIFEST, SERIES};
use judged::Judged;
use lesson::Chapter;
use page::Linked;

pub use lesson::Lesson;
pub use page::{command_line, figure_script, figure_style};
pub use table::Table;

/// With fewer seeds than this, differences from the original are not judged: they would be luck.
const FEWEST_SEEDS: usize = 10;

const QUICK_READING: &str = "A quick run: too short to show what the section is about.";

/// Collects the output of a run and publishes it at the end.
#[derive(Debug)]
pub struct RunReport {
    folder: Folder,
    texts: Arc<Texts>,
    quick: bool,
    /// Whether the notebook's numbers apply: not with fewer steps, other data or settings, or luck
    /// held back.
    as_the_notebook: bool,
    printed_tables: Tables,
    /// Whether stdout is still read: `head` closes it early.
    read: bool,
    started: Instant,
    findings: Vec<Findings>,
    /// What stands before the first lesson, then one chapter a lesson.
    chapters: Vec<Chapter>,
    /// The tables of all chapters, in English for `summary.json`.
    tables: Vec<Table>,
    conclusions: Vec<Conclusion>,
    printed: Vec<Printed>,
    fidelity: Option<Fidelity>,
    /// Its figure.
    original: Option<Drawn>,
    /// With `--verify`, the published numbers of the same run.
    published: Option<Digest>,
}

impl RunReport {
    /// An empty report of a run that started at `started`.
    pub(crate) fn new(
        folder: Folder,
        started: Instant,
        lab: &Lab,
        published: Option<Digest>,
    ) -> Self {
        let args = &lab.args;
        Self {
            folder,
            texts: Arc::clone(&lab.texts),
            quick: args.quick,
            as_the_notebook: !args.quick && args.vary.is_empty() && lab.notes().is_empty(),
            printed_tables: args.table,
            read: true,
            started,
            findings: Vec::new(),
            chapters: vec![Chapter::default()],
            tables: Vec::new(),
            conclusions: Vec::new(),
            printed: Vec::new(),
            fidelity: None,
            original: None,
            published,
        }
    }

    /// Prints a line on stdout, in the language of the run. It is no failure if the reader has gone
    /// away (`| head`): the results on disk are still wanted.
    ///
    /// # Errors
    /// [`Failure::Output`] if stdout cannot be written to.
    pub fn say(&mut self, line: &str) -> Result<()> {
        self.print(&self.texts.text(line))
    }

    /// Prints the results as a table and keeps it for the page; with `--table full`, what the
    /// notebook prints instead.
    ///
    /// # Errors
    /// As [`say`](Self::say).
    pub fn results(&mut self, table: Table, notebook: impl FnOnce() -> Vec<String>) -> Result<()> {
        if self.printed_tables == Tables::Full {
            self.table(table);
            return notebook().iter().try_for_each(|line| self.print(line));
        }
        self.results_of_our_own(table)
    }

    /// Prints the results of an experiment that the notebook does not have as a table, and keeps it
    /// for the page.
    ///
    /// # Errors
    /// As [`say`](Self::say).
    pub fn results_of_our_own(&mut self, table: Table) -> Result<()> {
        let lines = table.clone().translated(&self.texts).lines();
        self.table(table);
        lines.iter().try_for_each(|line| self.print(line))
    }

    fn print(&mut self, line: &str) -> Result<()> {
        if self.read {
            self.read = print(format!("{line}\n").as_bytes()).map_err(Failure::of_stdout)?;
        }
        Ok(())
    }

    /// Adds measurements to the results.
    pub fn record(&mut self, findings: Findings) {
        self.findings.push(findings);
    }

    /// Begins a lesson. The figures, tables and conclusions that follow belong to it.
    pub fn lesson(&mut self, lesson: Lesson<'_>) {
        let told = lesson.translated(self.quick.then_some(QUICK_READING), &self.texts);
        self.chapters.push(Chapter { lesson: Some(told), ..Chapter::default() });
    }

    fn chapter(&mut self) -> &mut Chapter {
        self.chapters.last_mut().expect("the first is there from the start")
    }

    /// Adds a figure to the page, and to the results as `figures/NAME.svg` and `.png`. `reading` is
    /// its caption: a sentence that says what to see in it.
    pub fn figure(&mut self, name: &str, figure: Figure, reading: &str) {
        let drawn = self.drawn(name, figure, reading);
        self.chapter().figures.push(drawn);
    }

    fn drawn(&self, name: &str, figure: Figure, reading: &str) -> Drawn {
        let reading = self.texts.text(reading);
        // The caption is about full runs.
        let reading = if self.quick { self.texts.text(QUICK_READING) } else { reading };
        let figure = figure.map_texts(|text| self.texts.text(text));
        Drawn::new(name, figure, reading)
    }

    /// Adds a table to the page, folded behind its title.
    pub fn table(&mut self, table: Table) {
        let translated = table.clone().translated(&self.texts);
        self.chapter().tables.push(translated);
        self.tables.push(table);
    }

    /// Adds a conclusion of the book: what must be true of a seed for it to hold, in which seeds it
    /// does, and numbers to see it by.
    pub fn conclude(&mut self, text: &str, threshold: &str, held: &[bool], by: String) {
        self.add(Conclusion::new(text, threshold, held, by));
    }

    /// Adds a conclusion. A quick run shows none, but translates them, so that it warns of the same
    /// missing texts.
    pub fn add(&mut self, conclusion: Conclusion) {
        let judged = Judged::of(&conclusion, &self.texts);
        if !self.quick {
            self.chapter().conclusions.push(judged);
            self.conclusions.push(conclusion);
        }
    }

    /// Compares a series with the numbers that the notebook printed: (step, number).
    pub fn beside_the_notebook(
        &mut self,
        part: &str,
        series: &Series,
        metric: Metric,
        printed: impl IntoIterator<Item = (usize, f64)>,
    ) {
        if self.as_the_notebook {
            self.printed.push(compare(part, series, metric, printed));
        }
    }

    /// Judges over ten seeds or more whether this run is the original's experiment. `theirs` and
    /// `ours` have the curves of the same series in the same order; the margins of the quantities
    /// stand under the section's name in `data/reference/margins.toml`. The figure also shows where
    /// the notebook's curves lie among ours, if [`beside_the_notebook`](Self::beside_the_notebook)
    /// was called before.
    pub fn beside_the_original(
        &mut self,
        section: &str,
        [theirs, ours]: [&[Curves]; 2],
        quantities: &[Quantity<'_>],
    ) {
        if self.as_the_notebook && ours[0].runs.len() >= FEWEST_SEEDS {
            let fidelity = Fidelity::judge(section, theirs, ours, quantities);
            let (figure, reading) = original::figure(&fidelity, &self.printed);
            self.original = Some(self.drawn(&format!("{section}_original"), figure, &reading));
            self.fidelity = Some(fidelity);
        }
    }

    /// Writes the numbers, the figures and the page, and puts the results in place.
    ///
    /// # Errors
    /// [`Failure::Output`] if something cannot be written; with `--strict`, [`Failure::Conclusion`]
    /// if a conclusion does not hold in more than half of the seeds; with `--verify`,
    /// [`Failure::Different`] if a number is not the published one.
    pub(crate) fn publish(
        mut self,
        (name, about): (&str, &str),
        lab: &Lab,
        settings: Value,
    ) -> Result<()> {
        let rows: Vec<Row> = self.findings.iter().flat_map(Row::of).collect();
        let diverged = Divergence::all(&rows);
        let translated = |lines: Vec<String>| -> Vec<String> {
            lines.iter().map(|line| self.texts.text(line)).collect()
        };
        let divergences = translated(Divergence::lines(&diverged, &self.findings));
        let (of_series, totals) = by_series(&self.printed);
        let (of_series, mut totals) = (translated(of_series), translated(totals));
        let (judged, apart) = self.fidelity.as_ref().map_or_else(Default::default, Fidelity::lines);
        totals.extend(translated(judged));
        let compared = [of_series, translated(apart), totals.clone()].concat();
        // The verdicts last, where a terminal shows them.
        let verdicts = self.chapters.iter().flat_map(|chapter| &chapter.conclusions);
        let verdicts = verdicts.flat_map(|judged| judged.lines(&self.texts));
        let shown = if self.printed_tables == Tables::Full { &compared } else { &totals };
        let lines: Vec<String> = divergences.iter().chain(shown).cloned().chain(verdicts).collect();
        for line in lines {
            self.print(&line)?;
        }
        let csv = write_rows(&rows).map_err(Failure::Output)?;
        let published = self.published.take();
        let verified = published.map(|published| verify::judge(&published, &csv, &rows));
        if let Some(Ok(line)) = &verified {
            self.say(line)?;
        }
        let numbers: Vec<&Comparison> = self.printed.iter().flat_map(|p| &p.numbers).collect();
        let summary = json!({
            "section": name,
            "results": summary(&self.findings),
            "diverged": diverged,
            "conclusions": self.conclusions,
            "tables": self.tables,
            "notebook": numbers,
            "notebook_curves": self.printed.iter().filter_map(Printed::curve).collect::<Vec<_>>(),
            "original": self.fidelity,
        });
        // What belongs to no lesson must not give an answer away.
        let asks = |chapter: &&Chapter| chapter.lesson.is_some();
        let (lessons, others): (Vec<_>, Vec<_>) = self.chapters.iter().partition(asks);
        let fidelity = self.fidelity.as_ref();
        let fidelity: Vec<Table> = fidelity
            .into_iter()
            .flat_map(|fidelity| Table::beside_the_original(fidelity, &self.texts))
            .collect();
        let sections = Linked::all(name, &lab.args);
        let chapters = [lessons, others].concat();
        let contents = json!({
            "section": name,
            "absent": Linked::absent(&sections),
            "sections": sections,
            "about": about,
            "notes": lab.notes(),
            "command": command_line(),
            "chapters": chapters,
            "diverged": divergences,
            "original": self.original,
            "fidelity": fidelity,
            "compared": compared,
            "numbers": Table::beside(&numbers, &self.texts),
        });
        let page = page::render(&self.texts, &contents);
        let page = page.context("index.html").map_err(Failure::Output)?;
        let args = &lab.args;
        for text in self.texts.missing() {
            notice(&format!("warning: not in the table of --lang {}: {text}", args.lang));
        }
        let judged = self.conclusions.len();
        let failed = self.conclusions.iter().filter(|conclusion| !conclusion.holds).count();
        let write = || -> anyhow::Result<()> {
            self.write_figures()?;
            let Self { folder, started, findings, .. } = self;
            let mut manifest = manifest::manifest(name, lab);
            manifest[SETTINGS] = settings;
            manifest["training_seconds"] = lab.working().as_secs_f64().into();
            manifest["wall_seconds"] = started.elapsed().as_secs_f64().into();
            export::write(args, &findings, &rows, &folder)?;
            folder.write("metrics.csv", &csv)?;
            folder.write(SERIES, &write_series(&findings)?)?;
            folder.write("index.html", page.as_bytes())?;
            folder.write("summary.json", &serde_json::to_vec_pretty(&summary)?)?;
            folder.write(MANIFEST, &serde_json::to_vec_pretty(&manifest)?)?;
            let out = folder.publish()?;
            if !args.quiet {
                notice(&self.texts.text(&format!("results in {}", out.display())));
            }
            Ok(())
        };
        write().map_err(Failure::Output)?;
        verified.transpose()?;
        if args.strict && failed > 0 {
            return Err(Failure::Conclusion(anyhow!(
                "{failed} of {judged} conclusions do not hold in more than half of the seeds"
            )));
        }
        Ok(())
    }

    /// Writes all figures in parallel: a PNG takes as long as thousands of steps of a network.
    fn write_figures(&self) -> anyhow::Result<()> {
        let figures: Vec<&Drawn> =
            self.chapters.iter().flat_map(|c| &c.figures).chain(&self.original).collect();
        figures.par_iter().with_max_len(1).try_for_each(|Drawn { name, captioned, csv, .. }| {
            if !csv.is_empty() {
                self.folder.write(&format!("data/{name}.csv"), csv.as_bytes())?;
            }
            self.folder.write(&format!("figures/{name}.svg"), captioned.as_bytes())?;
            self.folder.write(&format!("figures/{name}.png"), &viz::svg_to_png(captioned, 2.0)?)
        })
    }
}
