//! Whether our runs and the original, the notebook's experiments in NumPy, are the same experiment.
//!
//! Both are run over many seeds. For each quantity that the chapter talks about, two one-sided
//! tests ask whether the means lie closer together than a margin that was fixed before the runs;
//! for each series, a permutation test asks whether whole curves differ. Both are corrected for how
//! many of them a section has, by Holm's method.

mod curves;
mod farthest;
mod holm;
mod judge;
mod margins;
mod means;
mod permutation;
mod standard;

pub use curves::Curves;
pub use farthest::{Farthest, farthest};
pub use judge::{CurveTest, Equivalence, Fidelity, LEVEL, MeanTest, Quantity};
pub use means::InterquartileMean;
