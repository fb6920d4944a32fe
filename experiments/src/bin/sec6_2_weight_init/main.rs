//! Section 6.2: what the first weights decide.

mod activations;
mod symmetry;

use std::process::ExitCode;

use activations::ACTIVATIONS;
use experiments::compare_losses::{self, HIDDEN, Series, last_hundred};
use experiments::curves::Style;
use experiments::{Args, Conclusion, Failure, Printed, Run, Section};
use init::{Initializer, Seed};
use layers::MultiLayerNet;
use optimizers::OptimizerKind;
use symmetry::SYMMETRY;
use training::{Contestant, Real};
use viz::{Color, Marker};

/// Names in files, in the notebook's table, initialisers, colours and markers.
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

/// Flags of this section.
#[derive(Clone, Debug, clap::Args)]
pub struct Flags {
    /// Draw the histograms over [0, 1] as the notebook does; half of tanh then falls outside
    #[arg(long)]
    pub book_range: bool,
    /// Use one weight matrix for all five layers, as the notebook does
    #[arg(long)]
    pub same_weights: bool,
}

struct WeightInit;

impl Section for WeightInit {
    type Flags = Flags;
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

    fn printed() -> Vec<Printed> {
        let text = include_str!("../../../../data/reference/sec6_2_mnist_loss.csv");
        compare_losses::printed(text, &INITIALIZERS.map(|(name, ..)| name))
    }

    fn run<T: Real>(run: &mut Run, flags: &Flags) -> Result<(), Failure> {
        if run.wants(SYMMETRY) {
            symmetry::run::<T>(run)?;
        }
        if run.wants(ACTIVATIONS) {
            activations::run::<T>(run, flags)?;
        }
        if run.wants(compare_losses::PART) {
            mnist::<T>(run)?;
        }
        Ok(())
    }

    fn conclusions(run: &Run, _: &Flags) -> Vec<Conclusion> {
        let mut conclusions = Vec::new();
        if run.wants(SYMMETRY) {
            conclusions.push(symmetry::conclusion(run));
        }
        if run.wants(ACTIVATIONS) {
            conclusions.extend(activations::conclusions(run));
        }
        if run.wants(compare_losses::PART) {
            let bands = INITIALIZERS.map(|(name, ..)| last_hundred(run.metrics(), name));
            let numbers = INITIALIZERS.iter().zip(&bands);
            let numbers: Vec<_> =
                numbers.map(|((_, label, ..), band)| format!("{label} {}", band.text(3))).collect();
            let by = format!("mean loss of the last 100 iterations: {}", numbers.join(", "));
            let [small, xavier, he] = bands.map(|band| band.mean);
            conclusions.push(Conclusion::new(
                "std = 0.01 does not learn",
                small > 2.29,
                by.clone(),
            ));
            conclusions.push(Conclusion::new(
                "He learns faster than Xavier with ReLU",
                he < xavier,
                by,
            ));
        }
        conclusions
    }
}

fn mnist<T: Real>(run: &mut Run) -> Result<(), Failure> {
    let series = INITIALIZERS.map(|(name, label, _, color, marker)| Series {
        name,
        label,
        style: Style::solid(label, color).marker(marker, 100),
    });
    let (inputs, classes) = (run.data().inputs(), run.data().classes());
    compare_losses::run(run, &series, |index, seed: Seed| {
        let network =
            MultiLayerNet::new(inputs, &HIDDEN, classes).initializer(INITIALIZERS[index].2);
        Contestant::<T>::new(&network, OptimizerKind::Sgd, seed).expect("fixed settings are valid")
    })?;
    let figure =
        compare_losses::figure(run, "Three initialisers on MNIST, SGD(0.01)", &series, 2.5);
    run.figure(
        "sec6_2_mnist",
        figure,
        "With std = 0.01 the network does not learn; He starts learning at once, Xavier some \
         hundred iterations later.",
    );
    Ok(())
}

/// Matrices begin on cache lines.
#[global_allocator]
static ALLOCATOR: tensor_ops::LineAllocator = tensor_ops::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<WeightInit>()
}
