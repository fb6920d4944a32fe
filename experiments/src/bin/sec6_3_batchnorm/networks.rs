//! The networks of the section.

use experiments::lab::{Data, Unit};
use init::{Initializer, Seed};
use layers::MultiLayerNet;
use optimizers::OptimizerKind;
use training::{Contestant, Real};

pub const TRAIN_SIZE: usize = 1000;
pub const BATCH_SIZE: usize = 100;
pub const HIDDEN: [usize; 5] = [100; 5];
pub const SCALES: usize = 16;
/// The two networks of each scale, in the order of the table.
pub const KINDS: [(&str, bool); 2] = [("plain", false), ("batchnorm", true)];

/// np.logspace(0, -4, 16): from 1 down to 10⁻⁴.
pub fn weight_scale(index: usize) -> f64 {
    10_f64.powf(-4.0 * index as f64 / (SCALES - 1) as f64)
}

/// The names in files: `01/plain`, `01/batchnorm`, …, `16/batchnorm`.
pub fn series(unit: usize) -> String {
    format!("{:02}/{}", unit / 2 + 1, KINDS[unit % 2].0)
}

/// One of the 32 networks: for each scale the plain one, then the one with batch normalisation.
pub fn contestant<T: Real>(data: &Data, unit: usize, seed: Seed) -> Contestant<T> {
    // ANCHOR: network
    let network = MultiLayerNet::new(data.inputs(), &HIDDEN, data.classes())
        .initializer(Initializer::Normal { std: weight_scale(unit / 2) })
        .batch_norm(KINDS[unit % 2].1);
    // ANCHOR_END: network
    // SGD of 0.01, the book's default.
    Contestant::new(&network, OptimizerKind::Sgd, Unit::Series(unit).of(seed))
        .expect("fixed settings are valid")
}
