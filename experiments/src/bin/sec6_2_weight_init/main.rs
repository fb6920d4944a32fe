//! Section 6.2: initial weights.

mod activations;
mod flags;
mod symmetry;

use std::process::ExitCode;

use activations::ACTIVATIONS;
use anyhow::anyhow;
use experiments::Section;
use experiments::cli::{Args, Failure, Result};
use experiments::compare_losses::{self, Compared, LossSettings};
use experiments::findings::{Findings, Metric};
use experiments::lab::{Lab, Unit};
use experiments::report::{Lesson, RunReport};
use flags::Flags;
use init::Initializer;
use optimizers::OptimizerKind;
use symmetry::SYMMETRY;
use training::Real;
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
    type Flags = Flags;
    const NAME: &'static str = "sec6_2_weight_init";
    const ABOUT: &'static str = "Section 6.2: initial weights, activations and learning";
    const PARTS: &'static [(&'static str, &'static str)] = &[
        (SYMMETRY, "units that start equal stay equal"),
        (ACTIVATIONS, "histograms of the activations of five layers"),
        (compare_losses::PART, "training losses of three initialisers on MNIST, 2,000 iterations"),
    ];

    fn samples(args: &Args, flags: &Flags) -> (usize, usize) {
        if args.part.as_deref() == Some(ACTIVATIONS) { (1, 1) } else { flags.settings.samples() }
    }

    fn run<T: Real>(lab: &Lab, flags: &Flags, report: &mut RunReport) -> Result<()> {
        let own = &lab.own_settings;
        if !own.is_empty() && lab.parts != [compare_losses::PART] {
            return Err(Failure::Usage(anyhow!(
                "{} changes part {PART} only: give --part {PART} as well",
                own.join(", "),
                PART = compare_losses::PART
            )));
        }
        if lab.wants(SYMMETRY) {
            symmetry::run::<T>(lab, report)?;
        }
        if lab.wants(ACTIVATIONS) {
            activations::run::<T>(lab, &flags.activations, report)?;
        }
        if lab.wants(compare_losses::PART) {
            mnist::<T>(lab, &flags.settings, report)?;
        }
        Ok(())
    }
}

fn mnist<T: Real>(lab: &Lab, settings: &LossSettings, report: &mut RunReport) -> Result<()> {
    let lr = settings.lr().unwrap_or(T::optimizer(OptimizerKind::Sgd).lr());
    let series = INITIALIZERS.map(|(name, label, _, color, marker)| Compared {
        name,
        label,
        legend: label.to_owned(),
        color,
        marker,
    });
    let findings = compare_losses::run(lab, settings, &series, |index, seed| {
        let what = (OptimizerKind::Sgd, INITIALIZERS[index].2);
        settings.contestant::<T>(lab, what, Unit::Series(index).of(seed))
    })?;

    let guessing = libm::log(lab.data.classes() as f64);
    report.lesson(lesson(&findings, guessing));
    let named = ("sec6_2_mnist", &*format!("Three initialisers on MNIST, SGD({lr})"));
    compare_losses::figure(report, lab, settings, named, &series, &findings);
    compare_losses::results(report, "initial weights", &findings, Vec::new())?;
    let notebook = include_str!("../../../../data/reference/sec6_2_mnist_loss.csv");
    compare_losses::beside_the_notebook(report, &findings, notebook);
    let original = include_str!("../../../../data/reference/numpy/sec6_2.csv");
    compare_losses::beside_the_original(report, "sec6_2", &findings, original);

    conclude(report, &findings, guessing);
    report.record(findings);
    Ok(())
}

/// A network with a higher loss has learned nothing: in hundredths, as texts tell it, and at least
/// one below that of guessing.
fn stuck_above(guessing: f64) -> f64 {
    (100.0 * guessing - 1.0).floor() / 100.0
}

fn lesson(findings: &Findings, guessing: f64) -> Lesson<'static> {
    let each = compare_losses::ends_of_each_seed::<3>(findings);
    let above = stuck_above(guessing);
    let seeds = |k: &usize| each.iter().filter(|ends| ends[*k] > above).count();
    let stuck: Vec<usize> = (0..3).filter(|k| 2 * seeds(k) > each.len()).collect();
    Lesson {
        question: "A deep network with ReLU starts from three kinds of initial weights. Which of them leaves \
                   its loss where it was, at that of guessing?",
        choices: &["std = 0.01", "Xavier", "He", "none of them"],
        answer: match stuck[..] {
            [] => Some(3),
            [only] => Some(only),
            _ => None,
        },
        see: format!(
            "Guessing has a loss of {guessing:.2}. {} ends at {}, {} at {}, {} at {}.",
            findings.series[0].label,
            findings.series[0].last_hundred(Metric::TRAIN_LOSS).text(2),
            findings.series[1].label,
            findings.series[1].last_hundred(Metric::TRAIN_LOSS).text(2),
            findings.series[2].label,
            findings.series[2].last_hundred(Metric::TRAIN_LOSS).text(2),
        ),
        why: "Each layer of small weights shrinks the signal on its way through the network, and the gradient \
              on its way back. If hardly anything arrives, no layer learns. With He's weights both keep their \
              size through layers of ReLU; with Xavier's their mean square halves at each layer.",
        formula: "<math display=\"block\"><mtext>He</mtext><mspace width=\".5em\"/><mi>σ</mi><mo>=</mo><msqrt>\
                  <mn>2</mn><mo>/</mo><mi>n</mi></msqrt></math>",
        exercise: "With two hidden layers instead of four: does every kind of initial weights learn?",
        flags: "--part mnist --hidden 100,100",
    }
}

fn conclude(report: &mut RunReport, findings: &Findings, guessing: f64) {
    let each = compare_losses::ends_of_each_seed::<3>(findings);
    let held = |holds: &dyn Fn(&[f64; 3]) -> bool| each.iter().map(holds).collect::<Vec<bool>>();
    let ends = compare_losses::listed(&compare_losses::ends(findings));
    let stuck = stuck_above(guessing);
    report.conclude(
        "std = 0.01 does not learn",
        &format!(
            "its mean loss of the last 100 iterations is above {stuck:.2}; guessing has {guessing:.2}"
        ),
        &held(&|[small, ..]| *small > stuck),
        ends.clone(),
    );
    report.conclude(
        "He learns faster than Xavier with ReLU",
        "its mean loss of the last 100 iterations is below Xavier's",
        &held(&|[_, xavier, he]| he < xavier),
        ends,
    );
    let early = [1, 2].map(|series: usize| findings.series[series].at(Metric::TRAIN_LOSS, EARLY));
    // There is no such iteration in a short run.
    if early[0].runs > 0 {
        let held = findings.each_seed(|one| {
            let [xavier, he] =
                [1, 2].map(|series: usize| one.series[series].at(Metric::TRAIN_LOSS, EARLY));
            he.mean < xavier.mean
        });
        report.conclude(
            "after 400 iterations He's loss is below Xavier's",
            "its loss on the mini-batch of iteration 400, which both see, is below Xavier's",
            &held,
            format!("Xavier {}, He {}", early[0].text(3), early[1].text(3)),
        );
    }
}

/// Matrices start at cache lines: 5 % of a step.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<WeightInit>()
}
