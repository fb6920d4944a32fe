//! Section 6.5: finding hyperparameters by random search, and narrowing the range.

mod best_so_far;
mod figures;
mod flags;
mod functions;
mod lessons;
mod luck;
mod narrow;
mod objective;
mod printed;
mod pruners;
mod rank_correlation;
mod samplers;
mod search;
mod settings;
mod space;
mod study;
mod task;
mod trial_command;
mod trial_measurements;

use std::process::ExitCode;

use anyhow::anyhow;
use experiments::Section;
use experiments::cli::{Args, Failure, Result};
use experiments::lab::Lab;
use experiments::luck::LUCK;
use experiments::report::RunReport;
use flags::SearchFlags;
use narrow::NARROW;
use printed::PRINTED;
use pruners::PRUNERS;
use samplers::SAMPLERS;
use search::SEARCH;
use task::SIZE;
use training::Real;

struct Hyperparameters;

impl Section for Hyperparameters {
    type Flags = SearchFlags;
    const NAME: &'static str = "sec6_5_hyperparameters";
    const ABOUT: &'static str = "Section 6.5: the search for hyperparameters";
    const PARTS: &'static [(&'static str, &'static str)] = &[
        (SEARCH, "100 random trials of 50 epochs, ranked by validation accuracy"),
        (NARROW, "the search repeated in the range of the best, round by round"),
        (PRINTED, "the notebook's own 100 points, to compare its printed accuracies with"),
    ];

    const ON_REQUEST: &'static [(&'static str, &'static str)] = &[
        (SAMPLERS, "random, grid, Sobol and Bayesian search judged by trials; give --runs 10"),
        (PRUNERS, "what median pruning and successive halving save and lose; give --runs 10"),
        (
            LUCK,
            "what weights, mini-batches, images and trial points decide alone; with --runs 10 about 850 \
             seconds of one processor",
        ),
    ];

    fn samples(_: &Args, _: &Self::Flags) -> (usize, usize) {
        (SIZE, 0)
    }

    fn run<T: Real>(lab: &Lab, flags: &SearchFlags, report: &mut RunReport) -> Result<()> {
        let notebooks = flags.are_the_notebooks();
        if let Some(part) = &lab.args.part
            && [NARROW, PRINTED, LUCK].contains(&part.as_str())
            && !notebooks
        {
            return Err(Failure::Usage(anyhow!(
                "--part {part}: is the notebook's; the flags of this section are for the other parts"
            )));
        }
        if lab.wants(SEARCH) {
            search::run::<T>(lab, flags, report)?;
        }
        if lab.wants(SAMPLERS) {
            samplers::run::<T>(lab, flags, report)?;
        }
        if lab.wants(PRUNERS) {
            pruners::run::<T>(lab, flags, report)?;
        }
        if lab.wants(LUCK) {
            luck::run::<T>(lab, report)?;
        }
        if lab.wants(NARROW) && notebooks {
            narrow::run::<T>(lab, report)?;
        }
        if lab.wants(PRINTED) && notebooks {
            printed::run::<T>(lab, report)?;
        }
        Ok(())
    }
}

/// Matrices start at cache lines: 5 % of a step.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

fn main() -> ExitCode {
    // One training for a program that searches: another command line, and another output.
    if std::env::args_os().nth(1).is_some_and(|first| first == "trial") {
        return trial_command::main();
    }
    experiments::main::<Hyperparameters>()
}
