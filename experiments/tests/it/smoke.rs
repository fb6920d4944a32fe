//! Every section, small, on synthetic digits: it ends well and leaves what it promises.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::common::{run, stderr};

/// Every section that has a binary.
const SECTIONS: [&str; 5] = [
    "sec6_1_optimizers",
    "sec6_2_weight_init",
    "sec6_3_batchnorm",
    "sec6_4_regularization",
    "sec6_5_hyperparameters",
];
/// Figures in which no data set is used.
const WITHOUT_DATA: [&str; 7] = [
    "sec6_1_surface",
    "sec6_1_contours",
    "sec6_1_gradient_field",
    "sec6_1_paths",
    "sec6_2_sigmoid",
    "sec6_2_tanh",
    "sec6_2_relu",
];

const QUICK: [&str; 4] = ["--quick", "--dataset", "synthetic", "--out"];

#[test]
fn a_quick_run_leaves_a_whole_folder_that_says_synthetic() {
    for section in SECTIONS {
        let folder = tempfile::tempdir().unwrap();
        let output = run(section, folder.path(), &[&QUICK[..], &["out"]].concat());
        assert!(output.status.success(), "{section}: {}", stderr(&output));
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.starts_with("data: synthetic digits, not MNIST\n"), "{section}: {stdout}");

        let out = folder.path().join("out");
        let read = |name: &str| fs::read_to_string(out.join(name)).unwrap();
        assert!(read("metrics.csv").starts_with("part,series,seed,step,metric,value\n"));
        let manifest: serde_json::Value = serde_json::from_str(&read("manifest.json")).unwrap();
        assert_eq!(manifest["data"]["kind"], "synthetic");
        assert_eq!(manifest["section"], section);
        let summary: serde_json::Value = serde_json::from_str(&read("summary.json")).unwrap();
        assert!(summary["results"].is_object());

        let figures: Vec<_> = fs::read_dir(out.join("figures")).unwrap().collect();
        assert!(!figures.is_empty());
        for figure in figures {
            let path = figure.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "svg") {
                let svg = fs::read_to_string(&path).unwrap();
                let name = path.file_stem().unwrap().to_str().unwrap();
                let says = svg.contains("synthetic digits, not MNIST");
                assert_eq!(says, !WITHOUT_DATA.contains(&name), "{name}");
                assert!(path.with_extension("png").exists());
            }
        }
        // Nothing else is left beside it.
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

/// Every file of the results that is not about the call itself, by name: all but the manifest.
fn results(out: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut results = BTreeMap::new();
    for folder in [out, &out.join("figures")] {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_file() && !path.ends_with("manifest.json") {
                let name = path.strip_prefix(out).unwrap().to_owned();
                results.insert(name, fs::read(path).unwrap());
            }
        }
    }
    results
}

/// Runs a section in one thread and again in two: the same files, to the byte. Gives what the two
/// said on stdout and their pages, without the flag in which they differ.
fn twice(section: &str, flags: &[&str]) -> [(Vec<u8>, String); 2] {
    let runs = ["1", "2"].map(|threads| {
        let folder = tempfile::tempdir().unwrap();
        let flags = [&QUICK[..], &["out", "--threads", threads, "--seed", "7"], flags].concat();
        let output = run(section, folder.path(), &flags);
        assert!(output.status.success(), "{}", stderr(&output));
        let mut files = results(&folder.path().join("out"));
        let page = String::from_utf8(files.remove(Path::new("index.html")).unwrap()).unwrap();
        let said = format!("--threads {threads} ");
        assert_eq!(page.matches(&said).count(), 1, "{section}");
        (files, (output.stdout, page.replace(&said, "")))
    });
    let [(first, said), (second, said_again)] = runs;
    assert!(first.keys().eq(second.keys()) && first.len() >= 4, "{section}: other files");
    for (name, bytes) in &first {
        assert!(*bytes == second[name], "{section} {flags:?}: {} differs", name.display());
    }
    [said, said_again]
}

#[test]
fn results_do_not_depend_on_threads_or_repetition() {
    // How work is divided does not depend on the type of numbers: f64 takes twice the time, and one section.
    let cases = SECTIONS.map(|section| (section, "f32"));
    for (section, precision) in cases.into_iter().chain([("sec6_4_regularization", "f64")]) {
        let [first, second] = twice(section, &["--runs", "2", "--precision", precision]);
        assert!(first == second, "{section} {precision}: stdout or page differ");
    }
    // These say how long something took.
    for part in ["samplers", "pruners"] {
        twice("sec6_5_hyperparameters", &["--part", part]);
    }
}

#[test]
fn another_seed_gives_other_numbers() {
    for section in SECTIONS {
        let folder = tempfile::tempdir().unwrap();
        let metrics = |seed: &str| {
            let output =
                run(section, folder.path(), &[&QUICK[..], &["out", "--seed", seed]].concat());
            assert!(output.status.success(), "{}", stderr(&output));
            fs::read(folder.path().join("out/metrics.csv")).unwrap()
        };
        assert!(metrics("1") != metrics("2"));
    }
}

#[test]
fn a_reader_who_goes_away_does_not_stop_the_run() {
    use std::io::Read;
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_sec6_3_batchnorm"))
        .current_dir(folder.path())
        .args([&QUICK[..], &["out", "--runs", "3"]].concat())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut [0; 10]).unwrap();
    drop(stdout);
    assert!(child.wait().unwrap().success());
    assert!(folder.path().join("out/metrics.csv").exists());
}

/// A text without an entry in the table of the language is warned of.
#[test]
fn every_text_of_every_section_has_a_korean_one() {
    for section in SECTIONS {
        let folder = tempfile::tempdir().unwrap();
        let flags = [&QUICK[..], &["out", "--lang", "ko", "--runs", "2", "--quiet"]].concat();
        let output = run(section, folder.path(), &flags);
        assert!(output.status.success(), "{section}: {}", stderr(&output));
        assert_eq!(stderr(&output), "", "{section}");
        let page = fs::read_to_string(folder.path().join("out/index.html")).unwrap();
        assert!(page.contains("<html lang=\"ko\">") && page.contains("그림"), "{section}");
        assert!(page.contains("font/ttf;base64"), "{section}: the font is on the page");
    }
}

#[test]
fn a_manifest_repeats_its_run_to_the_byte() {
    for section in SECTIONS {
        let folder = tempfile::tempdir().unwrap();
        let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
        let flags = [&QUICK[..], &["first", "--seed", "5"]].concat();
        let output = run(section, folder.path(), &flags);
        assert!(output.status.success(), "{section}: {}", stderr(&output));
        let again = ["--config", "first/manifest.json", "--out", "again"];
        let output = run(section, folder.path(), &again);
        assert!(output.status.success(), "{section}: {}", stderr(&output));
        for file in ["metrics.csv", "summary.json"] {
            assert!(read(&format!("first/{file}")) == read(&format!("again/{file}")), "{section}");
        }
    }
}
