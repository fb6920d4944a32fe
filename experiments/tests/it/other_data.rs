//! Data whose shape differs from MNIST's: the networks are built for it.

use std::fs;
use std::path::Path;

use crate::common::{run, stderr};
use mnist_io::Images;
use mnist_io::idx::{write_images, write_labels};
use serde_json::Value;

/// Writes images of 6×8 with one bright row, whose position depends on the class, under EMNIST's
/// names.
fn letters(dir: &Path) {
    for (name, count) in [("train", 1000_usize), ("test", 20)] {
        let class = |image: usize| (image * 7 % 26 + 1) as u8;
        let pixels = (0..count).flat_map(|image| {
            (0..48).map(move |pixel| if pixel / 8 == image * 7 % 26 % 6 { 200 } else { 0 })
        });
        let stem = format!("emnist-letters-{name}");
        let images = Images::new(6, 8, pixels.collect());
        write_images(&dir.join(format!("{stem}-images-idx3-ubyte.gz")), &images).unwrap();
        let labels: Vec<u8> = (0..count).map(class).collect();
        write_labels(&dir.join(format!("{stem}-labels-idx1-ubyte.gz")), &labels).unwrap();
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[test]
fn networks_are_built_for_the_size_and_classes_of_the_data() {
    let folder = tempfile::tempdir().unwrap();
    letters(folder.path());
    let flags = ["--dataset", "custom", "--data-dir", ".", "--quick"];
    let start = |out: &str, more: &[&str]| {
        let output =
            run("sec6_3_batchnorm", folder.path(), &[&flags[..], &["--out", out], more].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        (folder.path().join(out), stderr(&output))
    };
    let (out, said) = start("out", &["--transpose"]);
    assert!(!said.contains("--transpose"), "{said}");
    let manifest: Value = serde_json::from_str(&read(&out.join("manifest.json"))).unwrap();
    assert_eq!(
        (&manifest["data"]["classes"], &manifest["data"]["transposed"]),
        (&27.into(), &true.into())
    );
    assert!(read(&out.join("figures/sec6_3_opening.svg")).contains("48-100×5-27"));

    // Without --transpose, the pixels are in another order, and results differ.
    let (lying, said) = start("lying", &[]);
    assert!(said.contains("--transpose puts them upright"), "{said}");
    let manifest: Value = serde_json::from_str(&read(&lying.join("manifest.json"))).unwrap();
    assert_eq!(manifest["data"]["transposed"], false);
    assert_ne!(read(&out.join("metrics.csv")), read(&lying.join("metrics.csv")));

    // The manifest repeats the run, including the flag.
    let config = out.join("manifest.json");
    let (again, _) = start("again", &["--config", config.to_str().unwrap()]);
    assert_eq!(read(&out.join("metrics.csv")), read(&again.join("metrics.csv")));
}

#[test]
fn a_trial_is_built_for_the_classes_of_the_data() {
    let folder = tempfile::tempdir().unwrap();
    letters(folder.path());
    let flags =
        ["trial", "--dataset", "custom", "--data-dir", ".", "--transpose", "--epochs", "20"];
    let output =
        run("sec6_5_hyperparameters", folder.path(), &[&flags[..], &["--lr", "0.1"]].concat());
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(String::from_utf8_lossy(&output.stdout).contains("done: validation accuracy"));
}
