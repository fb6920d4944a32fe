//! Section 6.3: batch normalisation at sixteen scales of the initial weights.

mod figures;
mod lessons;
mod luck;
mod networks;
mod scales;

use std::process::ExitCode;

use experiments::Section;
use experiments::cli::knobs::EpochFlags;
use experiments::cli::{Args, Result};
use experiments::findings::equivalence::{Curves, Quantity};
use experiments::findings::{Findings, Metric, Spread, csv_rows, significant};
use experiments::lab::{Experiment, Lab};
use experiments::luck::LUCK;
use experiments::report::{RunReport, Table};
use networks::{BatchNormSettings, KINDS, SCALES, TRAIN_SIZE, names, weight_scale};
use scales::both;
use training::Real;

const PART: &str = "batchnorm";

struct BatchNormSection;

impl Section for BatchNormSection {
    type Flags = EpochFlags;
    const NAME: &'static str = "sec6_3_batchnorm";
    const ABOUT: &'static str =
        "Section 6.3: training with and without batch normalisation at 16 weight scales";
    const PARTS: &'static [(&'static str, &'static str)] =
        &[(PART, "16 weight scales, plain and with batch normalisation, on 1,000 images")];

    const ON_REQUEST: &'static [(&'static str, &'static str)] =
        &[(LUCK, "what weights, mini-batches and images decide alone; give --runs 10")];

    fn samples(args: &Args, flags: &EpochFlags) -> (usize, usize) {
        let luck = args.part.as_deref() == Some(LUCK);
        (if luck { 60_000 } else { flags.training.train_size.unwrap_or(TRAIN_SIZE) }, 0)
    }

    fn run<T: Real>(lab: &Lab, flags: &EpochFlags, report: &mut RunReport) -> Result<()> {
        let settings = BatchNormSettings::new(lab, flags);
        if lab.wants(LUCK) {
            return luck::run::<T>(lab, &settings, report);
        }
        let findings = train_all::<T>(lab, &settings)?;
        lessons::one_scale(report, &settings, &findings);
        lessons::all_scales(report, &settings, &findings);
        report.results(results(&findings), || notebook(&findings))?;
        beside_the_notebook(report, &findings);
        beside_the_original(report, &findings);
        report.record(findings);
        Ok(())
    }
}

/// Every network of every run, each run on its own mini-batches.
fn train_all<T: Real>(lab: &Lab, settings: &BatchNormSettings) -> Result<Findings> {
    let samples = lab.data.train.clone().first(settings.train_size);
    let (images, plan) = (samples.clone(), settings.plan());
    let make = |unit, seed| settings.contestant(&lab.data, unit, seed);
    let experiment = Experiment::<T>::new(PART, (0..2 * SCALES).map(names), samples, plan, make);
    lab.run_one(experiment.measure(|moment, measured| {
        if let Some(epoch) = plan.step_at(moment.iteration) {
            measured.push(epoch, Metric::TRAIN_ACCURACY, lab.accuracy(moment, &images));
        }
    }))
}

/// Where training ends at each scale.
fn results(findings: &Findings) -> Table {
    let row = |scale| {
        let last = both(findings, scale).map(|series| series.last(Metric::TRAIN_ACCURACY).text(3));
        [vec![significant(weight_scale(scale))], last.into()].concat()
    };
    let title = "Final training accuracy; W is the standard deviation of the initial weights";
    Table::new(title, ["W", KINDS[0].1, KINDS[1].1], (0..SCALES).map(row))
}

/// What the notebook prints: epoch, accuracy without and with batch normalisation.
fn notebook(findings: &Findings) -> Vec<String> {
    let of_scale = |scale: usize| {
        let [plain, normalised] =
            both(findings, scale).map(|series| series.spreads(Metric::TRAIN_ACCURACY));
        let title = format!("=============== {}/{SCALES} ================", scale + 1);
        let line = |((epoch, plain), (_, normalised)): (&(usize, Spread), &(usize, Spread))| {
            format!("epoch:{epoch} / {} - {}", plain.text(3), normalised.text(3))
        };
        let lines = plain.iter().zip(&normalised).map(line);
        std::iter::once(title).chain(lines).collect::<Vec<_>>()
    };
    (0..SCALES).flat_map(of_scale).collect()
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
    for (kind, (_, name, _)) in KINDS.iter().enumerate() {
        quantities.push(Quantity::new(
            format!("{name}: final training accuracy, mean of the scales"),
            move |run| ends(run, kind).iter().sum::<f64>() / SCALES as f64,
        ));
        quantities.push(Quantity::new(format!("{name}: scales that end above 0.5"), move |run| {
            ends(run, kind).iter().filter(|end| **end > 0.5).count() as f64
        }));
    }
    quantities.push(Quantity::new(
        "with batch norm: final training accuracy, lowest of the scales",
        move |run| ends(run, 1).into_iter().fold(f64::INFINITY, f64::min),
    ));
    quantities.push(Quantity::new("scales at which batch norm ends ahead", move |run| {
        ends(run, 0)
            .iter()
            .zip(ends(run, 1))
            .filter(|(plain, normalised)| normalised > plain)
            .count() as f64
    }));
    report.beside_the_original("sec6_3", [&original, &ours], &quantities);
}

/// Matrices start at cache lines: 5 % of a step.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

fn main() -> ExitCode {
    experiments::main::<BatchNormSection>()
}
