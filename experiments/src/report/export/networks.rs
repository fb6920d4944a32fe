//! The networks of a run, and the paths of their files.

use crate::findings::{Findings, Measurements};

/// The measurements of each network, and the path of its files: `PART/SERIES/seed-N`.
pub(super) fn networks(findings: &[Findings]) -> impl Iterator<Item = (String, &Measurements)> {
    findings.iter().flat_map(|findings| {
        let part = &findings.part;
        findings.runs().map(move |(series, seed, run)| (place(part, &series.name, seed), run))
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
