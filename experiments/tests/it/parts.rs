//! Parts of a section alone, and settings of a reader's own.

use std::collections::BTreeSet;

use crate::common::quick;

/// A result without anything to compare it with answers no question; and a part that drew other
/// random numbers than the whole run would answer another one.
#[test]
fn a_part_of_6_4_brings_its_baseline_and_has_the_numbers_of_the_whole_run() {
    let rows = |flags: &[&str]| -> Vec<&str> {
        quick("sec6_4_regularization", flags).text("metrics.csv").lines().skip(1).collect()
    };
    let whole = rows(&[]);
    for parts in [
        &["overfit"][..],
        &["weight_decay", "overfit"],
        &["dropout", "overfit"],
        &["ensemble", "overfit", "dropout"],
    ] {
        let wanted = |row: &&&str| parts.contains(&row.split(',').next().unwrap());
        let wanted: Vec<&str> = whole.iter().filter(wanted).copied().collect();
        assert!(rows(&["--part", parts[0]]) == wanted, "{parts:?}");
    }
}

#[test]
fn settings_of_ones_own_are_used_and_told() {
    let knobs = [
        "--lr",
        "0.1",
        "--epochs",
        "2",
        "--batch-size",
        "10",
        "--hidden",
        "7",
        "--train-size",
        "30",
    ];
    for (section, figure) in
        [("sec6_3_batchnorm", "sec6_3_scales"), ("sec6_4_regularization", "sec6_4_dropout")]
    {
        let run = quick(section, &knobs);
        let steps = run.text("metrics.csv").lines().filter(|row| row.contains("train_accuracy"));
        let steps: BTreeSet<&str> = steps.map(|row| row.split(',').nth(3).unwrap()).collect();
        assert_eq!(steps, BTreeSet::from(["0", "1"]), "{section}");
        let made = "30 training images, 784-7×1-10, SGD(0.1), not the book&#39;s settings";
        let svg = run.text(&format!("figures/{figure}.svg")).replace("&apos;", "&#39;");
        assert!(svg.replace('\'', "&#39;").contains(made), "{section}");
    }
}
