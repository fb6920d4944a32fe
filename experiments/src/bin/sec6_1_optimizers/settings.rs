//! The optimizers that all parts compare: a line each. Texts elsewhere say four.

use experiments::compare_losses::LossSettings;
use experiments::lab::{Lab, Unit};
use init::{Initializer, Seed};
use optimizers::OptimizerKind;
use training::{Contestant, Real};
use viz::{Color, Marker};

/// An optimizer, and how it is shown.
#[derive(Clone, Copy)]
pub struct Setting {
    /// On MNIST it has its defaults, those of the book's four being the book's and the notebook's.
    pub kind: OptimizerKind,
    /// The learning rate in the ravine, that of 6.1.7.
    pub ravine_lr: f64,
    /// The name in tables and figures.
    pub label: &'static str,
    pub color: Color,
    pub marker: Marker,
}

const fn setting(
    kind: OptimizerKind,
    ravine_lr: f64,
    (label, color, marker): (&'static str, Color, Marker),
) -> Setting {
    Setting { kind, ravine_lr, label, color, marker }
}

/// The conclusions are about the first four, in this order.
// ANCHOR: optimizers
pub const OPTIMIZERS: &[Setting] = &[
    setting(OptimizerKind::Sgd, 0.95, ("SGD", Color::VERMILLION, Marker::Circle)),
    setting(OptimizerKind::Momentum, 0.1, ("Momentum", Color::ORANGE, Marker::Cross)),
    setting(OptimizerKind::AdaGrad, 1.5, ("AdaGrad", Color::BLUE, Marker::Square)),
    setting(OptimizerKind::Adam, 0.3, ("Adam", Color::GREEN, Marker::Diamond)),
];
// ANCHOR_END: optimizers

/// What the `index`-th optimizer trains on MNIST in each part: the same network, drawn from a
/// stream of its own.
pub fn contestant<T: Real>(
    lab: &Lab,
    settings: &LossSettings,
    index: usize,
    seed: Seed,
) -> Contestant<T> {
    let what = (OPTIMIZERS[index].kind, Initializer::He);
    settings.contestant(lab, what, Unit::Series(index).of(seed))
}
