//! Which random numbers decide where the network with dropout ends.

use experiments::cli::{Failure, Stream};
use experiments::findings::{Findings, Metric};
use experiments::lab::{Experiment, Lab, Unit, draw_images};
use experiments::luck::{self, Case, Outcome};
use experiments::report::RunReport;
use training::{Real, Samples};

use crate::networks::{DROPOUT, RegularizationSettings};

/// Trains the network with dropout for each case, on images drawn from the whole training set, and
/// reports the spread of its final accuracies.
///
/// # Errors
/// Any failure of the experiments.
pub fn run<T: Real>(
    lab: &Lab,
    report: &mut RunReport,
    settings: &RegularizationSettings,
    test: &Samples,
) -> Result<(), Failure> {
    let streams = [Stream::Weights, Stream::Batches, Stream::Dropout, Stream::Images];
    let cases = Case::all(lab, &streams)?;
    let dropout = settings.variants.iter().find(|variant| variant.part == DROPOUT);
    let dropout = dropout.expect("it is one of the networks");
    let (train_size, plan) = (dropout.train_size, settings.plan(dropout));
    let all = &lab.data().train;
    let experiment = |case: &Case| {
        let varied = case.streams().to_vec();
        let make = |_, seed| settings.contestant::<T>(&dropout.network, Unit::Series(0).of(seed));
        Experiment::new(case.part(), [dropout.series], all.clone(), plan, make)
            .labels([&dropout.label])
            .vary(case.streams())
            .images(train_size)
            .finish(move |(_, run), network, measured| {
                let images = draw_images(all, train_size, lab.seed_varying(&varied, run));
                let (end, train) = (plan.last_step(), images.accuracy(network, 1));
                measured.push(end, Metric::TRAIN_ACCURACY, train);
                measured.push(end, Metric::TEST_ACCURACY, test.accuracy(network, 1));
            })
    };
    let findings = lab.run(&cases.iter().map(experiment).collect::<Vec<_>>())?;
    let quantity = |(label, metric): (&str, Metric)| {
        let last = |found: &Findings| found.series[0].last(metric);
        Outcome { label: label.to_owned(), spreads: findings.iter().map(last).collect() }
    };
    let quantities =
        [("training accuracy", Metric::TRAIN_ACCURACY), ("test accuracy", Metric::TEST_ACCURACY)];
    let settings = format!("{train_size} training images, {}", settings.text(lab.data()));
    let named = ("sec6_4_luck", "final accuracies with dropout", settings.as_str());
    luck::report(report, lab, named, &cases, &quantities.map(quantity))?;
    findings.into_iter().try_for_each(|findings| report.record(findings))
}
