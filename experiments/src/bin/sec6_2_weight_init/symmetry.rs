//! 6.2.1: units that start with equal weights stay equal.

use experiments::cli::Failure;
use experiments::findings::{Findings, Metric};
use experiments::lab::{Experiment, Lab, Unit};
use experiments::report::RunReport;
use init::Initializer;
use layers::MultiLayerNet;
use nalgebra::DMatrix;
use optimizers::OptimizerKind;
use training::{Contestant, Plan, Real};

/// The name of the part.
pub const SYMMETRY: &str = "symmetry";
const UNITS: usize = 100;
/// The weights of the two hidden layers.
const HIDDEN_WEIGHTS: [&str; 2] = ["0.weight", "2.weight"];
/// The number of different units of a layer.
const DISTINCT_UNITS: Metric = Metric::new("distinct_units");

/// Trains three networks that differ in their initial weights only, and counts the different units
/// of each hidden layer.
///
/// # Errors
/// Any failure of the experiment.
pub fn run<T: Real>(lab: &Lab, report: &mut RunReport) -> Result<(), Failure> {
    let constant = Initializer::Constant { value: 0.01 };
    let cases = [("zeros", Initializer::Zeros), ("constant", constant), ("he", Initializer::He)];
    let plan = Plan::updates(lab.scaled(100, 20), 100);
    let (inputs, classes) = (lab.data().inputs(), lab.data().classes());
    let contestant = |case: usize, seed| {
        let network = MultiLayerNet::new(inputs, &[UNITS; 2], classes).initializer(cases[case].1);
        Contestant::<T>::new(&network, OptimizerKind::Sgd, Unit::Series(case).of(seed))
            .expect("fixed settings are valid")
    };
    let samples = lab.data().train.clone().first(1000);
    let names = cases.map(|(name, _)| name);
    let experiment = Experiment::new(SYMMETRY, names, samples, plan, contestant);
    let findings = lab.run_one(experiment.finish(|_, network, measured| {
        for (layer, weight) in HIDDEN_WEIGHTS.into_iter().enumerate() {
            let weights = &network.param(weight).expect("two hidden layers").value;
            measured.push(layer, DISTINCT_UNITS, distinct_columns(weights) as f64);
        }
    }))?;

    report.say(&format!("distinct units of {UNITS} after {} updates:", plan.iterations()))?;
    for series in &findings.series {
        let layers = series.spreads(DISTINCT_UNITS);
        let [first, second] = [0, 1].map(|layer: usize| layers[layer].1.text(0));
        report.say(&format!("weights {}: layer 1 {first}, layer 2 {second}", series.name))?;
    }
    let most = |findings: &Findings| {
        [0, 1, 2].map(|case: usize| {
            let layers = findings.series[case].spreads(DISTINCT_UNITS);
            layers.iter().map(|(_, spread)| spread.max).fold(0.0, f64::max)
        })
    };
    let [zeros, constant, he] = most(&findings);
    report.conclude(
        "units that start with equal weights stay equal",
        "after training, a layer has 1 distinct unit with zeros, 1 with a constant, 100 with He",
        &findings.each_seed(|one| most(one) == [1.0, 1.0, UNITS as f64]),
        format!(
            "distinct units a layer after training: zeros {zeros}, constant {constant}, He {he}"
        ),
    );
    report.record(findings)
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
