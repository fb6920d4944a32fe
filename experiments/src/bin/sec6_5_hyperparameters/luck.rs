//! Which random numbers decide what a search finds.

use experiments::cli::{Result, Stream};
use experiments::findings::{Findings, Measurements, Metric, Series};
use experiments::lab::Lab;
use experiments::luck::{self, Case};
use experiments::report::RunReport;
use search::{Search, ranking};
use training::Real;

use crate::objective::objective;
use crate::samplers::BEST_ACCURACY;
use crate::search::notebooks;
use crate::space;
use crate::task::Task;
use crate::trial_measurements::real;

/// The series in files.
const BEST: &str = "best";
/// The decimal logarithm of the learning rate of the best trial.
const BEST_RATE: Metric = Metric::new("log10_best_learning_rate");

/// Runs the notebook's search for each case, and reports the spread of what it finds.
pub fn run<T: Real>(lab: &Lab, report: &mut RunReport) -> Result<()> {
    let streams = [Stream::Weights, Stream::Batches, Stream::Images, Stream::Trials];
    let cases = Case::all(lab, &streams)?;
    let (space, count, seeds) = (space::notebook(), lab.scaled(100, 20), lab.args.seeds());
    let epochs = notebooks(lab, &space, 0).steps;
    let work = lab.begin("search", cases.len() * seeds.len() * count as usize * epochs);
    let search = |case: &Case, run: u64| -> Result<Measurements> {
        let seed = lab.seed_varying(case.streams(), run);
        let task = Task::new(&lab.data.train, lab.data.classes(), seed);
        let search = Search { seed, ..notebooks(lab, &space, run) };
        let objective = objective::<T, _>(task, epochs);
        let trials = search.run(&[], 0..count, &objective, &|epochs| work.advance(epochs))?;
        let best = ranking(&trials)[0];
        let found = [(BEST_ACCURACY, best.value()), (BEST_RATE, libm::log10(real(best, "lr")))];
        Ok(found.into_iter().map(|(metric, value)| (0, metric, value)).collect())
    };
    let findings = |case: &Case| -> Result<Findings> {
        let runs = seeds.iter().map(|&run| search(case, run)).collect::<Result<_, _>>()?;
        let series = Series::new(BEST, runs).labelled("best trial");
        Ok(Findings::of_series(case.part(), &seeds, series))
    };
    let findings: Vec<Findings> = cases.iter().map(findings).collect::<Result<_, _>>()?;
    work.done();
    let quantities = [
        ("best validation accuracy", 0, BEST_ACCURACY),
        ("log₁₀ of the best learning rate", 0, BEST_RATE),
    ];
    let settings = format!("{count} trials");
    let named = ("sec6_5_luck", "the best of a random search", settings.as_str());
    luck::report(report, lab, named, &cases, findings, quantities)
}
