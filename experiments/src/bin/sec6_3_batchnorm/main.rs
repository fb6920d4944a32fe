//! Section 6.3: batch normalisation at sixteen scales of the initial weights.

mod luck;
mod networks;

use std::process::ExitCode;

use experiments::Section;
use experiments::cli::{Args, Failure, NoFlags};
use experiments::findings::equivalence::{Curves, Quantity};
use experiments::findings::{Findings, Metric, Series, csv_rows, significant};
use experiments::lab::{Experiment, Lab};
use experiments::luck::LUCK;
use experiments::report::RunReport;
use experiments::report::curves::{Style, curve};
use networks::{BATCH_SIZE, HIDDEN, KINDS, SCALES, TRAIN_SIZE, contestant, series, weight_scale};
use training::{Plan, Real};
use viz::{Axis, Color, Corner, Figure, Line, Marker, Note, Panel};

const PART: &str = "batchnorm";
const ITER_PER_EPOCH: usize = TRAIN_SIZE / BATCH_SIZE;
/// The scale of the opening figure, 0.0136: well within what batch normalisation is for.
const OPENING: usize = 7;

struct BatchNormSection;

impl Section for BatchNormSection {
    type Flags = NoFlags;
    const NAME: &'static str = "sec6_3_batchnorm";
    const ABOUT: &'static str =
        "Section 6.3: training with and without batch normalisation at 16 weight scales";
    const PARTS: &'static [(&'static str, &'static str)] =
        &[(PART, "16 weight scales, plain and with batch normalisation, on 1,000 images")];

    const ON_REQUEST: &'static [(&'static str, &'static str)] =
        &[(LUCK, "what weights, mini-batches and images decide alone; give --runs 10")];

    fn samples(args: &Args) -> (usize, usize) {
        if args.part.as_deref() == Some(LUCK) { (60_000, 0) } else { (TRAIN_SIZE, 0) }
    }

    fn run<T: Real>(lab: &Lab, _: &NoFlags, report: &mut RunReport) -> Result<(), Failure> {
        if lab.wants(LUCK) {
            return luck::run::<T>(lab, report);
        }
        let epochs = lab.scaled(20, 3);
        let findings = train_all::<T>(lab, epochs)?;
        print_table(report, &findings)?;
        draw(report, lab, &findings, epochs);
        beside_the_notebook(report, &findings);
        beside_the_original(report, &findings);
        conclude(report, &findings);
        report.record(findings)
    }
}

/// The series of a scale: without batch normalisation, and with it.
fn both(findings: &Findings, scale: usize) -> [&Series; 2] {
    [0, 1].map(|kind| &findings.series[2 * scale + kind])
}

/// Mean accuracy at the end.
fn last(findings: &Findings, scale: usize, kind: usize) -> f64 {
    both(findings, scale)[kind].last(Metric::TRAIN_ACCURACY).mean
}

/// Every network of every run, each run on its own mini-batches.
fn train_all<T: Real>(lab: &Lab, epochs: usize) -> Result<Findings, Failure> {
    let samples = lab.data().train.clone().first(TRAIN_SIZE);
    let blocks = samples.blocks::<T>();
    let plan = Plan::epochs(epochs, BATCH_SIZE, TRAIN_SIZE);
    let make = |unit, seed| contestant(lab.data(), unit, seed);
    let experiment = Experiment::new(PART, (0..2 * SCALES).map(series), samples, plan, make);
    lab.run_one(experiment.measure(|moment, measured| {
        if let Some(epoch) = plan.step_at(moment.iteration) {
            measured.push(epoch, Metric::TRAIN_ACCURACY, lab.accuracy(moment, &blocks));
        }
    }))
}

/// The notebook's table: epoch, accuracy without and with batch normalisation.
fn print_table(report: &mut RunReport, findings: &Findings) -> Result<(), Failure> {
    for scale in 0..SCALES {
        let [plain, normalised] =
            both(findings, scale).map(|series| series.spreads(Metric::TRAIN_ACCURACY));
        report.say(&format!("=============== {}/{SCALES} ================", scale + 1))?;
        for ((epoch, plain), (_, normalised)) in plain.iter().zip(&normalised) {
            report.say(&format!("epoch:{epoch} / {} - {}", plain.text(3), normalised.text(3)))?;
        }
    }
    Ok(())
}

