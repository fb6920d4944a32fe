//! `--verify` and the published digests.

use std::fs;

use experiments::findings::Digest;
use serde_json::Value;

use crate::common::{quick, root, run, stderr};
use crate::smoke::SECTIONS;

fn fused() -> bool {
    kernels::Instructions::best().fuse_multiply_adds()
}

#[test]
fn quick_runs_have_the_published_numbers() {
    if !fused() {
        println!("not run: this processor has no fused multiply-add");
        return;
    }
    let text = fs::read_to_string(root().join("data/reference/digests.json")).unwrap();
    let published: Value = serde_json::from_str(&text).unwrap();
    for section in SECTIONS {
        let digest = Digest::of(quick(section, &[]).bytes("metrics.csv"));
        assert_eq!(
            published[section]["quick f32"]["sha256"], digest.sha256,
            "{section} has other numbers than data/reference/digests.json: if it is meant to, \
             data/reference/digests.sh publishes them"
        );
        let runs: Vec<_> = published[section].as_object().unwrap().keys().collect();
        assert_eq!(runs, ["full f32", "full f64", "quick f32", "quick f64"], "{section}");
    }
}

#[test]
fn a_run_says_that_its_numbers_are_equal() {
    if !fused() {
        println!("not run: this processor has no fused multiply-add");
        return;
    }
    let said = quick("sec6_3_batchnorm", &["--verify", "--precision", "f64"]).stdout();
    assert!(said.contains("\nverified: all 98 numbers equal the published ones\n"), "{said}");
}

#[test]
fn runs_that_are_not_published_are_refused_before_they_train() {
    let folder = tempfile::tempdir().unwrap();
    let quick = |flag: [&'static str; 2]| {
        [&["--verify", "--quick", "--dataset", "synthetic"][..], &flag].concat()
    };
    for (flags, says) in [
        (quick(["--lr", "0.1"]), "leave --lr out"),
        (quick(["--seed", "1"]), "leave --seed out"),
        (quick(["--part", "batchnorm"]), "leave --part out"),
        (
            vec!["--verify", "--dataset", "synthetic"],
            "give --quick --dataset synthetic, or neither",
        ),
    ] {
        let output = run("sec6_3_batchnorm", folder.path(), &flags);
        let error = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {error}");
        assert!(error.contains(says), "{flags:?}: {error}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "{flags:?}");
    }
}
