//! The interface of a format.

use std::fmt::Debug;

use crate::findings::{Findings, Measurements, Row};
use crate::report::folder::Folder;

/// A format that other programs read.
pub(in crate::report) trait Exporter: Debug + Sync {
    /// Takes the measurements of a part, and writes files that hold a network each.
    fn add(&mut self, findings: &Findings, folder: &Folder) -> anyhow::Result<()>;

    /// Writes files that hold the whole run, at its end.
    fn end(&mut self, _rows: &[Row], _folder: &Folder) -> anyhow::Result<()> {
        Ok(())
    }
}

/// The measurements of each network, and the path of its files: `PART/SERIES/seed-N`.
pub(super) fn networks(findings: &Findings) -> impl Iterator<Item = (String, &Measurements)> {
    let Findings { part, seeds, series } = findings;
    series.iter().flat_map(move |series| {
        let runs = seeds.iter().zip(&series.runs);
        runs.map(|(&seed, run)| (place(part, &series.name, seed), run))
    })
}

/// `PART/SERIES/seed-N`, with characters that every file system allows.
fn place(part: &str, series: &str, seed: u64) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._=+-/".contains(c);
    let name = |text: &str| text.replace(|c| !plain(c), "-");
    format!("{}/{}/seed-{seed}", name(part), name(series))
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
