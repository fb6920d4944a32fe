//! Section 6.2: initial weights.

mod activations;
mod flags;
mod symmetry;

use std::process::ExitCode;

use activations::ACTIVATIONS;
use experiments::Section;
use experiments::cli::{Args, Failure};
use experiments::compare_losses::{self, Compared, HIDDEN};
use experiments::findings::{Findings, Metric};
use experiments::lab::{Lab, Unit};
use experiments::report::RunReport;
use experiments::report::curves::Style;
use flags::ActivationFlags;
use init::Initializer;
use layers::MultiLayerNet;
use optimizers::OptimizerKind;
use symmetry::SYMMETRY;
use training::{Contestant, Real};
use viz::{Color, Marker};

/// Name in files, name in the notebook's table, initialiser, colour, marker.
const INITIALIZERS: [(&str, &str, Initializer, Color, Marker); 3] = [
    (
        "std=0.01",
        "std = 0.01",
        Initializer::Normal { std: 0.01 },
        Color::VERMILLION,
        Marker::Circle,
    ),
    ("xavier", "Xavier", Initializer::Xavier, Color::ORANGE, Marker::Square),
    ("he", "He", Initializer::He, Color::BLUE, Marker::Diamond),
];

/// The iteration at which He's head start over Xavier is judged.
const EARLY: usize = 400;

struct WeightInit;

impl Section for WeightInit {
    type Flags = ActivationFlags;
    const NAME: &'static str = "sec6_2_weight_init";
    const ABOUT: &'static str = "Section 6.2: initial weights, activations and learning";
    const PARTS: &'static [(&'static str, &'static str)] = &[
        (SYMMETRY, "units that start equal stay equal"),
        (ACTIVATIONS, "histograms of the activations of five layers"),
        (compare_losses::PART, "training losses of three initialisers on MNIST, 2,000 iterations"),
    ];

    fn samples(args: &Args, _: &Self::Flags) -> (usize, usize) {
        if args.part.as_deref() == Some(ACTIVATIONS) { (1, 1) } else { compare_losses::SAMPLES }
    }

    fn run<T: Real>(
        lab: &Lab,
        flags: &ActivationFlags,
        report: &mut RunReport,
    ) -> Result<(), Failure> {
        if lab.wants(SYMMETRY) {
            symmetry::run::<T>(lab, report)?;
        }
        if lab.wants(ACTIVATIONS) {
            activations::run::<T>(lab, flags, report)?;
        }
        if lab.wants(compare_losses::PART) {
            mnist::<T>(lab, report)?;
        }
        Ok(())
    }
}

fn mnist<T: Real>(lab: &Lab, report: &mut RunReport) -> Result<(), Failure> {
    let series = INITIALIZERS.map(|(name, label, _, color, marker)| Compared {
        name,
        label,
        style: Style::solid(label, color).marker(marker, 100),
    });
    let (inputs, classes) = (lab.data().inputs(), lab.data().classes());
    let findings = compare_losses::run(lab, &series, |index, seed| {
        let network =
            MultiLayerNet::new(inputs, &HIDDEN, classes).initializer(INITIALIZERS[index].2);
        Contestant::<T>::new(&network, OptimizerKind::Sgd, Unit::Series(index).of(seed))
            .expect("fixed settings are valid")
    })?;

    compare_losses::table(report, &series, &findings)?;
    let title = "Three initialisers on MNIST, SGD(0.01)";
    let (losses, by) = compare_losses::last_hundred(&series, &findings);
    report.figure(
        "sec6_2_mnist",
        compare_losses::figure(lab, title, &series, &findings, 2.5),
        &compare_losses::reading(&series, &losses),
    );
    let notebook = include_str!("../../../../data/reference/sec6_2_mnist_loss.csv");
    compare_losses::beside_the_notebook(report, &findings, notebook);
    let original = include_str!("../../../../data/reference/numpy/sec6_2.csv");
    compare_losses::beside_the_original(report, "sec6_2", &findings, original);

    conclude(report, &findings, by);
    report.record(findings)
}

fn conclude(report: &mut RunReport, findings: &Findings, by: String) {
    let ends = compare_losses::ends_of_each_seed::<3>(findings);
    let held = |holds: fn(&[f64; 3]) -> bool| ends.iter().map(holds).collect::<Vec<bool>>();
    report.conclude(
        "std = 0.01 does not learn",
        "its mean loss of the last 100 iterations is above 2.29; guessing has 2.30",
        &held(|[small, ..]| *small > 2.29),
        by.clone(),
    );
    report.conclude(
        "He learns faster than Xavier with ReLU",
        "its mean loss of the last 100 iterations is below Xavier's",
        &held(|[_, xavier, he]| he < xavier),
        by,
    );
    let early = |series: usize| findings.series[series].at(Metric::TRAIN_LOSS, EARLY);
    let held = findings.each_seed(|one| {
        let [xavier, he] =
            [1, 2].map(|series: usize| one.series[series].at(Metric::TRAIN_LOSS, EARLY));
        he.mean < xavier.mean
    });
    report.conclude(
        "after 400 iterations He's loss is below Xavier's",
        "its loss on the mini-batch of iteration 400, which both see, is below Xavier's",
        &held,
        format!("Xavier {}, He {}", early(1).text(3), early(2).text(3)),
    );
}

/// Matrices start at cache lines: 5 % of a step.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<WeightInit>()
}
