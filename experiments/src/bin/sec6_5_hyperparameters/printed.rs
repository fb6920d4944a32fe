//! The notebook's own 100 points, trained with our seeds: its printed accuracies can be compared only
//! where the hyperparameters are the same.

use experiments::search::{Task, objective, space};
use experiments::{Failure, Printed, Run, csv_rows};
use init::Seed;
use rayon::prelude::*;
use search::{Params, Trial, Value};
use training::Real;

use crate::search::{notebooks, progress};

/// The part's name, and its one series: the step is the number of the trial.
pub const PRINTED: &str = "printed";
const METRIC: &str = "validation_accuracy";
/// Trial numbers go on behind those of the search and of the narrowing.
const FIRST_TRIAL: u64 = 10_000;

/// Trial, validation accuracy, learning rate, weight decay.
fn rows() -> Vec<Vec<f64>> {
    csv_rows(include_str!("../../../../data/reference/sec6_5_trials.csv"))
}

/// What the notebook printed.
pub fn numbers() -> Vec<Printed> {
    let rows = rows().into_iter();
    rows.map(|row| Printed {
        part: PRINTED,
        series: PRINTED.to_owned(),
        metric: METRIC,
        step: row[0] as usize,
        value: row[1],
    })
    .collect()
}

/// Trains at each of the points and records the last validation accuracy.
///
/// # Errors
/// If a signal asked to stop.
pub fn run<T: Real>(run: &mut Run) -> Result<(), Failure> {
    let mut points: Vec<(f64, f64)> = rows().iter().map(|row| (row[2], row[3])).collect();
    points.truncate(run.scaled(points.len(), 8));
    let seeds = run.args().seeds();
    // Its points, whether or not they lie in a space.
    let space = space::notebook();
    let search = notebooks(run, &space, Seed::new(0));
    run.begin("the notebook's points", seeds.len() * points.len() * search.steps);
    for &root in &seeds {
        let task = Task::<T>::new(run.data(), Seed::new(root));
        let objective = objective(&task, search.steps);
        let train = |(i, &(lr, weight_decay)): (usize, &(f64, f64))| {
            let values = [("lr", lr), ("weight_decay", weight_decay)];
            let params = Params::of(values.map(|(name, x)| (name, Value::Float(x))));
            let one = (FIRST_TRIAL + i as u64, params);
            search.run_one(one, &[], &objective, &|epochs| progress(run, epochs))
        };
        let trials = points.par_iter().enumerate().with_max_len(1).map(train);
        let trials: Vec<Trial> = trials.collect::<Result<_, _>>()?;
        let accuracies = trials.iter().map(|trial| trial.value());
        let log = accuracies.enumerate().map(|(trial, accuracy)| (trial, METRIC, accuracy));
        run.record(PRINTED, PRINTED, root, log.collect())?;
    }
    run.end();
    Ok(())
}
