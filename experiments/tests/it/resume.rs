//! Runs that are killed and resumed end as unbroken ones.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::common::{run, stderr};

const FLAGS: [&str; 4] = ["--dataset", "synthetic", "--quick", "--tensorboard"];

fn metrics(folder: &Path, out: &str) -> String {
    fs::read_to_string(folder.join(out).join("metrics.csv")).unwrap()
}

/// Starts a section and kills it once it has kept so many networks.
fn killed(section: &str, folder: &Path, flags: &[&str], networks: usize) {
    let binary = Path::new(env!("CARGO_BIN_EXE_sec6_3_batchnorm")).with_file_name(section);
    let mut child = Command::new(binary)
        .current_dir(folder)
        .args(flags)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let started = Instant::now();
    let kept = || fs::read_dir(folder.join(".resumed.checkpoint")).map_or(0, Iterator::count);
    while kept() <= networks && child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(60), "{section} keeps nothing");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn killed_and_resumed_runs_end_like_unbroken_ones() {
    for (section, part) in [
        ("sec6_1_optimizers", "mnist"),
        ("sec6_2_weight_init", "mnist"),
        ("sec6_3_batchnorm", "batchnorm"),
        ("sec6_4_regularization", "dropout"),
        ("sec6_5_hyperparameters", "search"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let flags = [&FLAGS[..], &["--part", part]].concat();
        let unbroken = run(section, path, &[&flags[..], &["--out", "unbroken"]].concat());
        assert!(unbroken.status.success(), "{section}: {}", stderr(&unbroken));
        let kept = ["--out", "resumed", "--checkpoint-every", "20", "--resume"];
        let flags = [&flags[..], &kept].concat();
        killed(section, path, &flags, 2);
        let resumed = run(section, path, &flags);
        assert!(resumed.status.success(), "{section}: {}", stderr(&resumed));
        assert_eq!(metrics(path, "resumed"), metrics(path, "unbroken"), "{section}");
        assert!(!path.join(".resumed.checkpoint").exists(), "{section}");
    }
}

#[test]
fn checkpoints_of_another_run_are_refused_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let flags = [&FLAGS[..], &["--out", "resumed", "--checkpoint-every", "20"]].concat();
    killed("sec6_3_batchnorm", path, &flags, 1);
    let again = run("sec6_3_batchnorm", path, &flags);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("give --resume to go on with it"), "{}", stderr(&again));
    let other = run("sec6_3_batchnorm", path, &[&flags[..], &["--resume", "--seed", "7"]].concat());
    assert_eq!(other.status.code(), Some(2));
    assert!(stderr(&other).contains("had --seed 0, not 7: give its flags"), "{}", stderr(&other));
    let without = run("sec6_3_batchnorm", path, &["--resume"]);
    assert_eq!(without.status.code(), Some(2));
    assert!(path.join(".resumed.checkpoint/settings.json").exists());
}
