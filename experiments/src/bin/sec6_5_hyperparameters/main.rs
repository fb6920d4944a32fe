//! Section 6.5: finding hyperparameters by random search, and narrowing the range.

mod figures;
mod flags;
mod functions;
mod narrow;
mod printed;
mod pruners;
mod ranking;
mod samplers;
mod search;

use std::process::ExitCode;

use anyhow::anyhow;
use experiments::search::training::SIZE;
use experiments::text::significant;
use experiments::{Args, Conclusion, Failure, Printed, Run, Section};
use flags::Flags;
use narrow::NARROW;
use printed::PRINTED;
use pruners::PRUNERS;
use ranking::{Point, rank_correlation, ranked_by_seed};
use samplers::SAMPLERS;
use search::SEARCH;
use training::Real;

struct Hyperparameters;

impl Section for Hyperparameters {
    type Flags = Flags;
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
    ];

    fn samples(_: &Args) -> (usize, usize) {
        (SIZE, 0)
    }

    fn printed() -> Vec<Printed> {
        printed::numbers()
    }

    fn run<T: Real>(run: &mut Run, flags: &Flags) -> Result<(), Failure> {
        let notebooks = flags.are_the_notebooks();
        if let Some(part) = &run.args().part
            && [NARROW, PRINTED].contains(&part.as_str())
            && !notebooks
        {
            return Err(Failure::Usage(anyhow!(
                "--part {part}: is the notebook's; the flags of this section are for the other parts"
            )));
        }
        if run.wants(SEARCH) {
            search::run::<T>(run, flags)?;
        }
        if run.wants(SAMPLERS) {
            samplers::run::<T>(run, flags)?;
        }
        if run.wants(PRUNERS) {
            pruners::run::<T>(run, flags)?;
        }
        if run.wants(NARROW) && notebooks {
            narrow::run::<T>(run)?;
        }
        if run.wants(PRINTED) && notebooks {
            printed::run::<T>(run)?;
        }
        Ok(())
    }

    fn conclusions(run: &Run, flags: &Flags) -> Vec<Conclusion> {
        let mut conclusions = Vec::new();
        if run.wants(SAMPLERS) {
            conclusions.extend(samplers::conclusions(run));
        }
        if run.wants(PRUNERS) {
            conclusions.extend(pruners::conclusions(run));
        }
        // The book speaks of its own search.
        if !flags.are_the_notebooks() {
            return conclusions;
        }
        if run.wants(SEARCH) {
            let ranked = ranked_by_seed(run, SEARCH);
            let best = ranked.iter().map(|trials| trials[0].0);
            let worst_best = best.fold(f64::INFINITY, f64::min);
            let rates = ranked.iter().map(|trials| {
                let mut rates: Vec<f64> = trials[..5].iter().map(|trial| trial.1).collect();
                rates.sort_by(f64::total_cmp);
                rates[2]
            });
            let lowest = rates.fold(f64::INFINITY, f64::min);
            conclusions.push(Conclusion::new(
                "random search finds settings that learn",
                worst_best >= 0.7,
                format!("the best validation accuracy of every seed is at least {worst_best:.2}"),
            ));
            conclusions.push(Conclusion::new(
                "the best learning rates lie above 1e-3",
                lowest > 1e-3,
                format!(
                    "the median of the five best is at least {}; the range ends at 0.01",
                    significant(lowest)
                ),
            ));
            let mean = |which: fn(&Point) -> f64| {
                let all = ranked.iter().map(|trials| rank_correlation(trials, which));
                all.sum::<f64>() / ranked.len() as f64
            };
            let (rate, decay) = (mean(|point| point.1), mean(|point| point.2));
            conclusions.push(Conclusion::new(
                "the learning rate decides, the weight decay hardly matters in this range",
                rate > 0.5 && decay.abs() < 0.3,
                format!("rank correlation with the accuracy: {rate:.2} and {decay:.2}"),
            ));
        }
        if run.wants(NARROW) {
            conclusions.push(narrow::conclusion(run));
        }
        conclusions
    }
}

/// Matrices begin on cache lines.
#[global_allocator]
static ALLOCATOR: tensor_ops::LineAllocator = tensor_ops::LineAllocator;

fn main() -> ExitCode {
    // One training for a program that searches: another command line, and another output.
    if std::env::args_os().nth(1).is_some_and(|first| first == "trial") {
        return experiments::trial::main();
    }
    experiments::main::<Hyperparameters>()
}
