//! The update rules, one in each file.

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod amsgrad;
mod lion;
mod momentum;
mod nadam;
mod nesterov;
mod radam;
mod rmsprop;
mod sgd;

pub use adadelta::AdaDelta;
pub use adagrad::AdaGrad;
pub use adam::Adam;
pub use adamax::AdaMax;
pub use amsgrad::AmsGrad;
pub use lion::Lion;
pub use momentum::Momentum;
pub use nadam::NAdam;
pub use nesterov::Nesterov;
pub use radam::RAdam;
pub use rmsprop::RmsProp;
pub use sgd::Sgd;

use num_traits::Float;

/// 1 − βᵗ: the sum of the weights in a moving average that started at zero, after t steps.
fn bias_correction(beta: f64, t: u64) -> f64 {
    1.0 - libm::pow(beta, t as f64)
}

/// The larger of an old maximum and a new value. Unlike `Float::max` it returns a new NaN, so that
/// divergence is not hidden.
fn max<T: Float>(old: T, new: T) -> T {
    if old >= new { old } else { new }
}
