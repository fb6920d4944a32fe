//! What section 6.1 says besides figures.

use crate::common::quick;

#[test]
fn times_to_a_target_have_an_interval_from_six_seeds_on() {
    let [five, six] = ["5", "6"].map(|runs| {
        quick("sec6_1_optimizers", &["--part", "mnist", "--runs", runs, "--threads", "2"])
    });
    let said = |start: &str| five.stdout().lines().any(|line| line.starts_with(start));
    assert!(said("updates until the smoothed loss stays below 0.3: SGD ∞, Momentum"));
    assert!(said("no 95 % interval of a median of fewer than 6 seeds"));
    assert!(five.text("index.html").contains("5 seeds: too few for an interval"));
    assert!(six.stdout().contains("stays below 0.3: SGD ∞ [∞, ∞], Momentum"));
    assert!(six.text("index.html").contains("<td>SGD</td><td>0.3</td><td>0</td><td>∞</td>"));
}
