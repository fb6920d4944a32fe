//! Section 6.4: overfitting, and how weight decay, dropout and ensembles reduce it.

mod ensemble;
mod figures;
mod luck;
mod networks;

use std::process::ExitCode;
use std::sync::Mutex;

use ensemble::ENSEMBLE;
use experiments::Section;
use experiments::cli::{Args, Failure, NoFlags};
use experiments::findings::equivalence::{Curves, Quantity};
use experiments::findings::{Findings, Metric, csv_rows};
use experiments::lab::{Experiment, Lab, Unit};
use experiments::luck::LUCK;
use experiments::report::RunReport;
use networks::{BATCH_SIZE, PRINTED_SIZE, Trained, Variant, contestant, variants};
use training::{Blocks, Plan, Real};

struct Regularization;

impl Section for Regularization {
    type Flags = NoFlags;
    const NAME: &'static str = "sec6_4_regularization";
    const ABOUT: &'static str = "Section 6.4: overfitting, weight decay, dropout and ensembles";
    const PARTS: &'static [(&'static str, &'static str)] = &[
        ("overfit", "300 images and seven layers: training accuracy 1, test accuracy far below"),
        ("weight_decay", "the same with weight decay 0.1"),
        ("dropout", "the same with dropout 0.2"),
        (ENSEMBLE, "ten networks trained separately and averaged, beside dropout"),
    ];

    const ON_REQUEST: &'static [(&'static str, &'static str)] = &[(
        LUCK,
        "of dropout: what weights, mini-batches, masks and images decide alone; give --runs 10",
    )];

    fn samples(args: &Args) -> (usize, usize) {
        let luck = args.part.as_deref() == Some(LUCK);
        (if luck { 60_000 } else { PRINTED_SIZE }, 10_000)
    }

    fn run<T: Real>(lab: &Lab, _: &NoFlags, report: &mut RunReport) -> Result<(), Failure> {
        let scaled = |v: Variant| Variant { epochs: lab.scaled(v.epochs, 6), ..v };
        let wanted = variants(lab.data()).map(|v| lab.wants(v.part).then(|| scaled(v)));
        let test = lab.data().test.clone().first(lab.scaled(10_000, 500)).blocks::<T>();
        if lab.wants(LUCK) {
            let [_, _, _, dropout] = variants(lab.data()).map(scaled);
            return luck::run::<T>(lab, report, &dropout, &test);
        }
        let probabilities = Mutex::default();
        let variants = wanted.iter().flatten().enumerate();
        let mut experiments: Vec<_> =
            variants.map(|(index, variant)| experiment(lab, index, variant, &test)).collect();
        experiments.extend(ensemble::experiments(lab, &test, &probabilities));
        let mut findings = lab.run(&experiments)?.into_iter();
        drop(experiments);
        let trained = wanted.map(|variant| {
            let findings = |variant| Some(Trained { variant, findings: findings.next()? });
            variant.and_then(findings)
        });
        let members: Vec<Findings> = findings.collect();

        figures::print_table(report, &trained)?;
        figures::draw(report, lab, &trained);
        let [overfit, decay, decay_400, dropout] = &trained;
        beside_the_notebook(report, overfit.as_ref(), decay_400.as_ref());
        beside_the_original(report, &trained);
        if let Some(plain) = overfit {
            conclude(report, plain, [("weight decay", decay), ("dropout", dropout)]);
        }
        let single = dropout.as_ref().map(|d| (d.variant.epochs, d.last()[1]));
        trained.into_iter().flatten().try_for_each(|trained| report.record(trained.findings))?;
        if lab.wants(ENSEMBLE) {
            let findings = ensemble::average(members, &probabilities, &test);
            ensemble::report(report, lab, &findings, single)?;
            report.record(findings)?;
        }
        Ok(())
    }
}

