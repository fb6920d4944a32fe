//! A section of the chapter as a program.

use std::process::ExitCode;
use std::time::Instant;

use clap::builder::PossibleValuesParser;
use clap::{Command, CommandFactory, FromArgMatches};

use serde_json::Value;
use training::Real;

use crate::cli::{self, Args, CommandLine, Failure, Precision, Result, help, knobs};
use crate::lab::{Checkpoints, Lab};
use crate::report::RunReport;
use crate::report::folder::{self, Folder};
use crate::report::verify;

/// One section: what its binary is called and what it does.
pub trait Section {
    /// The flags that only this section has.
    type Flags: clap::Args;
    /// The name of the binary, and of its folder under `results/`.
    const NAME: &'static str;
    /// One line for `--help` and the title of the page.
    const ABOUT: &'static str;
    /// The parts in order: (name, what it shows).
    const PARTS: &'static [(&'static str, &'static str)];
    /// Parts that take so long that they run only if `--part` names them.
    const ON_REQUEST: &'static [(&'static str, &'static str)] = &[];

    /// How many training and test images it takes: the first ones of the data set.
    fn samples(args: &Args, flags: &Self::Flags) -> (usize, usize);

    /// Runs the parts that [`Lab::wants`], in the given precision, and reports what they find and
    /// what follows from it.
    ///
    /// # Errors
    /// Whatever stops it.
    fn run<T: Real>(lab: &Lab, flags: &Self::Flags, report: &mut RunReport) -> Result<()>;
}

/// The whole program of a section: reads the command line, runs it, writes the results.
pub fn main<S: Section>() -> ExitCode {
    match start::<S>() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report().into(),
    }
}

fn start<S: Section>() -> Result<()> {
    platform::return_freed_memory();
    let outline = Outline::of::<S>();
    let command = outline.command(CommandLine::<S::Flags>::command());
    let matches = cli::matches(&command, std::env::args_os().collect())?;
    let CommandLine { args, flags } =
        CommandLine::<S::Flags>::from_arg_matches(&matches).unwrap_or_else(|said| help::end(&said));
    if args.man || args.completions.is_some() {
        return help::print_instead(command, args.completions);
    }
    let settings = cli::settings(&command, &matches);
    if args.verify {
        let plain = command.clone().get_matches_from([S::NAME]);
        verify::check_flags(&settings, &cli::settings(&command, &plain))?;
    }
    let (precision, samples) = (args.precision, S::samples(&args, &flags));
    let (mut lab, mut report) =
        open(&outline, args, knobs::given(&command, &matches), &settings, samples)?;
    match precision {
        Precision::F32 => S::run::<f32>(&lab, &flags, &mut report)?,
        Precision::F64 => S::run::<f64>(&lab, &flags, &mut report)?,
    }
    // Figures need memory, but neither images nor what networks were trained in.
    lab.data.free_images();
    platform::trim_heap();
    report.publish((S::NAME, S::ABOUT), &lab, settings)?;
    lab.checkpoints.iter().for_each(Checkpoints::remove);
    Ok(())
}

/// Checks the settings, loads the data and opens the results, in that order: nothing is written for
/// a run that cannot start.
fn open(
    outline: &Outline,
    args: Args,
    own_settings: Vec<String>,
    settings: &Value,
    samples: (usize, usize),
) -> Result<(Lab, RunReport)> {
    let started = Instant::now();
    let out = args.out_of(outline.name);
    folder::check(&out, args.force)?;
    let parts = outline.chosen(args.part.as_deref());
    let checkpoints = Checkpoints::open(&out, &args, settings)?;
    let lab = Lab::open(args, own_settings, parts, checkpoints, samples)?;
    let verify = lab.args.verify;
    let published = verify.then(|| verify::published(outline.name, &lab)).transpose()?;
    let folder = Folder::create(&out).map_err(Failure::Output)?;
    let mut report = RunReport::new(folder, started, &lab, published);
    for note in lab.notes() {
        report.say(&note)?;
    }
    Ok((lab, report))
}

/// The constants of a section as values, so that code that uses them is not generic over the
/// section.
#[derive(Clone, Copy, Debug)]
struct Outline {
    name: &'static str,
    about: &'static str,
    parts: &'static [(&'static str, &'static str)],
    on_request: &'static [(&'static str, &'static str)],
}

impl Outline {
    fn of<S: Section>() -> Self {
        Self { name: S::NAME, about: S::ABOUT, parts: S::PARTS, on_request: S::ON_REQUEST }
    }

    /// The names of the parts to run: the one that is wanted, or all but those on request.
    fn chosen(&self, wanted: Option<&str>) -> Vec<&'static str> {
        let name = |&(name, _): &(&'static str, _)| name;
        match wanted {
            None => self.parts.iter().map(name).collect(),
            Some(wanted) => {
                let all = self.parts.iter().chain(self.on_request).map(name);
                all.filter(|name| *name == wanted).collect()
            }
        }
    }

    /// Completes the command line of the shared flags: name, parts, examples.
    fn command(&self, flags: Command) -> Command {
        let list = |parts: &[(&str, &str)]| -> String {
            parts.iter().map(|(name, what)| format!("\n  {name:<13} {what}")).collect()
        };
        let mut parts = list(self.parts);
        if !self.on_request.is_empty() {
            parts.push_str(&format!("\n\nOnly with --part:{}", list(self.on_request)));
        }
        let names = |parts: &[(&'static str, &str)]| {
            parts.iter().map(|(name, _)| *name).collect::<Vec<_>>()
        };
        let (always, on_request) = (names(self.parts), names(self.on_request));
        let part = format!("Run only this part of the section: {}", always.join(", "));
        flags
            .name(self.name)
            .version(env!("CARGO_PKG_VERSION"))
            .about(self.about)
            .long_about(format!("{}\n\nParts:{parts}", self.about))
            .mut_arg("part", |arg| {
                let names = PossibleValuesParser::new([always, on_request].concat());
                arg.value_parser(names).hide_possible_values(true).help(part)
            })
            .after_help("--help shows every flag, the parts and examples.")
            .after_long_help(help::epilogue(self.name, self.parts[0].0))
    }
}
