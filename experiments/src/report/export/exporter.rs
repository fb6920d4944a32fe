//! What every format is.

use std::fmt::Debug;

use crate::findings::{Findings, Measurements, Row};
use crate::report::folder::Folder;

/// A format that other programs read.
pub(in crate::report) trait Exporter: Debug + Sync {
    /// Takes what a part measured, and writes what of it is a file of its own.
    fn add(&mut self, findings: &Findings, folder: &Folder) -> anyhow::Result<()>;

    /// Writes what holds all parts, at the end of a run that measured these rows.
    fn end(&mut self, _rows: &[Row], _folder: &Folder) -> anyhow::Result<()> {
        Ok(())
    }
}

/// Each network's measurements, and the place of its files: `PART/SERIES/seed-N`.
pub(super) fn networks(findings: &Findings) -> impl Iterator<Item = (String, &Measurements)> {
    let Findings { part, seeds, series } = findings;
    series.iter().flat_map(move |series| {
        let runs = seeds.iter().zip(&series.runs);
        runs.map(|(&seed, run)| (place(part, &series.name, seed), run))
    })
}

/// `PART/SERIES/seed-N`, with characters that every file system takes.
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