/// The grid of 16 scales, and the opening figure at one of them.
fn draw(report: &mut RunReport, lab: &Lab, findings: &Findings, epochs: usize) {
    let network = lab.data().layers(&HIDDEN);
    let settings = format!("1,000 training images, {network}, SGD(0.01)");
    let grid = Figure::new("Batch normalisation at 16 scales of the initial weights")
        .subtitle(lab.subtitle(&settings))
        .grid(4, 4)
        .panels((0..SCALES).map(|scale| panel(findings, scale, epochs)));
    let learn = |kind: usize| {
        let ends = (0..SCALES).map(|scale| last(findings, scale, kind));
        ends.filter(|accuracy| *accuracy > 0.5).count()
    };
    let reading = format!(
        "W is the standard deviation of the initial weights. Accuracy ends above 0.5 at {} of {SCALES} scales \
         without batch normalisation, at {} with it. A cross marks where parameters became NaN.",
        learn(0),
        learn(1)
    );
    report.figure("sec6_3_batchnorm", grid, &reading);
    let opening = Figure::new("Training with and without batch normalisation")
        .subtitle(lab.subtitle(&settings))
        .panel(panel(findings, OPENING, epochs));
    let [plain, normalised] = [0, 1].map(|kind| last(findings, OPENING, kind));
    let reading = format!(
        "At this scale, training accuracy ends at {plain:.3} without batch normalisation, at {normalised:.3} \
         with it."
    );
    report.figure("sec6_3_opening", opening, &reading);
}

/// Training accuracy by epoch at one scale.
fn panel(findings: &Findings, scale: usize, epochs: usize) -> Panel {
    let styles = [
        Style::dashed("without batch norm", Color::VERMILLION),
        Style::solid("with batch norm", Color::BLUE),
    ];
    let mut panel = Panel::new(format!("W: {}", significant(weight_scale(scale))))
        .x_axis(Axis::linear("epoch", 0.0, (epochs - 1) as f64))
        .y_axis(Axis::linear("training accuracy", 0.0, 1.0));
    for (series, style) in both(findings, scale).into_iter().zip(&styles) {
        panel = panel.marks(curve(series, Metric::TRAIN_ACCURACY, style));
        panel = mark_diverged(panel, series, style);
    }
    panel
}

/// A cross where each run diverged, and how many did.
fn mark_diverged(panel: Panel, series: &Series, style: &Style<'_>) -> Panel {
    let diverged = series.values(Metric::DIVERGED);
    let count: usize = diverged.iter().map(|(_, runs)| runs.len()).sum();
    if count == 0 {
        return panel;
    }
    let accuracy = series.spreads(Metric::TRAIN_ACCURACY);
    let crosses = diverged.iter().filter_map(|(iteration, _)| {
        // Beside the first accuracy that is measured after it.
        let next = |(epoch, _): &&(usize, _)| epoch * ITER_PER_EPOCH >= *iteration;
        let (_, spread) = accuracy.iter().find(next).or(accuracy.last())?;
        Some((*iteration as f64 / ITER_PER_EPOCH as f64, spread.mean))
    });
    let text = match series.runs.len() {
        1 => "diverged".to_owned(),
        runs => format!("{count} of {runs} diverged"),
    };
    panel
        .mark(Line::new(style.color, crosses).marker(Marker::Cross, 1))
        .mark(Note::corner(Corner::UpperLeft, &text).color(style.color))
}

/// Its file has a row an epoch of a scale: scale, …, epoch, accuracy without, accuracy with.
fn beside_the_notebook(report: &mut RunReport, findings: &Findings) {
    let rows = csv_rows(include_str!("../../../../data/reference/sec6_3_train_accuracy.csv"));
    for (kind, column) in [(0, 3), (1, 4)] {
        for scale in 0..SCALES {
            let of_scale = rows.iter().filter(|row| row[0] as usize == scale + 1);
            let printed = of_scale.map(|row| (row[2] as usize, row[column]));
            let series = both(findings, scale)[kind];
            report.beside_the_notebook(PART, series, Metric::TRAIN_ACCURACY, printed);
        }
    }
}

