//! Trials in order, and what their order goes with.

use std::collections::BTreeSet;

use experiments::{DIVERGED, Run};

/// (validation accuracy, learning rate, weight decay); the accuracy of a trial that diverged, or was never evaluated,
/// is NaN, and worse than any.
pub type Point = (f64, f64, f64);

/// The trials of a part for each seed, best first, read back from what was recorded.
pub fn ranked_by_seed(run: &Run, part: &str) -> Vec<Vec<Point>> {
    let of_seed = |seed: u64| {
        let mut points: Vec<(String, Point)> = Vec::new();
        let rows =
            || run.metrics().rows().iter().filter(|row| row.part == part && row.seed == seed);
        let diverged: BTreeSet<&String> =
            rows().filter(|row| row.metric == DIVERGED).map(|row| &row.series).collect();
        for row in rows() {
            if points.last().is_none_or(|(series, _)| *series != row.series) {
                points.push((row.series.clone(), (f64::NAN, f64::NAN, f64::NAN)));
            }
            let Some((_, point)) = points.last_mut() else { continue };
            match row.metric {
                "validation_accuracy" if !diverged.contains(&row.series) => point.0 = row.value,
                "learning_rate" => point.1 = row.value,
                "weight_decay" => point.2 = row.value,
                _ => {}
            }
        }
        let mut points: Vec<Point> = points.into_iter().map(|(_, point)| point).collect();
        points.sort_by(|a, b| worth(b.0).total_cmp(&worth(a.0)));
        points
    };
    run.args().seeds().into_iter().map(of_seed).collect()
}

/// An accuracy as it ranks.
fn worth(accuracy: f64) -> f64 {
    if accuracy.is_nan() { f64::NEG_INFINITY } else { accuracy }
}

/// Spearman's rank correlation of a hyperparameter with the accuracy; ties share their mean rank.
pub fn rank_correlation(points: &[Point], which: fn(&Point) -> f64) -> f64 {
    let ranks = |values: Vec<f64>| -> Vec<f64> {
        let below = |v: f64| values.iter().filter(|other| **other < v).count() as f64;
        let equal = |v: f64| values.iter().filter(|other| **other == v).count() as f64;
        values.iter().map(|&v| below(v) + (equal(v) - 1.0) / 2.0).collect()
    };
    let a = ranks(points.iter().map(|point| worth(point.0)).collect());
    let b = ranks(points.iter().map(which).collect());
    let mean = (points.len() as f64 - 1.0) / 2.0;
    let product = |x: &[f64], y: &[f64]| -> f64 {
        x.iter().zip(y).map(|(x, y)| (x - mean) * (y - mean)).sum()
    };
    product(&a, &b) / (product(&a, &a) * product(&b, &b)).sqrt()
}
