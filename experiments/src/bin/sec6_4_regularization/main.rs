//! Section 6.4: overfitting, and how weight decay, dropout and ensembles reduce it.

mod ensemble;
mod figures;
mod lessons;
mod luck;
mod networks;
mod tables;
mod trained;

use std::process::ExitCode;
use std::sync::Mutex;

use ensemble::ENSEMBLE;
use experiments::Section;
use experiments::cli::{Args, Result};
use experiments::findings::equivalence::{Curves, Quantity};
use experiments::findings::{Findings, Metric, csv_rows};
use experiments::lab::{Experiment, Lab};
use experiments::luck::LUCK;
use experiments::report::RunReport;
use networks::{
    DROPOUT, OVERFIT, RegularizationFlags, RegularizationSettings, Variant, WEIGHT_DECAY,
    WEIGHT_DECAY_PRINTED,
};
use trained::Trained;
use training::{Real, Samples};

struct Regularization;

impl Section for Regularization {
    type Flags = RegularizationFlags;
    const NAME: &'static str = "sec6_4_regularization";
    const ABOUT: &'static str = "Section 6.4: overfitting, weight decay, dropout and ensembles";
    const PARTS: &'static [(&'static str, &'static str)] = &[
        (OVERFIT, "300 images and seven layers: training accuracy 1, test accuracy far below"),
        (WEIGHT_DECAY, "the same with weight decay 0.1, beside the network without it"),
        (DROPOUT, "the same with dropout 0.2, beside the network without it"),
        (ENSEMBLE, "ten networks trained separately and averaged, beside dropout"),
    ];

    const ON_REQUEST: &'static [(&'static str, &'static str)] = &[(
        LUCK,
        "of dropout: what weights, mini-batches, masks and images decide alone; give --runs 10",
    )];

    fn samples(args: &Args, flags: &RegularizationFlags) -> (usize, usize) {
        let luck = args.part.as_deref() == Some(LUCK);
        (if luck { 60_000 } else { flags.train_size() }, 10_000)
    }

    fn run<T: Real>(lab: &Lab, flags: &RegularizationFlags, report: &mut RunReport) -> Result<()> {
        let settings = RegularizationSettings::new(lab, flags);
        let test = lab.data.test.clone().first(lab.scaled(10_000, 500));
        if lab.wants(LUCK) {
            return luck::run::<T>(lab, report, &settings, &test);
        }
        let variants = || settings.variants.iter().filter(|variant| is_needed(lab, variant));
        let probabilities = Mutex::default();
        let mut experiments: Vec<_> =
            variants().map(|variant| experiment::<T>(lab, &settings, variant, &test)).collect();
        experiments.extend(ensemble::experiments(lab, &settings, &test, &probabilities));
        let mut findings = lab.run(&experiments)?.into_iter();
        drop(experiments);
        let trained = variants().zip(findings.by_ref());
        let trained: Vec<Trained<'_>> =
            trained.map(|(variant, findings)| Trained { variant, findings }).collect();
        let members: Vec<Findings> = findings.collect();
        let averaged =
            lab.wants(ENSEMBLE).then(|| ensemble::average(members, &probabilities, &test));

        let print = || tables::notebook(&trained, averaged.as_ref());
        report.results(tables::results(&trained, averaged.as_ref()), print)?;
        lessons::report(report, lab, &settings, &trained, averaged.as_ref());
        beside_the_notebook(report, lab, &trained);
        beside_the_original(report, &trained);
        let trained = trained.into_iter().map(|trained| trained.findings);
        trained.chain(averaged).for_each(|findings| report.record(findings));
        Ok(())
    }
}

/// Whether a network is trained: beside every part also the one without regularisation, and beside
/// the ensemble the one with dropout.
fn is_needed(lab: &Lab, variant: &Variant) -> bool {
    let beside = match variant.part {
        OVERFIT => true,
        DROPOUT => lab.wants(ENSEMBLE),
        _ => false,
    };
    beside || lab.wants(variant.part)
}

/// Trains a variant, and measures training and test accuracy at each epoch's first update.
fn experiment<'a, T: Real>(
    lab: &'a Lab,
    settings: &'a RegularizationSettings,
    variant: &'a Variant,
    test: &'a Samples,
) -> Experiment<'a, T> {
    let samples = lab.data.train.clone().first(variant.train_size);
    let train = samples.clone();
    let plan = settings.plan(variant);
    let make = move |_, seed| settings.contestant(&variant.network, variant.unit.of(seed));
    let series = [(variant.series, &variant.label)];
    Experiment::new(variant.part, series, samples, plan, make).measure(move |moment, measured| {
        if let Some(epoch) = plan.step_at(moment.iteration) {
            measured.push(epoch, Metric::TRAIN_ACCURACY, lab.accuracy(moment, &train));
            measured.push(epoch, Metric::TEST_ACCURACY, lab.accuracy(moment, test));
        }
    })
}

/// For weight decay, the notebook's text says 300 images, but its numbers are of 400.
fn beside_the_notebook(report: &mut RunReport, lab: &Lab, trained: &[Trained<'_>]) {
    let overfit_file = include_str!("../../../../data/reference/sec6_4_overfit.csv");
    let decay_file = include_str!("../../../../data/reference/sec6_4_weight_decay.csv");
    let wanted = trained.iter().filter(|trained| lab.wants(trained.variant.part));
    for trained in wanted {
        let file = match trained.variant.series {
            OVERFIT => overfit_file,
            WEIGHT_DECAY_PRINTED => decay_file,
            _ => continue,
        };
        let rows = csv_rows(file);
        for (column, metric) in [(1, Metric::TRAIN_ACCURACY), (2, Metric::TEST_ACCURACY)] {
            let printed = rows.iter().map(|row| (row[0] as usize, row[column]));
            report.beside_the_notebook(trained.variant.part, trained.series(), metric, printed);
        }
    }
}

/// The original keeps every fifth epoch: 10,000 test images take it longer than training.
fn beside_the_original(report: &mut RunReport, all: &[Trained<'_>]) {
    const METRICS: [Metric; 2] = [Metric::TRAIN_ACCURACY, Metric::TEST_ACCURACY];
    // All of them are trained only if all parts are run with the book's settings.
    if all.len() < 4 {
        return;
    }
    let each = all.iter().flat_map(|trained| METRICS.map(|metric| (trained.series(), metric)));
    let csv = include_str!("../../../../data/reference/numpy/sec6_4.csv");
    let wanted = each.clone().map(|(series, metric)| (series.name.clone(), metric.name()));
    let original = Curves::read(csv, &wanted.collect::<Vec<_>>());
    let ours = each.map(|(series, metric)| {
        Curves::of(&format!("{}, {}", series.name, metric.title()), series, metric).every(5)
    });
    let quantities = all.iter().enumerate().flat_map(|(k, trained)| {
        let (name, [train, test]) = (trained.variant.series, [2 * k, 2 * k + 1]);
        let last = |curve: &[f64]| curve[curve.len() - 1];
        [
            Quantity::last(format!("{name}: final training accuracy"), train),
            Quantity::last(format!("{name}: final test accuracy"), test),
            Quantity::new(format!("{name}: final gap"), move |run| {
                last(run[train]) - last(run[test])
            }),
        ]
    });
    let (ours, quantities) = (ours.collect::<Vec<_>>(), quantities.collect::<Vec<_>>());
    report.beside_the_original("sec6_4", [&original, &ours], &quantities);
}

/// Matrices start at cache lines: 5 % of a step.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<Regularization>()
}
