//! Sum, mean, variance, max and argmax along either axis.

mod largest;
mod over;
mod sums;

pub use largest::{argmax, max};
pub use over::Over;
pub use sums::{mean, sum, variance};
