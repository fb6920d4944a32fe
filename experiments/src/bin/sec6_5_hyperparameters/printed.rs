//! The notebook's own 100 points, trained with our seeds: the accuracies that it printed can only
//! be compared at the same hyperparameters.

use experiments::cli::Failure;
use experiments::findings::{Findings, Measurements, Metric, csv_rows};
use experiments::lab::{Lab, Unit};
use experiments::report::RunReport;
use rayon::prelude::*;
use search::{Params, Trial, Value};
use training::Real;

use crate::objective::objective;
use crate::search::{notebooks, task};
use crate::space;

/// The name of the part and of its only series, in which step k is trial k.
pub const PRINTED: &str = "printed";

/// Trains at each of the points and measures the last validation accuracy.
///
/// # Errors
/// If a signal asked to stop.
pub fn run<T: Real>(lab: &Lab, report: &mut RunReport) -> Result<(), Failure> {
    // Trial, validation accuracy, learning rate, weight decay.
    let rows = csv_rows(include_str!("../../../../data/reference/sec6_5_trials.csv"));
    let points = &rows[..lab.scaled(rows.len(), 8)];
    let seeds = lab.args().seeds();
    // The space does not matter: the points are given.
    let space = space::notebook();
    let search = notebooks(lab, &space, 0);
    let work = lab.begin("the notebook's points", seeds.len() * points.len() * search.steps);
    let of_seed = |&seed: &u64| -> Result<Measurements, Failure> {
        let objective = objective(task::<T>(lab, seed), search.steps);
        let train = |(i, row): (usize, &Vec<f64>)| {
            let values = [("lr", row[2]), ("weight_decay", row[3])];
            let params = Params::of(values.map(|(name, x)| (name, Value::Float(x))));
            let one = (Unit::FIRST_PRINTED + i as u64, params);
            search.run_one(one, &[], &objective, &|epochs| work.advance(epochs))
        };
        let trials = points.par_iter().enumerate().with_max_len(1).map(train);
        let trials: Vec<Trial> = trials.collect::<Result<_, Failure>>()?;
        let accuracies = trials.iter().map(Trial::value).enumerate();
        Ok(accuracies.map(|(k, accuracy)| (k, Metric::VALIDATION_ACCURACY, accuracy)).collect())
    };
    let runs = seeds.iter().map(of_seed).collect::<Result<_, _>>()?;
    work.done();
    let findings = Findings::of_series(PRINTED, &seeds, PRINTED, runs);
    let printed = rows.iter().map(|row| (row[0] as usize, row[1]));
    let (series, metric) = (&findings.series[0], Metric::VALIDATION_ACCURACY);
    report.beside_the_notebook(PRINTED, series, metric, printed);
    report.record(findings)
}