/// Trains a variant, and measures training and test accuracy at each epoch's first update.
fn experiment<'a, T: Real>(
    lab: &'a Lab,
    index: usize,
    variant: &'a Variant,
    test: &'a Blocks<T>,
) -> Experiment<'a, T> {
    let samples = lab.data().train.clone().first(variant.train_size);
    let train = samples.blocks::<T>();
    let plan = Plan::epochs(variant.epochs, BATCH_SIZE, variant.train_size);
    let make = move |_, seed| contestant(&variant.network, Unit::Series(index).of(seed));
    Experiment::new(variant.part, [variant.series], samples, plan, make).measure(
        move |moment, measured| {
            if let Some(epoch) = plan.step_at(moment.iteration) {
                measured.push(epoch, Metric::TRAIN_ACCURACY, lab.accuracy(moment, &train));
                measured.push(epoch, Metric::TEST_ACCURACY, lab.accuracy(moment, test));
            }
        },
    )
}

/// For weight decay, the notebook's text says 300 images, but its numbers are of 400.
fn beside_the_notebook(
    report: &mut RunReport,
    overfit: Option<&Trained>,
    decay_400: Option<&Trained>,
) {
    let overfit_file = include_str!("../../../../data/reference/sec6_4_overfit.csv");
    let decay_file = include_str!("../../../../data/reference/sec6_4_weight_decay.csv");
    for (trained, file) in [(overfit, overfit_file), (decay_400, decay_file)] {
        let Some(trained) = trained else { continue };
        let rows = csv_rows(file);
        for (column, metric) in [(1, Metric::TRAIN_ACCURACY), (2, Metric::TEST_ACCURACY)] {
            let printed = rows.iter().map(|row| (row[0] as usize, row[column]));
            report.beside_the_notebook(trained.variant.part, trained.series(), metric, printed);
        }
    }
}

/// The original keeps every fifth epoch: 10,000 test images take it longer than training.
fn beside_the_original(report: &mut RunReport, trained: &[Option<Trained>; 4]) {
    const METRICS: [Metric; 2] = [Metric::TRAIN_ACCURACY, Metric::TEST_ACCURACY];
    let all: Vec<&Trained> = trained.iter().flatten().collect();
    if all.len() < trained.len() {
        return;
    }
    let each = all.iter().flat_map(|trained| METRICS.map(|metric| (trained.series(), metric)));
    let csv = include_str!("../../../../data/reference/numpy/sec6_4.csv");
    let wanted = each.clone().map(|(series, metric)| (series.name.clone(), metric.name()));
    let original = Curves::read(csv, &wanted.collect::<Vec<_>>());
    let ours = each.map(|(series, metric)| {
        Curves::of(&format!("{}, {}", series.name, metric.name()), series, metric).every(5)
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

fn conclude(report: &mut RunReport, plain: &Trained, regularised: [(&str, &Option<Trained>); 2]) {
    let [train, test] = plain.last();
    let seeds = plain.last_of_each_seed();
    report.conclude(
        "few images and a large network overfit",
        "training accuracy ends above 0.99, test accuracy below 0.9",
        &seeds.iter().map(|[train, test]| *train > 0.99 && *test < 0.9).collect::<Vec<bool>>(),
        format!("training {}, test {}", train.text(3), test.text(3)),
    );
    for (what, trained) in regularised {
        let Some(trained) = trained else { continue };
        let [train, test] = trained.last();
        let pairs = trained.last_of_each_seed().into_iter().zip(&seeds);
        let narrower = pairs.map(|([train, test], [plain_train, plain_test])| {
            train - test < plain_train - plain_test
        });
        report.conclude(
            &format!("{what} narrows the gap between training and test accuracy"),
            "the gap at the end is smaller than without it",
            &narrower.collect::<Vec<bool>>(),
            format!(
                "gap {:.3} instead of {:.3}: training {}, test {}",
                trained.gap(),
                plain.gap(),
                train.text(3),
                test.text(3)
            ),
        );
    }
}

/// Matrices start at cache lines: 5 % of a step.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<Regularization>()
}
