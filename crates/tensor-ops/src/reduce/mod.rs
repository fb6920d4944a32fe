//! Sums, means, variances, maxima and their places along either axis.

mod axis;
mod largest;
mod sums;

pub use axis::Axis;
pub use largest::{argmax, max};
pub use sums::{mean, sum, variance};
