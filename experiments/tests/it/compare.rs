//! Comparing two runs as users do.

use std::fs;

use crate::common::{quick, run, stderr};

const SECTION: &str = "sec6_3_batchnorm";

#[test]
fn runs_are_compared_and_different_settings_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    for (out, flags) in [
        ("a", &["--runs", "2"][..]),
        ("b", &["--runs", "2", "--precision", "f64"]),
        ("other", &["--seed", "5"]),
    ] {
        let (dir, results) = (folder.path().join(out), quick(SECTION, flags));
        fs::create_dir_all(dir.join("data")).unwrap();
        for name in ["manifest.json", "metrics.csv", "data/series.csv"] {
            fs::write(dir.join(name), results.bytes(name)).unwrap();
        }
    }
    let output = run("compare", folder.path(), &["a", "b"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(stderr(&output).contains("warning: settings differ: precision f32 and f64"));
    let table = String::from_utf8(output.stdout).unwrap();
    // Rows name series as readers know them.
    let row = |series: &str| {
        let names = fs::read_to_string(folder.path().join("a/data/series.csv")).unwrap();
        let mut names = csv::Reader::from_reader(names.as_bytes()).into_deserialize();
        let found = names.find_map(|row: Result<(String, String, String), _>| {
            row.ok().filter(|(_, name, _)| name == series)
        });
        let start = format!("batchnorm  {}  ", found.unwrap().2);
        table.lines().find(|line| line.starts_with(&start)).unwrap().to_owned()
    };
    assert!(row("01/plain").contains("diverged"), "{table}");
    assert!(row("08/batchnorm").contains("  train accuracy  0."), "{table}");
    assert_eq!(table.lines().count(), 1 + 32);
    let out = folder.path().join("results/compare");
    for file in ["figures/differences.svg", "figures/differences.png", "differences.csv"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    let svg = fs::read_to_string(out.join("figures/differences.svg")).unwrap();
    assert!(svg.contains("settings differ: precision f32 and f64"));

    let output = run("compare", folder.path(), &["a", "other", "--out", "second"]);
    assert!(stderr(&output).contains("warning: no seed in common"), "{}", stderr(&output));
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(table.contains("  one seed\n"), "{table}");
}

/// `--strict` changes the exit code, and the other settings change what is written besides numbers.
#[test]
fn settings_that_change_no_number_are_not_reported_as_different() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = quick(SECTION, &["--seed", "5"]).bytes("manifest.json");
    let mut manifest: serde_json::Value = serde_json::from_slice(manifest).unwrap();
    for (out, value) in [("a", true), ("b", false)] {
        for name in ["strict", "save-model", "tensorboard", "npz"] {
            manifest["settings"][name] = value.into();
        }
        manifest["settings"]["threads"] = if value { 1.into() } else { 2.into() };
        let dir = folder.path().join(out);
        fs::create_dir_all(dir.join("data")).unwrap();
        fs::write(dir.join("manifest.json"), manifest.to_string()).unwrap();
        for name in ["metrics.csv", "data/series.csv"] {
            let bytes = quick(SECTION, &["--seed", "5"]).bytes(name);
            fs::write(dir.join(name), bytes).unwrap();
        }
    }
    let output = run("compare", folder.path(), &["a", "b"]);
    assert!(output.status.success() && !stderr(&output).contains("warning"), "{}", stderr(&output));
}

#[test]
fn incomparable_runs_are_refused_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let results = |name: &str, section: &str, metrics: &str| {
        let dir = folder.path().join(name);
        fs::create_dir_all(dir.join("data")).unwrap();
        fs::write(dir.join("manifest.json"), format!("{{\"section\": \"{section}\"}}")).unwrap();
        fs::write(dir.join("metrics.csv"), metrics).unwrap();
        fs::write(dir.join("data/series.csv"), "part,series,label\n").unwrap();
    };
    let head = "part,series,seed,step,metric,value\n";
    results("a", "s", &format!("{head}p,x,0,0,accuracy,0.5\n"));
    results("part", "s", &format!("{head}q,x,0,0,accuracy,0.5\n"));
    results("section", "t", &format!("{head}p,x,0,0,accuracy,0.5\n"));
    results("cut", "s", &format!("{head}p,x,0,0,accuracy,0.5\np,x,0"));
    results("empty", "s", head);
    results("manifest", "s", head);
    fs::write(folder.path().join("manifest/manifest.json"), "{").unwrap();
    let cases: [(&[&str], i32, &str); 9] = [
        (&["a"], 2, "<SECOND>"),
        (&["a", "nowhere"], 2, "give the --out folder of a section"),
        (&["a", "part"], 2, "no series in common"),
        (&["a", "section"], 2, "give two runs of one section"),
        (&["a", "a", "--out", "a"], 2, "is one of the folders to compare"),
        (&["a", "a", "--out", "."], 2, "--force"),
        (&["a", "cut"], 3, "run the section again"),
        (&["a", "empty"], 3, "it holds no numbers"),
        (&["manifest", "a"], 3, "is no manifest"),
    ];
    for (flags, code, expected) in cases {
        let output = run("compare", folder.path(), flags);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{flags:?}: {message}");
        assert!(message.contains(expected), "{flags:?}: {message}");
        assert!(output.stdout.is_empty());
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 6);
}
