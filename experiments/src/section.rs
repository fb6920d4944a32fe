//! A section of the chapter as a program.

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::args::{Args, CommandLine, Precision};
use crate::{Conclusion, Failure, Printed, Real, Run};

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

    /// How many training and test images it needs.
    fn samples(args: &Args) -> (usize, usize);

    /// The numbers that the notebook printed, series by series.
    fn printed() -> Vec<Printed>;

    /// Runs the parts that [`Run::wants`], in the given precision.
    ///
    /// # Errors
    /// Whatever stops it.
    fn run<T: Real>(run: &mut Run, flags: &Self::Flags) -> Result<(), Failure>;

    /// What the section of the book concludes, judged by this run's numbers.
    fn conclusions(run: &Run, flags: &Self::Flags) -> Vec<Conclusion>;
}

/// The whole program of a section: reads the command line, runs it, writes the results.
pub fn main<S: Section>() -> ExitCode {
    let list = |parts: &[(&str, &str)]| -> String {
        parts.iter().map(|(name, what)| format!("\n  {name:<13} {what}")).collect()
    };
    let mut parts = list(S::PARTS);
    if !S::ON_REQUEST.is_empty() {
        parts.push_str(&format!("\n\nOnly with --part:{}", list(S::ON_REQUEST)));
    }
    let command = CommandLine::<S::Flags>::command()
        .name(S::NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .about(S::ABOUT)
        .long_about(format!("{}\n\nParts:{parts}", S::ABOUT));
    let line = match CommandLine::<S::Flags>::from_arg_matches(&command.get_matches()) {
        Ok(line) => line,
        Err(error) => error.exit(),
    };
    match start::<S>(line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn start<S: Section>(CommandLine { args, flags }: CommandLine<S::Flags>) -> Result<(), Failure> {
    let precision = args.precision;
    let mut run = Run::start::<S>(args)?;
    match precision {
        Precision::F32 => S::run::<f32>(&mut run, &flags)?,
        Precision::F64 => S::run::<f64>(&mut run, &flags)?,
    }
    run.finish::<S>(&flags)
}
