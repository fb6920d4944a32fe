//! Which random numbers decide where the network with dropout ends.

use experiments::cli::{Result, Stream};
use experiments::findings::Metric;
use experiments::lab::{Experiment, Lab, Unit};
use experiments::luck::{self, Case};
use experiments::report::RunReport;
use training::{Real, Samples};

use crate::networks::{DROPOUT, RegularizationSettings};

/// Trains the network with dropout for each case, on images drawn from the whole training set, and
/// reports the spread of its final accuracies.
pub fn run<T: Real>(
    lab: &Lab,
    report: &mut RunReport,
    settings: &RegularizationSettings,
    test: &Samples,
) -> Result<()> {
    let streams = [Stream::Weights, Stream::Batches, Stream::Dropout, Stream::Images];
    let cases = Case::all(lab, &streams)?;
    let dropout = settings.variants.iter().find(|variant| variant.part == DROPOUT);
    let dropout = dropout.expect("it is one of the networks");
    let (train_size, plan) = (dropout.train_size, settings.plan(dropout));
    let experiment = |case: &Case| {
        let make = |_, seed| settings.contestant::<T>(&dropout.network, Unit::Series(0).of(seed));
        let series = [(dropout.series, &dropout.label)];
        Experiment::new(case.part(), series, lab.data.train.clone(), plan, make)
            .vary(case.streams())
            .images(train_size)
            .finish(move |_, network, images, measured| {
                let (end, train) = (plan.last_step(), images.accuracy(network, 1));
                measured.push(end, Metric::TRAIN_ACCURACY, train);
                measured.push(end, Metric::TEST_ACCURACY, test.accuracy(network, 1));
            })
    };
    let findings = lab.run(&cases.iter().map(experiment).collect::<Vec<_>>())?;
    let quantities = [Metric::TRAIN_ACCURACY, Metric::TEST_ACCURACY];
    let quantities = quantities.map(|metric| (metric.title(), 0, metric));
    let named = ("sec6_4_luck", "final accuracies with dropout", dropout.made.as_str());
    luck::report(report, lab, named, &cases, findings, quantities)
}
