//! Which random numbers decide where training ends at three of the scales.

use experiments::cli::{Result, Stream};
use experiments::findings::{Metric, significant};
use experiments::lab::{Experiment, Lab};
use experiments::luck::{self, Case};
use experiments::report::RunReport;
use training::Real;

use crate::networks::{BatchNormSettings, KINDS, names, weight_scale};

/// At the first of three scales both networks learn; at the others only the one with batch
/// normalisation does, at the last of them with much luck.
const UNITS: [usize; 4] = [2 * 2, 2 * 2 + 1, 2 * 7 + 1, 2 * 12 + 1];

/// Trains the networks of these scales for each case, on images drawn from the whole training set,
/// and reports the spread of their final accuracies.
pub fn run<T: Real>(lab: &Lab, settings: &BatchNormSettings, report: &mut RunReport) -> Result<()> {
    let cases = Case::all(lab, &[Stream::Weights, Stream::Batches, Stream::Images])?;
    let (plan, train_size) = (settings.plan(), settings.train_size);
    let experiment = |case: &Case| {
        let make = |k: usize, seed| settings.contestant::<T>(&lab.data, UNITS[k], seed);
        Experiment::new(case.part(), UNITS.map(names), lab.data.train.clone(), plan, make)
            .vary(case.streams())
            .images(train_size)
            .finish(move |_, network, images, measured| {
                let accuracy = images.accuracy(network, 1);
                measured.push(plan.last_step(), Metric::TRAIN_ACCURACY, accuracy);
            })
    };
    let findings = lab.run(&cases.iter().map(experiment).collect::<Vec<_>>())?;
    let quantity = |(k, unit): (usize, usize)| {
        let (scale, kind) = (significant(weight_scale(unit / 2)), KINDS[unit % 2].1);
        (format!("{scale} {kind}"), k, Metric::TRAIN_ACCURACY)
    };
    let quantities = UNITS.into_iter().enumerate().map(quantity);
    let what = "final training accuracy at three scales";
    let named = ("sec6_3_luck", what, settings.text.as_str());
    luck::report(report, lab, named, &cases, findings, quantities)
}
