//! 6.2.1: units that start with equal weights stay equal.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use experiments::cli::Result;
use experiments::findings::{Findings, Metric};
use experiments::lab::{Experiment, Lab, Unit};
use experiments::report::{Lesson, RunReport, Table};
use init::Initializer;
use layers::{MultiLayerNet, Sequential};
use nalgebra::DMatrix;
use optimizers::OptimizerKind;
use tensor_ops::Sparse;
use training::{Contestant, Plan, Real, Samples};
use viz::{Axis, Figure, Grid, HeatMap, Panel};

/// The name of the part.
pub const SYMMETRY: &str = "symmetry";
const UNITS: usize = 100;
/// Name in files, name for readers, initial weights.
const CASES: [(&str, &str, Initializer); 3] = [
    ("zeros", "all weights 0", Initializer::Zeros),
    ("constant", "all weights 0.01", Initializer::Constant { value: 0.01 }),
    ("he", "He", Initializer::He),
];
/// The weights of the two hidden layers.
const HIDDEN_WEIGHTS: [&str; 2] = ["0.weight", "2.weight"];
/// The place of the second hidden layer's ReLU among the layers.
const OUTPUT: usize = 3;
/// The figure shows the outputs of the first units for the first images.
const SHOWN: (usize, usize) = (30, 12);
/// The number of different units of a layer.
const DISTINCT_UNITS: Metric = Metric::new("distinct_units");

/// Trains three networks that differ in their initial weights only, and counts the different units
/// of each hidden layer.
pub fn run<T: Real>(lab: &Lab, report: &mut RunReport) -> Result<()> {
    let plan = Plan::updates(lab.scaled(100, 20), 100);
    let (inputs, classes) = (lab.data.inputs(), lab.data.classes());
    let contestant = |case: usize, seed| {
        let network = MultiLayerNet::new(inputs, &[UNITS; 2], classes).initializer(CASES[case].2);
        Contestant::<T>::new(&network, OptimizerKind::Sgd, Unit::Series(case).of(seed))
            .expect("fixed settings are valid")
    };
    let samples = lab.data.train.clone().first(1000);
    // Of the first seed: for the figure, not for the files.
    let shown: Mutex<BTreeMap<usize, Vec<f64>>> = Mutex::default();
    let series = CASES.map(|(name, label, _)| (name, label));
    let experiment = Experiment::new(SYMMETRY, series, samples, plan, contestant).finish(
        |(case, seed), network, samples, measured| {
            for (layer, weight) in HIDDEN_WEIGHTS.into_iter().enumerate() {
                let weights = &network.param(weight).expect("two hidden layers").value;
                measured.push(layer, DISTINCT_UNITS, distinct_columns(weights) as f64);
            }
            if seed == lab.args.seed {
                let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
                shown.insert(case, outputs(network, samples));
            }
        },
    );
    let findings = lab.run_one(experiment)?;

    let [zeros, constant, he] = most(&findings);
    let counts =
        format!("{} ({zeros}), {} ({constant}), {} ({he})", CASES[0].1, CASES[1].1, CASES[2].1);
    report.lesson(lesson(&findings, &counts));
    let shown = shown.into_inner().unwrap_or_else(PoisonError::into_inner);
    report.figure(
        "sec6_2_symmetry",
        figure(lab, &plan, shown.into_values().collect()),
        &format!(
            "A column is a unit, a row an image: copies have equal columns. Different units of {UNITS}, at most: \
             {counts}."
        ),
    );
    table(report, &findings);
    report.conclude(
        "units that start with equal weights stay equal",
        "after training, a layer has 1 distinct unit with zeros, 1 with a constant, 100 with He",
        &findings.each_seed(|one| most(one) == [1.0, 1.0, UNITS as f64]),
        format!("distinct units a layer after training: {counts}"),
    );
    report.record(findings);
    Ok(())
}

/// The most different units of a hidden layer in any seed, by case.
fn most(findings: &Findings) -> [f64; 3] {
    [0, 1, 2].map(|case: usize| {
        let layers = findings.series[case].spreads(DISTINCT_UNITS);
        layers.iter().map(|(_, spread)| spread.max).fold(0.0, f64::max)
    })
}

