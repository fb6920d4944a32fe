//! Section 6.1: four optimizers in a ravine and on MNIST.

mod luck;
mod rates;
mod ravine;
mod settings;
mod targets;

use std::process::ExitCode;

use experiments::Section;
use experiments::cli::{Args, Result};
use experiments::compare_losses::{self, Compared, LossSettings};
use experiments::findings::{Findings, Spread};
use experiments::lab::Lab;
use experiments::luck::LUCK;
use experiments::report::{Lesson, RunReport};
use rates::RATES;
use ravine::RAVINE;
use settings::{OPTIMIZERS, Setting};
use training::Real;

struct Optimizers;

impl Section for Optimizers {
    type Flags = LossSettings;
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

    fn samples(args: &Args, settings: &LossSettings) -> (usize, usize) {
        if args.part.as_deref() == Some(RAVINE) { (1, 1) } else { settings.samples() }
    }

    fn run<T: Real>(lab: &Lab, settings: &LossSettings, report: &mut RunReport) -> Result<()> {
        if lab.wants(RAVINE) {
            ravine::run::<T>(lab, settings, report)?;
        }
        if lab.wants(compare_losses::PART) {
            mnist::<T>(lab, settings, report)?;
        }
        if lab.wants(RATES) {
            rates::run::<T>(lab, settings, report)?;
        }
        if lab.wants(LUCK) {
            luck::run::<T>(lab, settings, report)?;
        }
        Ok(())
    }
}

fn mnist<T: Real>(lab: &Lab, settings: &LossSettings, report: &mut RunReport) -> Result<()> {
    let rates = OPTIMIZERS.iter().map(|setting| {
        let books = T::optimizer(setting.kind).lr();
        settings.lr().unwrap_or(books).to_string()
    });
    let rates: Vec<String> = rates.collect();
    let compared = |(setting, rate): (&Setting, &String)| Compared {
        name: setting.kind.name(),
        label: setting.label,
        legend: format!("{}, lr {rate}", setting.label),
        color: setting.color,
        marker: setting.marker,
    };
    let series: Vec<Compared> = OPTIMIZERS.iter().zip(&rates).map(compared).collect();
    let findings = compare_losses::run(lab, settings, &series, |index, seed| {
        settings::contestant::<T>(lab, settings, index, seed)
    })?;

    let labels: Vec<&str> = series.iter().map(|series| series.label).collect();
    report.lesson(lesson(&findings, &labels));
    let columns = [("learning rate".to_owned(), rates)].into_iter();
    let columns = columns.chain(targets::columns(&findings)).collect();
    compare_losses::results(report, "optimizer", &findings, columns)?;
    targets::report(report, &findings);
    let named = ("sec6_1_mnist", "Optimizers on MNIST");
    compare_losses::figure(report, lab, settings, named, &series, &findings);
    let notebook = include_str!("../../../../data/reference/sec6_1_mnist_loss.csv");
    compare_losses::beside_the_notebook(report, &findings, notebook);
    let original = include_str!("../../../../data/reference/numpy/sec6_1.csv");
    compare_losses::beside_the_original(report, "sec6_1", &findings, original);

    conclude(report, &findings);
    report.record(findings);
    Ok(())
}

fn lesson<'a>(findings: &Findings, labels: &'a [&'a str]) -> Lesson<'a> {
    let each = compare_losses::ends_of_each_seed::<4>(findings);
    let ahead = each.iter().filter(|[.., adagrad, adam]| adagrad < adam).count();
    let ends = compare_losses::ends(findings);
    let ((first, lowest), (last, highest)) = (ends[0], ends[ends.len() - 1]);
    let ratio = highest.mean / lowest.mean;
    let ends = if ratio.is_finite() {
        format!("{last} ends at {ratio:.1} times the loss of {first}.")
    } else {
        "Not every loss stayed finite.".to_owned()
    };
    Lesson {
        question: "Four networks of one size see the same mini-batches, each with another optimizer. Whose \
                   training loss is the lowest at the end?",
        choices: labels,
        answer: compare_losses::winner(findings),
        see: format!("{ends} AdaGrad ends below Adam in {ahead} of {} seeds.", each.len()),
        why: "SGD steps by the learning rate times the gradient, however small that is. Momentum adds up steps \
              of the same direction, to as much as ten times the length. AdaGrad and Adam divide each weight's \
              step by the size of its own gradients, so that a first step changes every weight by about the \
              learning rate. Learning rates of different methods therefore do not compare: --part rates of \
              the program tries eight of each.",
        formula: FORMULA,
        exercise: "Give all four the learning rate 0.1: who gains, and who falls apart?",
        flags: "--part mnist --lr 0.1",
    }
}

const FORMULA: &str = "<math display=\"block\"><mtext>SGD</mtext><mspace width=\".5em\"/><mi>W</mi><mo>←</mo>\
    <mi>W</mi><mo>−</mo><mi>η</mi><mi>g</mi></math>\
    <math display=\"block\"><mtext>Momentum</mtext><mspace width=\".5em\"/><mi>v</mi><mo>←</mo><mi>α</mi><mi>v</mi><mo>−</mo><mi>η</mi><mi>g</mi><mo>,</mo>\
    <mspace width=\".5em\"/><mi>W</mi><mo>←</mo><mi>W</mi><mo>+</mo><mi>v</mi></math>";

fn conclude(report: &mut RunReport, findings: &Findings) {
    let each = compare_losses::ends_of_each_seed::<4>(findings);
    let held = |holds: fn(&[f64; 4]) -> bool| each.iter().map(holds).collect::<Vec<bool>>();
    let ends = compare_losses::listed(&compare_losses::ends(findings));
    report.conclude(
        "Momentum, AdaGrad and Adam learn faster than SGD",
        "the mean loss of the last 100 iterations of each is below SGD's",
        &held(|[sgd, others @ ..]| others.iter().all(|loss| loss < sgd)),
        ends.clone(),
    );
    report.conclude(
        "AdaGrad ends lowest with these settings",
        "its mean loss of the last 100 iterations is the lowest",
        &held(|[sgd, momentum, adagrad, adam]| [sgd, momentum, adam].iter().all(|x| adagrad < x)),
        ends,
    );
    let differences = each.iter().map(|[.., adagrad, adam]| adam - adagrad);
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
