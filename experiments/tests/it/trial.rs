//! The interface of a single trial: lines on stdout, exit codes, signals, and a closed pipe.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{SIGNALS, can_be_asked, send};

fn trial(flags: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sec6_5_hyperparameters"));
    command.args(["trial", "--json", "--dataset", "synthetic"]).args(flags);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null());
    command
}

fn lines(stdout: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_trial_prints_each_epoch_then_done_and_the_same_every_time() {
    let flags = ["--lr", "0.01", "--epochs", "3", "--seed", "5", "--number", "2"];
    let (first, second) = (trial(&flags).output().unwrap(), trial(&flags).output().unwrap());
    assert_eq!(first.status.code(), Some(0));
    assert_eq!(first.stdout, second.stdout);
    let lines = lines(&first.stdout);
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["epoch", "epoch", "epoch", "done"]);
    assert_eq!(lines[3]["value"], lines[2]["validation_accuracy"]);
    assert_eq!(lines[3]["state"], "complete");
}

#[test]
fn the_exit_code_says_how_a_trial_ended() {
    for (flags, code) in [
        (&["--lr", "1e30", "--epochs", "3"][..], 4),
        (&["--lr", "-1"], 2),
        (&["--dropout", "1"], 2),
        (&["--optimizer", "adamm"], 2),
        (&["--dataset", "mnist", "--data-dir", "/nonexistent"], 3),
    ] {
        // Not `trial`, because --dataset may be given only once.
        let mut command = Command::new(env!("CARGO_BIN_EXE_sec6_5_hyperparameters"));
        command.args(["trial", "--json"]).args(flags);
        if !flags.contains(&"--dataset") {
            command.args(["--dataset", "synthetic"]);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{flags:?}");
        let done = lines(&output.stdout).into_iter().filter(|line| line["event"] == "done");
        assert_eq!(done.count(), usize::from(code == 4), "{flags:?}");
        assert_eq!(output.stderr.is_empty(), code == 4, "{flags:?}");
    }
}

/// At most three threads: training, waiting for signals, and ending a process whose epoch takes too
/// long after a signal. Only Linux shows them as files.
#[cfg(target_os = "linux")]
#[test]
fn a_trial_starts_no_worker_threads() {
    let mut child = trial(&["--epochs", "60000"]).spawn().unwrap();
    let mut text = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut text).unwrap();
    let threads = std::fs::read_dir(format!("/proc/{}/task", child.id())).unwrap().count();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(threads <= 3, "{threads} threads");
}

/// clap by itself does not recognise negative numbers with an exponent.
#[test]
fn a_negative_number_in_any_notation_is_refused_by_its_flag() {
    for lr in ["-1e-3", "-0.001", "-.5E+2"] {
        let output = trial(&["--lr", lr]).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{message}");
        assert!(message.contains("must be above 0"), "{lr}: {message}");
    }
    for flag in ["--epochs", "--seed", "--width"] {
        let message = String::from_utf8(trial(&[flag, "-1"]).output().unwrap().stderr).unwrap();
        assert!(message.contains(&format!("invalid value '-1' for '{flag}")), "{message}");
    }
}

#[test]
fn a_signal_ends_a_trial_after_the_epoch_without_done() {
    for &(signal, code) in SIGNALS {
        let mut child = can_be_asked(&mut trial(&["--epochs", "60000"])).spawn().unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut text = String::new();
        reader.read_line(&mut text).unwrap();
        let begin = Instant::now();
        send(signal, &child);
        reader.read_to_string(&mut text).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert!(begin.elapsed() < Duration::from_secs(30));
        assert!(lines(text.as_bytes()).iter().all(|line| line["event"] == "epoch"));
    }
}

#[test]
fn a_closed_pipe_ends_a_trial() {
    let mut child = trial(&["--epochs", "60000"]).spawn().unwrap();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut String::new()).unwrap();
    drop(reader);
    assert_eq!(child.wait().unwrap().code(), Some(5));
}