fn lesson(findings: &Findings, counts: &str) -> Lesson<'static> {
    let choices = [1.0, 10.0, UNITS as f64];
    let constant = most(findings)[1];
    Lesson {
        question: "All weights of a network start at 0.01, and it is trained. How many different units does a \
                   hidden layer of 100 have then?",
        choices: &["1", "10", "100"],
        answer: choices.iter().position(|choice| *choice == constant),
        see: format!("Different units of a hidden layer after training, at most: {counts}."),
        why: "Units with equal weights give equal outputs, so they get equal gradients, and every update \
              changes them alike. Nothing in training can tell them apart: a layer of a hundred copies can do \
              what one unit can. Random initial weights break the symmetry.",
        formula: "<math display=\"block\"><msub><mi>w</mi><mi>i</mi></msub><mo>=</mo><msub><mi>w</mi><mi>j</mi>\
                  </msub><mo>⇒</mo><mfrac><mrow><mo>∂</mo><mi>L</mi></mrow><mrow><mo>∂</mo><msub><mi>w</mi>\
                  <mi>i</mi></msub></mrow></mfrac><mo>=</mo><mfrac><mrow><mo>∂</mo><mi>L</mi></mrow><mrow>\
                  <mo>∂</mo><msub><mi>w</mi><mi>j</mi></msub></mrow></mfrac></math>",
        exercise: "Do ten other seeds of the random weights and images change anything?",
        flags: "--part symmetry --seed 100 --runs 10",
    }
}

/// The outputs of the second hidden layer, image by image.
fn outputs<T: Real>(network: &mut Sequential<T>, samples: &Samples) -> Vec<f64> {
    let (units, images) = SHOWN;
    let (mut x, mut labels) = (Sparse::default(), Vec::new());
    let first: Vec<usize> = (0..images.min(samples.len())).collect();
    samples.gather(&first, &mut x, &mut labels);
    network.predict(&x);
    let outputs = &network.activations()[OUTPUT];
    let of_image = |image: usize| (0..units).map(move |unit| outputs[(image, unit)].f64());
    first.into_iter().flat_map(of_image).collect()
}

fn figure(lab: &Lab, plan: &Plan, shown: Vec<Vec<f64>>) -> Figure {
    let (units, _) = SHOWN;
    let highest = shown.iter().flatten().copied().filter(|v| v.is_finite()).fold(0.0, f64::max);
    let panels = CASES.iter().zip(shown).map(|((_, label, _), outputs)| {
        let images = outputs.len() / units;
        let numbers = |count: usize| (1..=count).map(|number| number as f64).collect::<Vec<f64>>();
        let grid = Grid::new(numbers(units), numbers(images), outputs);
        let scale = Axis::linear("output", 0.0, highest);
        Panel::new(*label)
            .x_axis(Axis::linear("unit", 0.5, units as f64 + 0.5))
            .y_axis(Axis::linear("image", 0.5, images as f64 + 0.5))
            .mark(HeatMap::new(scale, grid))
    });
    let network = lab.data.layers(&[UNITS; 2]);
    Figure::new("Equal weights stay equal")
        .subtitle(lab.subtitle_of_first_seed(&format!(
            "{network}, outputs of the second hidden layer after {} updates",
            plan.iterations()
        )))
        .panels(panels)
}

fn table(report: &mut RunReport, findings: &Findings) {
    let rows = findings.series.iter().map(|series| {
        let layers = series.spreads(DISTINCT_UNITS);
        let [first, second] = [0, 1].map(|layer: usize| layers[layer].1.text(0));
        vec![series.label.clone(), first, second]
    });
    let columns = ["initial weights", "hidden layer 1", "hidden layer 2"];
    report.table(Table::new(format!("Different units of {UNITS} after training"), columns, rows));
}

/// The number of different columns: a column holds the weights into one unit.
fn distinct_columns<T: Real>(weights: &DMatrix<T>) -> usize {
    let mut seen: Vec<_> = Vec::new();
    for column in weights.column_iter() {
        if !seen.contains(&column) {
            seen.push(column);
        }
    }
    seen.len()
}
