//! A search that keeps its trials in a file: killed and resumed, shared, or refused.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{run, stderr};

const SECTION: &str = "sec6_5_hyperparameters";
const SEARCH: [&str; 16] = [
    "--part",
    "search",
    "--dataset",
    "synthetic",
    "--trials",
    "24",
    "--epochs",
    "20",
    "--pruner",
    "median",
    "--space",
    "lr=log:1e-4:1e-1",
    "--space",
    "width=int:10:50",
    "--quiet",
    "--no-progress",
];

fn search(folder: &Path, out: &str, more: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sec6_5_hyperparameters"));
    command.current_dir(folder).args(SEARCH).args(["--out", out]).args(more);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn metrics(folder: &Path, out: &str) -> Vec<u8> {
    fs::read(folder.join(out).join("metrics.csv")).unwrap()
}

#[test]
fn a_killed_and_resumed_search_ends_like_an_unbroken_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    assert!(search(path, "unbroken", &[]).status().unwrap().success());
    let study = ["--study", "study.log", "--resume"];
    let mut killed = 0;
    for pause in [300, 120, 200, 80, 400] {
        let mut child = search(path, "resumed", &study).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(pause));
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(killed > 0);
    assert!(search(path, "resumed", &study).status().unwrap().success());
    assert_eq!(metrics(path, "resumed"), metrics(path, "unbroken"));
}

#[test]
fn processes_that_share_a_study_all_end_with_the_whole_search() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let study = ["--study", "study.log", "--resume"];
    let children: Vec<_> =
        ["a", "b", "c"].map(|out| search(path, out, &study).spawn().unwrap()).into();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(metrics(path, "a"), metrics(path, "b"));
    assert_eq!(metrics(path, "a"), metrics(path, "c"));
    let text = fs::read_to_string(path.join("study.log")).unwrap();
    assert_eq!(text.matches("{\"op_code\":4").count(), 24);
    assert!(!path.join("study.log.claims").exists() && !path.join("study.log.lock").exists());
}

#[test]
fn an_unusable_study_is_refused_and_left_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let small =
        ["--part", "search", "--dataset", "synthetic", "--quick", "--out", "out", "--study"];
    let flags = |more: &[&'static str]| [&small[..], &["study.log"], more].concat();
    assert!(run(SECTION, path, &flags(&[])).status.success());
    let before = fs::read_to_string(path.join("study.log")).unwrap();
    let refuse = |more: &[&'static str], code: i32, expected: &[&str]| {
        let text = fs::read(path.join("study.log")).unwrap();
        let output = run(SECTION, path, &flags(more));
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{message}");
        for part in expected {
            assert!(message.contains(part), "no {part:?} in: {message}");
        }
        assert_eq!(fs::read(path.join("study.log")).unwrap(), text);
    };
    refuse(&[], 2, &["study.log", "line 1", "--resume"]);
    refuse(&["--resume", "--space", "lr=log:1e-3:1"], 2, &["study.log", "line 2", "space"]);
    refuse(&["--resume", "--space", "lr=log:1:1e-3"], 2, &["above the upper end"]);
    refuse(&["--resume", "--space", "lr=log:1e-3:1", "--sampler", "sobol"], 2, &["line 2"]);
    fs::write(path.join("study.log"), before.replacen("\"op_code\":7", "op", 1)).unwrap();
    refuse(&["--resume"], 3, &["study.log", "line ", "not a journal operation"]);
}
