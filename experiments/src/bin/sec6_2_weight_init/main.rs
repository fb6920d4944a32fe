//! Section 6.2: initial weights.

mod activations;
mod flags;
mod symmetry;

use std::process::ExitCode;

use activations::ACTIVATIONS;
use experiments::Section;
use experiments::cli::{Args, Failure};
use experiments::compare_losses::{self, Compared, HIDDEN};
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

    fn samples(args: &Args) -> (usize, usize) {
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

    let [small, xavier, he] = [0, 1, 2].map(|series: usize| losses[series].mean);
    report.conclude("std = 0.01 does not learn", small > 2.29, by.clone());
    report.conclude("He learns faster than Xavier with ReLU", he < xavier, by);
    report.record(findings)
}

/// Matrices start at cache lines: 5 % of a step.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<WeightInit>()
}
