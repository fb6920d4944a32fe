//! The update rules, one a file.

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

/// 1 − βᵗ: the weight that a moving average started at zero has gathered after t steps.
fn bias_correction(beta: f64, t: u64) -> f64 {
    1.0 - beta.powf(t as f64)
}

/// The larger of an old maximum and a new value; unlike `Float::max` it lets a new NaN through, so
/// that a diverged network is seen to have diverged.
fn max<T: Float>(old: T, new: T) -> T {
    if old >= new { old } else { new }
}
