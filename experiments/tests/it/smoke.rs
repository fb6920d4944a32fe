//! Quick runs of every section on synthetic digits: they succeed and leave the promised files.

use std::fs;
use std::path::Path;

use crate::common::{files, quick, quick_korean, run, stderr};

/// Every section that has a binary.
pub const SECTIONS: [&str; 5] = [
    "sec6_1_optimizers",
    "sec6_2_weight_init",
    "sec6_3_batchnorm",
    "sec6_4_regularization",
    "sec6_5_hyperparameters",
];
/// Figures without a data set.
const WITHOUT_DATA: [&str; 8] = [
    "sec6_1_surface",
    "sec6_1_contours",
    "sec6_1_gradient_field",
    "sec6_1_paths",
    "sec6_1_descent",
    "sec6_2_sigmoid",
    "sec6_2_tanh",
    "sec6_2_relu",
];

#[test]
fn a_quick_run_leaves_all_files_and_they_say_synthetic() {
    for section in SECTIONS {
        let run = quick(section, &[]);
        let stdout = run.stdout();
        assert!(stdout.starts_with("data: synthetic digits, not MNIST\n"), "{section}: {stdout}");

        assert!(run.text("metrics.csv").starts_with("part,series,seed,step,metric,value\n"));
        let manifest: serde_json::Value = serde_json::from_str(run.text("manifest.json")).unwrap();
        assert_eq!(manifest["data"]["kind"], "synthetic");
        assert_eq!(manifest["section"], section);
        let summary: serde_json::Value = serde_json::from_str(run.text("summary.json")).unwrap();
        assert!(summary["results"].is_object());

        let figures: Vec<_> = run.files.keys().filter(|path| path.starts_with("figures")).collect();
        assert!(!figures.is_empty());
        for path in figures {
            if path.extension().is_some_and(|extension| extension == "svg") {
                let svg = run.text(path.to_str().unwrap());
                let name = path.file_stem().unwrap().to_str().unwrap();
                let says = svg.contains("synthetic digits, not MNIST");
                assert_eq!(says, !WITHOUT_DATA.contains(&name), "{name}");
                assert!(run.files.contains_key(&path.with_extension("png")));
            }
        }
        let page = run.text("index.html");
        let links = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        for link in links.filter(|link| !link.starts_with("..") && !link.starts_with("data:")) {
            assert!(run.files.contains_key(Path::new(link)), "{section}: the page links {link}");
        }
    }
}

/// The page contains the command, and the manifest the time.
fn depends_on_the_call(name: &Path) -> bool {
    ["index.html", "manifest.json"].map(Path::new).contains(&name)
}

/// Runs a section in one thread and in two, and asserts that the files have the same bytes. Returns
/// the stdout and the page of both runs, without the flag that differs.
fn twice(section: &str, flags: &[&str]) -> [(&'static str, String); 2] {
    let runs = ["1", "2"].map(|threads| {
        let run = quick_korean(section, threads, flags);
        let said = format!("--threads {threads}");
        let page = run.text("index.html");
        assert_eq!(page.matches(&said).count(), 1, "{section}");
        (run, (run.stdout(), page.replace(&said, "")))
    });
    let [(first, said), (second, said_again)] = runs;
    let names = || first.files.keys();
    assert!(names().eq(second.files.keys()) && names().len() >= 6, "{section}: other files");
    for name in names().filter(|name| !depends_on_the_call(name)) {
        let same = first.files[name] == second.files[name];
        assert!(same, "{section} {flags:?}: {} differs", name.display());
    }
    [said, said_again]
}

#[test]
fn results_do_not_depend_on_threads_or_repetition() {
    // Work is divided in the same way for f32 and f64: one section suffices for f64, which takes
    // twice the time.
    let f64: &[&str] = &["--precision", "f64"];
    let cases = SECTIONS.map(|section| (section, &[][..]));
    for (section, flags) in cases.into_iter().chain([("sec6_4_regularization", f64)]) {
        let [first, second] = twice(section, flags);
        assert!(first == second, "{section} {flags:?}: stdout or page differ");
    }
    // The stdout and the pages of these parts contain times.
    for part in ["samplers", "pruners"] {
        twice("sec6_5_hyperparameters", &["--part", part, "--epochs", "3"]);
    }
}

#[test]
fn another_seed_gives_other_results() {
    for section in SECTIONS {
        let metrics = |flags: &[&str]| quick(section, flags).bytes("metrics.csv");
        assert!(metrics(&[]) != metrics(&["--seed", "5"]));
    }
}

#[test]
fn closing_the_pipe_of_stdout_does_not_stop_the_run() {
    use std::io::Read;
    use std::process::{Command, Stdio};

    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_sec6_3_batchnorm"))
        .current_dir(folder.path())
        .args(["--quick", "--dataset", "synthetic", "--out", "out"])
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

/// A program installed from a wheel has no workspace in which `cargo run` works.
#[test]
fn the_page_shows_a_cargo_command_only_if_cargo_started_the_program() {
    use std::process::{Command, Stdio};

    let package = env!("CARGO_MANIFEST_DIR");
    for (by_cargo, set) in [(true, package), (false, "/another/package"), (false, "")] {
        let folder = tempfile::tempdir().unwrap();
        let status = Command::new(env!("CARGO_BIN_EXE_sec6_3_batchnorm"))
            .current_dir(folder.path())
            .env("CARGO_MANIFEST_DIR", set)
            .args(["--quick", "--dataset", "synthetic", "--out", "out", "--quiet"])
            .stdout(Stdio::null())
            .status();
        assert!(status.unwrap().success());
        let page = fs::read_to_string(folder.path().join("out/index.html")).unwrap();
        let flags = "--quick --dataset synthetic --out out --quiet</pre>";
        let cargo = format!("<pre>cargo run -p experiments --bin sec6_3_batchnorm -- {flags}");
        assert!(page.contains(flags), "{set}");
        assert_eq!(page.contains(&cargo), by_cargo, "{set}");
    }
}

/// A run warns about texts without a translation.
#[test]
fn every_text_of_every_section_is_translated_to_korean() {
    for section in SECTIONS {
        let run = quick_korean(section, "1", &[]);
        assert_eq!(stderr(&run.output), "", "{section}: experiments/lang/ko.toml lacks these");
        let page = run.text("index.html");
        assert!(page.contains("<html lang=\"ko\">") && page.contains("그림"), "{section}");
        assert!(page.contains("font/ttf;base64"), "{section}: the font is on the page");
    }
}

#[test]
fn a_manifest_repeats_its_run_to_the_byte() {
    for section in SECTIONS {
        let first = quick(section, &["--seed", "5"]);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("manifest.json"), first.bytes("manifest.json")).unwrap();
        let flags = ["--config", "manifest.json", "--out", "again"];
        let output = run(section, folder.path(), &flags);
        assert!(output.status.success(), "{section}: {}", stderr(&output));
        let again = files(&folder.path().join("again"));
        for (name, bytes) in first.files.iter().filter(|(name, _)| !depends_on_the_call(name)) {
            assert!(again[name] == *bytes, "{section}: {} differs", name.display());
        }
    }
}
