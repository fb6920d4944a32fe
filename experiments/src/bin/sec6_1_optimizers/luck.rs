//! Which random numbers decide where the four optimizers end on MNIST.

use experiments::cli::{Result, Stream};
use experiments::compare_losses::{LossSettings, TAIL};
use experiments::findings::Metric;
use experiments::lab::{Experiment, Lab};
use experiments::luck::{self, Case};
use experiments::report::RunReport;
use training::Real;

use crate::settings::{OPTIMIZERS, contestant};

/// Trains the networks of part `mnist` for each case, and reports the spread of their losses.
pub fn run<T: Real>(lab: &Lab, settings: &LossSettings, report: &mut RunReport) -> Result<()> {
    let cases = Case::all(lab, &[Stream::Weights, Stream::Batches])?;
    let plan = settings.plan(lab)?;
    let experiment = |case: &Case| {
        let series = OPTIMIZERS.iter().map(|setting| (setting.kind.name(), setting.label));
        let make = |index, seed| contestant::<T>(lab, settings, index, seed);
        Experiment::new(case.part(), series, lab.data.train.clone(), plan, make)
            .vary(case.streams())
            .measure(|moment, measured| {
                if moment.iteration + TAIL >= plan.iterations() {
                    measured.push(moment.iteration, Metric::TRAIN_LOSS, moment.loss_after());
                }
            })
    };
    let findings = lab.run(&cases.iter().map(experiment).collect::<Vec<_>>())?;
    let series = OPTIMIZERS.iter().enumerate();
    let quantities = series.map(|(k, setting)| (setting.label, k, Metric::TRAIN_LOSS));
    let settings = settings.text(lab);
    let named = ("sec6_1_luck", "mean loss of the last 100 iterations", settings.as_str());
    luck::report(report, lab, named, &cases, findings, quantities)
}
