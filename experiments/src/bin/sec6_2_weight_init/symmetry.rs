//! 6.2.1: what happens if weights start equal.

use experiments::{Conclusion, Failure, Run, train};
use init::{Initializer, Seed};
use layers::MultiLayerNet;
use nalgebra::DMatrix;
use optimizers::OptimizerKind;
use training::{Contestant, Plan, Real};

/// The part's name.
pub const SYMMETRY: &str = "symmetry";
const UNITS: usize = 100;

/// Equal units stay equal.
pub fn conclusion(run: &Run) -> Conclusion {
    let distinct = |name: &str| {
        let steps = run.metrics().bands(SYMMETRY, name, "distinct_units");
        steps.iter().map(|(_, band)| band.max).fold(0.0, f64::max)
    };
    let [zeros, constant, he] = ["zeros", "constant", "he"].map(distinct);
    Conclusion::new(
        "units that start with equal weights stay equal",
        zeros == 1.0 && constant == 1.0 && he == UNITS as f64,
        format!(
            "distinct units a layer after training: zeros {zeros}, constant {constant}, He \
                     {he}"
        ),
    )
}

/// Trains three networks that differ in their first weights only, and counts units of each hidden
/// layer that have become different from each other.
///
/// # Errors
/// Whatever stops it.
pub fn run<T: Real>(run: &mut Run) -> Result<(), Failure> {
    let constant = Initializer::Constant { value: 0.01 };
    let cases = [("zeros", Initializer::Zeros), ("constant", constant), ("he", Initializer::He)];
    let plan = Plan::updates(run.scaled(100, 20), 100);
    let seeds = run.args().seeds();
    run.begin("training 3 networks", seeds.len() * cases.len() * plan.iterations());
    let samples = run.data().train.clone().first(1000);
    let (inputs, classes) = (run.data().inputs(), run.data().classes());
    for &root in &seeds {
        let seed = Seed::new(root);
        let contestant = |(unit, (_, initializer)): (usize, &(&str, Initializer))| {
            let network =
                MultiLayerNet::new(inputs, &[UNITS; 2], classes).initializer(*initializer);
            Contestant::<T>::new(&network, OptimizerKind::Sgd, seed.unit(unit as u64))
                .expect("fixed settings are valid")
        };
        let mut contestants: Vec<_> = cases.iter().enumerate().map(contestant).collect();
        let logs = train(run, &mut contestants, &samples, plan, seed, &|_, _| {})?;
        for (((name, _), contestant), mut log) in cases.iter().zip(&contestants).zip(logs) {
            let units = ["0.weight", "2.weight"].iter().enumerate();
            log.extend(units.map(|(layer, weight)| {
                let weights = &contestant.network.param(weight).expect("two hidden layers").value;
                (layer, "distinct_units", distinct_columns(weights) as f64)
            }));
            run.record(SYMMETRY, name, root, log)?;
        }
    }
    run.end();
    run.say(&format!("distinct units of {UNITS} after {} updates:", plan.iterations()))?;
    for (name, _) in cases {
        let layers = run.metrics().bands(SYMMETRY, name, "distinct_units");
        let layers: Vec<_> = layers.iter().map(|(_, band)| band.text(0)).collect();
        run.say(&format!("weights {name}: layer 1 {}, layer 2 {}", layers[0], layers[1]))?;
    }
    Ok(())
}

/// How many different columns: a column holds the weights into one unit.
fn distinct_columns<T: Real>(weights: &DMatrix<T>) -> usize {
    let mut seen: Vec<_> = Vec::new();
    for column in weights.column_iter() {
        if !seen.contains(&column) {
            seen.push(column);
        }
    }
    seen.len()
}
