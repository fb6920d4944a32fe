//! A section of the chapter as a program.

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::args::{Args, Precision};
use crate::{Failure, Printed, Real, Run};

/// One section: what its binary is called and what it does.
pub trait Section {
    /// The name of the binary, and of its folder under `results/`.
    const NAME: &'static str;
    /// One line for `--help`.
    const ABOUT: &'static str;
    /// The parts in order: (name, what it shows).
    const PARTS: &'static [(&'static str, &'static str)];
    /// How many training and test images it needs.
    const SAMPLES: (usize, usize);

    /// The numbers that the notebook printed, series by series.
    fn printed() -> Vec<Printed>;

    /// Runs the parts that [`Run::wants`], in the given precision.
    ///
    /// # Errors
    /// Whatever stops it.
    fn run<T: Real>(run: &mut Run) -> Result<(), Failure>;
}

/// The whole program of a section: reads the command line, runs it, writes the results.
pub fn main<S: Section>() -> ExitCode {
    let parts: String =
        S::PARTS.iter().map(|(name, what)| format!("\n  {name:<12} {what}")).collect();
    let command = Args::command()
        .name(S::NAME)
        .version(env!("CARGO_PKG_VERSION"))
        .about(S::ABOUT)
        .long_about(format!("{}\n\nParts:{parts}", S::ABOUT));
    let args = match Args::from_arg_matches(&command.get_matches()) {
        Ok(args) => args,
        Err(error) => error.exit(),
    };
    match start::<S>(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn start<S: Section>(args: Args) -> Result<(), Failure> {
    let precision = args.precision;
    let mut run = Run::start::<S>(args)?;
    match precision {
        Precision::F32 => S::run::<f32>(&mut run)?,
        Precision::F64 => S::run::<f64>(&mut run)?,
    }
    run.finish(&S::printed())
}
