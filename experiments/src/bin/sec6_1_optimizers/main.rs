//! Section 6.1: four optimizers in a ravine and on MNIST.

mod ravine;

use std::process::ExitCode;

use experiments::compare_losses::{self, HIDDEN, Series, last_hundred};
use experiments::curves::Style;
use experiments::{Args, Conclusion, Failure, NoFlags, Printed, Run, Section};
use init::Seed;
use layers::MultiLayerNet;
use optimizers::OptimizerKind;
use ravine::RAVINE;
use training::{Contestant, Real};
use viz::{Color, Marker};

/// Names in files, names in the table, colours and markers.
const OPTIMIZERS: [(&str, &str, Color, Marker); 4] = [
    ("sgd", "SGD", Color::VERMILLION, Marker::Circle),
    ("momentum", "Momentum", Color::ORANGE, Marker::Cross),
    ("adagrad", "AdaGrad", Color::BLUE, Marker::Square),
    ("adam", "Adam", Color::GREEN, Marker::Diamond),
];

struct Optimizers;

impl Section for Optimizers {
    type Flags = NoFlags;
    const NAME: &'static str = "sec6_1_optimizers";
    const ABOUT: &'static str = "Section 6.1: SGD, Momentum, AdaGrad and Adam compared";
    const PARTS: &'static [(&'static str, &'static str)] = &[
        (RAVINE, "the paths of the four on f(x, y) = x²/20 + y²"),
        (compare_losses::PART, "training losses of the four on MNIST, 2,000 iterations"),
    ];

    fn samples(args: &Args) -> (usize, usize) {
        if args.part.as_deref() == Some(RAVINE) { (1, 1) } else { compare_losses::SAMPLES }
    }

    fn printed() -> Vec<Printed> {
        let text = include_str!("../../../../data/reference/sec6_1_mnist_loss.csv");
        compare_losses::printed(text, &OPTIMIZERS.map(|(name, ..)| name))
    }

    fn run<T: Real>(run: &mut Run, _: &NoFlags) -> Result<(), Failure> {
        if run.wants(RAVINE) {
            ravine::run::<T>(run)?;
        }
        if run.wants(compare_losses::PART) {
            mnist::<T>(run)?;
        }
        Ok(())
    }

    fn conclusions(run: &Run, _: &NoFlags) -> Vec<Conclusion> {
        let mut conclusions = Vec::new();
        if run.wants(RAVINE) {
            conclusions.push(ravine::conclusion(run));
        }
        if run.wants(compare_losses::PART) {
            let bands = OPTIMIZERS.map(|(name, ..)| last_hundred(run.metrics(), name));
            let [sgd, momentum, adagrad, adam] = bands;
            let numbers = OPTIMIZERS.iter().zip(&bands);
            let numbers: Vec<_> =
                numbers.map(|((_, label, ..), band)| format!("{label} {}", band.text(3))).collect();
            let by = format!("mean loss of the last 100 iterations: {}", numbers.join(", "));
            conclusions.push(Conclusion::new(
                "Momentum, AdaGrad and Adam learn faster than SGD",
                momentum.mean.max(adagrad.mean).max(adam.mean) < sgd.mean,
                by.clone(),
            ));
            conclusions.push(Conclusion::new(
                "AdaGrad ends lowest with these settings",
                adagrad.mean < momentum.mean.min(adam.mean),
                by,
            ));
        }
        conclusions
    }
}

/// The same four; on MNIST with the book's defaults, which are the notebook's.
const KINDS: [OptimizerKind; 4] =
    [OptimizerKind::Sgd, OptimizerKind::Momentum, OptimizerKind::AdaGrad, OptimizerKind::Adam];

fn mnist<T: Real>(run: &mut Run) -> Result<(), Failure> {
    let series = OPTIMIZERS.map(|(name, label, color, marker)| Series {
        name,
        label,
        style: Style::solid(label, color).marker(marker, 100),
    });
    let (inputs, classes) = (run.data().inputs(), run.data().classes());
    compare_losses::run(run, &series, |index, seed: Seed| {
        let network = MultiLayerNet::new(inputs, &HIDDEN, classes);
        Contestant::<T>::new(&network, KINDS[index], seed).expect("fixed settings are valid")
    })?;
    let figure = compare_losses::figure(run, "Four optimizers on MNIST", &series, 1.0);
    run.figure(
        "sec6_1_mnist",
        figure,
        "AdaGrad, Adam and Momentum learn faster than SGD at these learning rates.",
    );
    Ok(())
}

/// Matrices begin on cache lines.
#[global_allocator]
static ALLOCATOR: tensor_ops::LineAllocator = tensor_ops::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<Optimizers>()
}
