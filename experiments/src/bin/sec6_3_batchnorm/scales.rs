//! What was found at each scale.

use experiments::findings::{Findings, Metric, Series, significant};

use crate::networks::{SCALES, weight_scale};

/// A network that ends above this training accuracy has learnt.
pub const LEARNT: f64 = 0.5;
/// The scale of the opening figure, 0.0136: well within what batch normalisation is for.
pub const OPENING: usize = 7;

/// The series of a scale: without batch normalisation, and with it.
pub fn both(findings: &Findings, scale: usize) -> [&Series; 2] {
    [0, 1].map(|kind| &findings.series[2 * scale + kind])
}

/// Mean training accuracy at the end: without batch normalisation, and with it.
pub fn ends(findings: &Findings, scale: usize) -> [f64; 2] {
    both(findings, scale).map(|series| series.last(Metric::TRAIN_ACCURACY).mean)
}

/// The scales at which networks of this kind learn.
pub fn learnt(findings: &Findings, kind: usize) -> Vec<usize> {
    (0..SCALES).filter(|&scale| ends(findings, scale)[kind] > LEARNT).collect()
}

/// Whether the network without batch normalisation ends higher than the one with it.
pub fn is_plain_ahead(findings: &Findings, scale: usize) -> bool {
    let [plain, normalised] = ends(findings, scale);
    plain > normalised
}

/// The scales at which networks with batch normalisation do not end higher than those without it.
pub fn not_ahead(findings: &Findings) -> Vec<usize> {
    let behind = |&scale: &usize| {
        let [plain, normalised] = ends(findings, scale);
        normalised <= plain
    };
    (0..SCALES).filter(behind).collect()
}

/// Scales in words: `0.293, 0.158`.
pub fn list(scales: &[usize]) -> String {
    let scales = scales.iter().map(|&scale| significant(weight_scale(scale)));
    scales.collect::<Vec<_>>().join(", ")
}
