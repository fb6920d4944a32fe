//! 6.2.2 and 6.2.3: how activations are spread over five layers.

use init::{Initialize, Initializer, Purpose, Seed};
use layers::{Activation, MultiLayerNet};
use nalgebra::DMatrix;
use serde::{Deserialize, Serialize};

const INPUTS: usize = 1000;
const UNITS: usize = 100;
const LAYERS: usize = 5;
const BINS: usize = 30;

/// An activation, initial weights, and the seed of both inputs and weights.
#[derive(Debug, Deserialize)]
pub(crate) struct ActivationCase {
    activation: String,
    initializer: String,
    seed: u64,
    /// The number of the case among those of the native program.
    unit: u64,
    /// The ends of the histogram.
    range: (f64, f64),
}

/// What 100,000 values of a layer are like.
#[derive(Debug, Serialize)]
pub(crate) struct LayerSpread {
    std: f64,
    /// The share of values where the slope of the activation is almost 0.
    saturated: f64,
    zero: f64,
    counts: Vec<u32>,
}

/// The layers of the case, the first one first. A network without biases is what the section
/// multiplies by hand; its layers draw their weights from the same streams.
pub(crate) fn of_layers(case: &ActivationCase) -> Result<Vec<LayerSpread>, String> {
    let activation: Activation = case.activation.parse().map_err(|e| format!("{e}"))?;
    let initializer: Initializer = case.initializer.parse().map_err(|e| format!("{e}"))?;
    let seed = Seed::new(case.seed);
    let mut x = DMatrix::<f32>::zeros(INPUTS, UNITS);
    Initializer::Normal { std: 1.0 }.fill(&mut x, &mut seed.stream(Purpose::Inputs, 0));
    let network = MultiLayerNet::new(UNITS, &[UNITS; LAYERS], 1);
    let network = network.activation(activation).initializer(initializer);
    let mut network = network.build::<f32>(seed.unit(case.unit)).map_err(|e| e.to_string())?;
    network.predict(&x);
    let outputs = network.activations().iter().skip(1).step_by(2).take(LAYERS);
    Ok(outputs.map(|values| layer(activation, values.as_slice(), case.range)).collect())
}

fn layer(activation: Activation, values: &[f32], (low, high): (f64, f64)) -> LayerSpread {
    let n = values.len() as f64;
    let values = || values.iter().map(|&value| f64::from(value));
    let mean = values().sum::<f64>() / n;
    let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
    let share = |test: &dyn Fn(f64) -> bool| values().filter(|&v| test(v)).count() as f64 / n;
    let saturated = match activation {
        Activation::Sigmoid => share(&|v| !(0.05..=0.95).contains(&v)),
        Activation::Tanh => share(&|v| v.abs() > 0.95),
        _ => 0.0,
    };
    let mut counts = vec![0; BINS];
    for value in values().filter(|value| (low..=high).contains(value)) {
        // The last bin includes its right edge, as np.histogram's does.
        counts[(((value - low) / (high - low) * BINS as f64) as usize).min(BINS - 1)] += 1;
    }
    LayerSpread { std: variance.sqrt(), saturated, zero: share(&|v| v == 0.0), counts }
}
