//! Doors: files that other programs open.

mod histogram;
pub(crate) mod npz;
mod tensorboard;

pub(crate) use histogram::{BINS, Histogram};
pub(crate) use tensorboard::events;

use crate::Log;

/// Where a network's file of a kind goes: `PART/SERIES/seed-N`, with characters that every file system
/// takes.
pub(crate) fn place(part: &str, series: &str, seed: u64) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._=+-/".contains(c);
    let name = |text: &str| text.replace(|c| !plain(c), "-");
    format!("{}/{}/seed-{seed}", name(part), name(series))
}

/// A histogram and where it was taken.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) part: String,
    pub(crate) series: String,
    pub(crate) seed: u64,
    pub(crate) step: usize,
    /// Of which parameter or activation.
    pub(crate) name: String,
    pub(crate) histogram: Histogram,
}

impl Taken {
    /// All histograms of a network.
    pub(crate) fn all(part: &str, series: &str, seed: u64, log: &Log) -> Vec<Self> {
        let taken = |(step, name, histogram): &(usize, String, Histogram)| Self {
            part: part.to_owned(),
            series: series.to_owned(),
            seed,
            step: *step,
            name: name.clone(),
            histogram: histogram.clone(),
        };
        log.histograms.iter().map(taken).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_have_plain_names() {
        assert_eq!(place("mnist", "std=0.01", 7), "mnist/std=0.01/seed-7");
        assert_eq!(place("ensemble", "member 1", 0), "ensemble/member-1/seed-0");
    }
}