/// Each scale by its final accuracy, and what the section says of all of them.
fn beside_the_original(report: &mut RunReport, findings: &Findings) {
    let csv = include_str!("../../../../data/reference/numpy/sec6_3.csv");
    let names = findings.series.iter().map(|series| (series.name.clone(), "train_accuracy"));
    let original = Curves::read(csv, &names.collect::<Vec<_>>());
    let ours = findings
        .series
        .iter()
        .map(|series| Curves::of(&series.name, series, Metric::TRAIN_ACCURACY));
    let ours: Vec<Curves> = ours.collect();
    let mut quantities: Vec<Quantity<'_>> = (0..2 * SCALES)
        .map(|k| Quantity::last(format!("{}: final training accuracy", ours[k].name), k))
        .collect();
    // The final accuracies of one of the two kinds, by scale.
    let ends = |run: &[&[f64]], kind: usize| -> Vec<f64> {
        run.iter().skip(kind).step_by(2).map(|curve| curve[curve.len() - 1]).collect()
    };
    for (kind, (name, _)) in KINDS.iter().enumerate() {
        quantities.push(Quantity::new(
            format!("{name}: final training accuracy, mean of the scales"),
            move |run| ends(run, kind).iter().sum::<f64>() / SCALES as f64,
        ));
        quantities.push(Quantity::new(format!("{name}: scales that end above 0.5"), move |run| {
            ends(run, kind).iter().filter(|end| **end > 0.5).count() as f64
        }));
    }
    quantities.push(Quantity::new(
        "batchnorm: final training accuracy, lowest of the scales",
        move |run| ends(run, 1).into_iter().fold(f64::INFINITY, f64::min),
    ));
    quantities.push(Quantity::new("scales at which batchnorm ends ahead", move |run| {
        ends(run, 0)
            .iter()
            .zip(ends(run, 1))
            .filter(|(plain, normalised)| normalised > plain)
            .count() as f64
    }));
    report.beside_the_original("sec6_3", [&original, &ours], &quantities);
}

fn conclude(report: &mut RunReport, findings: &Findings) {
    let worst = |findings: &Findings| {
        (0..SCALES).map(|scale| last(findings, scale, 1)).fold(f64::INFINITY, f64::min)
    };
    let learns =
        |findings: &Findings| (0..SCALES).filter(|&scale| last(findings, scale, 0) > 0.5).count();
    let behind = |findings: &Findings| -> Vec<usize> {
        let [plain, normalised] = [0, 1].map(|kind| move |scale| last(findings, scale, kind));
        (0..SCALES).filter(|&scale| normalised(scale) <= plain(scale)).collect()
    };
    report.conclude(
        "with batch normalisation the network learns at every scale",
        "its final accuracy is above 0.3 at each scale",
        &findings.each_seed(|one| worst(one) > 0.3),
        format!("the lowest final accuracy over the scales is {:.3}", worst(findings)),
    );
    report.conclude(
        "without it, learning depends on the scale of the initial weights",
        "its final accuracy is above 0.5 at fewer than half of the scales",
        &findings.each_seed(|one| learns(one) < SCALES / 2),
        format!("{} of {SCALES} scales end above 0.5", learns(findings)),
    );
    let ahead = |behind: &[usize]| SCALES - behind.len();
    let held = findings.each_seed(|one| ahead(&behind(one)) >= 13);
    let behind = behind(findings);
    let scales = behind.iter().map(|&scale| significant(weight_scale(scale)));
    let (ahead, behind) = (ahead(&behind), scales.collect::<Vec<_>>().join(", "));
    report.conclude(
        "batch normalisation is ahead at almost every scale",
        "its final accuracy is higher at 13 scales or more",
        &held,
        format!("ahead at {ahead} of {SCALES} scales; plain ahead at {behind}"),
    );
}

/// Matrices start at cache lines: 5 % of a step.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<BatchNormSection>()
}
