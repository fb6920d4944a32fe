//! 6.2.1: units that start with equal weights stay equal.

use nalgebra::DMatrix;
use serde::Serialize;
use tensor_ops::Sparse;

use crate::network::Training;

/// The outputs of the first units for the first images.
const SHOWN: (usize, usize) = (30, 12);

/// The units of a network with two hidden layers.
#[derive(Debug, Serialize)]
pub(crate) struct Units {
    /// The number of different units of each hidden layer.
    distinct: [usize; 2],
    /// Outputs of the second hidden layer: a row for each image.
    outputs: Vec<Vec<f32>>,
}

pub(crate) fn units(training: &mut Training) -> Units {
    let (mut x, mut labels) = (Sparse::default(), Vec::new());
    let (units, images) = SHOWN;
    let images: Vec<usize> = (0..images).collect();
    training.samples.gather(&images, &mut x, &mut labels);
    let network = &mut training.network;
    network.predict(&x);
    // Affine, ReLU, affine, ReLU, affine.
    let outputs = &network.activations()[3];
    let units = units.min(outputs.ncols());
    let row = |image: usize| (0..units).map(|unit| outputs[(image, unit)]).collect();
    let outputs = images.into_iter().map(row).collect();
    let distinct = ["0.weight", "2.weight"];
    let distinct = distinct
        .map(|name| network.param(name).map_or(0, |weights| distinct_columns(&weights.value)));
    Units { distinct, outputs }
}

/// The number of different columns: a column holds the weights into one unit.
fn distinct_columns(weights: &DMatrix<f32>) -> usize {
    let mut seen = Vec::new();
    for column in weights.column_iter() {
        if !seen.contains(&column) {
            seen.push(column);
        }
    }
    seen.len()
}
