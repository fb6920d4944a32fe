//! Learning-rate schedules: the rate as a function of the step, for every optimizer.
//!
//! A schedule has no state. Before each step, ask it for the rate of that step:
//!
//! ```
//! use optimizers::schedules::{Cosine, Schedule, Warmup};
//! use optimizers::{Adam, Rule, Slot};
//!
//! let schedule = Warmup { steps: 10, then: Cosine { lr: 0.1, min: 0.0, steps: 90 } };
//! let mut adam = Adam::default().build::<f64>()?;
//! let mut x = [1.0];
//! for _ in 0..100 {
//!     adam.set_lr(schedule.lr(adam.steps()))?;
//!     let mut grad = [2.0 * x[0]]; // f(x) = x²
//!     adam.step(&mut [Slot { value: &mut x, grad: &mut grad, decay: true }])?;
//! }
//! assert!(x[0].abs() < 0.01);
//! # Ok::<(), optimizers::OptimizerError>(())
//! ```
//!
//! As the step count is part of the optimizer's state, a run that continues from a saved state is
//! at the right step of its schedule. For a schedule in epochs, use
//! `schedule.lr(steps / steps_per_epoch)`. A schedule with a negative or NaN field can give a
//! negative or NaN rate, which [`set_lr`](crate::Optimizer::set_lr) refuses.

mod cosine;
mod exponential;
mod one_cycle;
mod step;
mod warmup;

pub use cosine::Cosine;
pub use exponential::Exponential;
pub use one_cycle::OneCycle;
pub use step::Step;
pub use warmup::Warmup;

use std::f64::consts::PI;

/// A learning rate that depends on the number of steps done.
///
/// A plain `f64` is the constant schedule.
///
/// ```
/// use optimizers::schedules::Schedule;
///
/// assert_eq!(0.1.lr(1_000), 0.1);
/// ```
pub trait Schedule {
    /// The learning rate of the step after `step` steps have been done; the first is `lr(0)`.
    fn lr(&self, step: u64) -> f64;
}

impl Schedule for f64 {
    fn lr(&self, _step: u64) -> f64 {
        *self
    }
}

/// From `start` at position 0 to `end` at position 1, along half a cosine.
fn half_cosine(start: f64, end: f64, position: f64) -> f64 {
    let cos = libm::cos(PI * position);
    start * ((1.0 + cos) / 2.0) + end * ((1.0 - cos) / 2.0)
}
