//! Section 6.1: four optimizers in a ravine and on MNIST.

mod luck;
mod rates;
mod ravine;
mod settings;
mod targets;

use std::process::ExitCode;

use experiments::Section;
use experiments::cli::{Args, Failure, NoFlags};
use experiments::compare_losses::{self, Compared, HIDDEN};
use experiments::findings::{Findings, Spread};
use experiments::lab::{Lab, Unit};
use experiments::luck::LUCK;
use experiments::report::RunReport;
use experiments::report::curves::Style;
use layers::MultiLayerNet;
use rates::RATES;
use ravine::RAVINE;
use settings::{OPTIMIZERS, Setting};
use training::{Contestant, Real};

struct Optimizers;

impl Section for Optimizers {
    type Flags = NoFlags;
    const NAME: &'static str = "sec6_1_optimizers";
    const ABOUT: &'static str = "Section 6.1: SGD, Momentum, AdaGrad and Adam compared";
    const PARTS: &'static [(&'static str, &'static str)] = &[
        (RAVINE, "their paths on f(x, y) = x²/20 + y²"),
        (compare_losses::PART, "their training losses on MNIST, 2,000 iterations"),
    ];
    const ON_REQUEST: &'static [(&'static str, &'static str)] = &[
        (RATES, "each of them at eight learning rates, the book's among them; give --runs 10"),
        (LUCK, "what initial weights and mini-batches decide alone; give --runs 10"),
    ];

    fn samples(args: &Args, _: &Self::Flags) -> (usize, usize) {
        if args.part.as_deref() == Some(RAVINE) { (1, 1) } else { compare_losses::SAMPLES }
    }

    fn run<T: Real>(lab: &Lab, _: &NoFlags, report: &mut RunReport) -> Result<(), Failure> {
        if lab.wants(RAVINE) {
            ravine::run::<T>(lab, report)?;
        }
        if lab.wants(compare_losses::PART) {
            mnist::<T>(lab, report)?;
        }
        if lab.wants(RATES) {
            rates::run::<T>(lab, report)?;
        }
        if lab.wants(LUCK) {
            luck::run::<T>(lab, report)?;
        }
        Ok(())
    }
}

fn mnist<T: Real>(lab: &Lab, report: &mut RunReport) -> Result<(), Failure> {
    let compared = |setting: &Setting| Compared {
        name: setting.kind.name(),
        label: setting.label,
        style: Style::solid(setting.label, setting.color).marker(setting.marker, 100),
    };
    let series: Vec<Compared<'_>> = OPTIMIZERS.iter().map(compared).collect();
    let (inputs, classes) = (lab.data().inputs(), lab.data().classes());
    let findings = compare_losses::run(lab, &series, |index, seed| {
        let network = MultiLayerNet::new(inputs, &HIDDEN, classes);
        Contestant::<T>::new(&network, OPTIMIZERS[index].kind, Unit::Series(index).of(seed))
            .expect("fixed settings are valid")
    })?;

    compare_losses::table(report, &series, &findings)?;
    targets::report(report, &series, &findings)?;
    let (losses, by) = compare_losses::last_hundred(&series, &findings);
    report.figure(
        "sec6_1_mnist",
        compare_losses::figure(lab, "Optimizers on MNIST", &series, &findings, 1.0),
        &compare_losses::reading(&series, &losses),
    );
    let notebook = include_str!("../../../../data/reference/sec6_1_mnist_loss.csv");
    compare_losses::beside_the_notebook(report, &findings, notebook);
    let original = include_str!("../../../../data/reference/numpy/sec6_1.csv");
    compare_losses::beside_the_original(report, "sec6_1", &findings, original);

    conclude(report, &findings, by);
    report.record(findings)
}

fn conclude(report: &mut RunReport, findings: &Findings, by: String) {
    let ends = compare_losses::ends_of_each_seed::<4>(findings);
    let held = |holds: fn(&[f64; 4]) -> bool| ends.iter().map(holds).collect::<Vec<bool>>();
    report.conclude(
        "Momentum, AdaGrad and Adam learn faster than SGD",
        "the mean loss of the last 100 iterations of each is below SGD's",
        &held(|[sgd, others @ ..]| others.iter().all(|loss| loss < sgd)),
        by.clone(),
    );
    report.conclude(
        "AdaGrad ends lowest with these settings",
        "its mean loss of the last 100 iterations is the lowest",
        &held(|[sgd, momentum, adagrad, adam]| [sgd, momentum, adam].iter().all(|x| adagrad < x)),
        by,
    );
    let differences = ends.iter().map(|[.., adagrad, adam]| adam - adagrad);
    let difference = Spread::of(&differences.collect::<Vec<f64>>());
    report.conclude(
        "AdaGrad ends lower than Adam",
        "on the same mini-batches, its mean loss of the last 100 iterations is below Adam's",
        &held(|[.., adagrad, adam]| adagrad < adam),
        format!("difference seed by seed: {}", difference.text(4)),
    );
}

/// Matrices start at cache lines: 5 % of a step.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<Optimizers>()
}
