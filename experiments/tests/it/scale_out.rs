//! `scale-out/parallel.sh` takes no trials of another sweep for its own. Further checks, with GNU
//! parallel, are in `experiments/interop/scale-out/run.sh`.
// A script for bash.
#![cfg(unix)]

use std::fs;
use std::process::Command;

use crate::common::{files, root, stderr};

#[test]
fn a_folder_of_another_sweep_is_refused_and_left_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results");
    fs::create_dir(&results).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let points = "0\t0.01\t1e-5\n1\t0.02\t1e-6\n";
    write("results/points.tsv", points);
    write("results/epochs", "50\n");
    write("results/0.jsonl", "{}\n");
    write("points.tsv", points);
    write("others.tsv", "0\t0.01\t1e-5\n1\t0.03\t1e-6\n");
    write("fewer.tsv", "0\t0.01\t1e-5\n");
    let assert_refused = |points: &str, epochs: &str, expected: &str| {
        let before = files(&results);
        let output = Command::new("bash")
            .arg(root().canonicalize().unwrap().join("experiments/scale-out/parallel.sh"))
            .args([points, "results", "-j", "2"])
            .env("EPOCHS", epochs)
            // If it started trials, it would say that they failed.
            .env("BINARY", "false")
            .current_dir(folder.path())
            .output()
            .unwrap();
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{points}, {epochs} epochs: {message}");
        assert!(message.contains(expected), "{points}, {epochs} epochs: {message}");
        assert_eq!(files(&results), before, "{points}, {epochs} epochs");
    };
    assert_refused("others.tsv", "50", "found:    line 2 of results/points.tsv: 1\t0.02");
    assert_refused("fewer.tsv", "50", "expected: line 2 of fewer.tsv: nothing");
    assert_refused("points.tsv", "5", "found:    EPOCHS=50 in results/epochs");
    fs::remove_file(results.join("points.tsv")).unwrap();
    assert_refused("points.tsv", "50", "trials, but no points.tsv with their points");
}
