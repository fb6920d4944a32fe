//! Export formats for other programs: the files are right, and exporting changes no result.

use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{files, run, stderr};
use init::Seed;
use layers::{DropoutScaling, MultiLayerNet};
use mnist_io::Scale;
use nalgebra::DMatrix;

/// A small run of the part `dropout`, which trains its baseline too, with more flags.
fn dropout(folder: &Path, out: &str, more: &[&str]) {
    let flags = ["--quick", "--dataset", "synthetic", "--quiet", "--part", "dropout", "--out", out];
    let output = run("sec6_4_regularization", folder, &[&flags[..], more].concat());
    assert!(output.status.success(), "{}", stderr(&output));
}

/// The last value of a metric in `metrics.csv`.
fn last(folder: &Path, metric: &str) -> f64 {
    let text = fs::read_to_string(folder.join("metrics.csv")).unwrap();
    let line = text.lines().rfind(|line| line.contains(metric)).unwrap();
    line.rsplit(',').next().unwrap().parse().unwrap()
}

#[test]
fn a_saved_network_has_the_accuracy_that_was_measured() {
    let folder = tempfile::tempdir().unwrap();
    dropout(folder.path(), "plain", &[]);
    dropout(folder.path(), "saved", &["--save-model", "--runs", "2"]);
    let out = folder.path().join("saved");
    assert!(!folder.path().join("plain/models").exists());

    let net = MultiLayerNet::new(784, &[100; 6], 10).dropout(0.2, DropoutScaling::AtEvaluation);
    let data = mnist_io::synthetic(0, 400, 10_000);
    let mut x = DMatrix::<f32>::zeros(500, 784);
    data.test.images.gather(&(0..500).collect::<Vec<_>>(), Scale::Unit, x.as_mut_slice());
    let labels: Vec<usize> = data.test.labels[..500].iter().map(|&l| l.into()).collect();
    let mut net = net.build::<f32>(Seed::new(99)).unwrap();
    let file = fs::read(out.join("models/dropout/dropout/seed-1.safetensors")).unwrap();
    net.load_safetensors(&file).unwrap();
    let correct = net.count_correct(&x, &labels);
    assert_eq!(correct as f64 / 500.0, last(&out, "test_accuracy"));
    assert!(out.join("models/dropout/dropout/seed-0.safetensors").is_file());
}

#[test]
fn exports_change_no_result_and_equal_runs_export_equal_files() {
    let folder = tempfile::tempdir().unwrap();
    let exports = ["--tensorboard", "--npz", "--save-model", "--runs", "2", "--threads"];
    dropout(folder.path(), "plain", &["--runs", "2"]);
    dropout(folder.path(), "one", &[&exports[..], &["1"]].concat());
    dropout(folder.path(), "two", &[&exports[..], &["2"]].concat());
    let [plain, mut one, mut two] =
        ["plain", "one", "two"].map(|out| files(&folder.path().join(out)));
    for (name, bytes) in plain.iter().filter(|(name, _)| name.extension() != Some("json".as_ref()))
    {
        let same = name != Path::new("index.html"); // contains the command
        assert!(!same || one[name] == *bytes, "{}", name.display());
    }
    let more: Vec<_> = one.keys().filter(|name| !plain.contains_key(*name)).cloned().collect();
    let mut expected = vec![PathBuf::from("histograms.npz"), PathBuf::from("metrics.npz")];
    for name in ["overfit/overfit", "dropout/dropout"] {
        for seed in ["seed-0", "seed-1"] {
            expected.push(format!("models/{name}/{seed}.safetensors").into());
            expected.push(format!("tensorboard/{name}/{seed}/events.out.tfevents").into());
        }
    }
    expected.sort();
    assert_eq!(more, expected);
    for files in [&mut one, &mut two] {
        files.retain(|name, _| expected.contains(name));
    }
    assert!(one == two);
}

#[test]
fn a_search_saves_its_best_network_with_histograms() {
    let folder = tempfile::tempdir().unwrap();
    let flags =
        ["--quick", "--dataset", "synthetic", "--quiet", "--part", "search", "--trials", "6"];
    let more = ["--pruner", "median", "--save-model", "--tensorboard", "--out", "out"];
    let output = run("sec6_5_hyperparameters", folder.path(), &[&flags[..], &more].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    let models = fs::read_dir(folder.path().join("out/models/search")).unwrap();
    assert_eq!(models.count(), 1);
    let events = files(&folder.path().join("out/tensorboard/search"));
    assert_eq!(events.len(), 6);
    let tag = b"parameters/0.weight";
    let watched = |bytes: &&Vec<u8>| bytes.windows(tag.len()).any(|found| found == tag);
    assert_eq!(events.values().filter(watched).count(), 1);
}
