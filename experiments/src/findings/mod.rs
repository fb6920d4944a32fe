//! Measurements, and the statistics and conclusions that follow from them.
//!
//! [`Measurements`] belong to one network, [`Findings`] to all series and seeds of a part.
//! Conclusions, tables and figures are made of them; files hold them as [`Row`]s.

mod binomial;
mod bins;
mod conclusion;
mod digest;
mod divergence;
pub mod equivalence;
mod measurements;
mod metric;
mod number;
mod reference;
mod row;
mod series;
mod spread;
mod summary;
mod time_to_target;
mod variance;

pub use binomial::confidence_interval;
pub use bins::{BINS, Bins};
pub use conclusion::Conclusion;
pub use digest::Digest;
pub use divergence::Divergence;
pub use measurements::Measurements;
pub use metric::Metric;
pub use number::significant;
pub use reference::{Comparison, Printed, by_series, compare, csv_rows};
pub use row::{Row, read_rows, write_rows, write_series};
pub use series::{Findings, Series, grouped};
pub use spread::Spread;
pub use summary::summary;
pub use time_to_target::{SampleMedian, time_to_target};
pub use variance::Variance;
