//! A signal ends a run with the exit code of that signal and leaves the earlier results complete.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::common::{SIGNALS, can_be_asked, send};

const BINARY: &str = env!("CARGO_BIN_EXE_sec6_3_batchnorm");

#[test]
fn the_earlier_results_survive_a_signal() {
    let folder = tempfile::tempdir().unwrap();
    let command = |flags: &[&str]| {
        let mut command = Command::new(BINARY);
        command.current_dir(folder.path()).args(["--dataset", "synthetic", "--out", "out"]);
        command.args(flags).stdout(Stdio::null()).stderr(Stdio::null());
        command
    };
    assert!(command(&["--quick"]).status().unwrap().success());
    let manifest = || fs::read(folder.path().join("out/manifest.json")).unwrap();
    let before = manifest();

    for &(signal, code) in SIGNALS {
        // Enough runs that no machine finishes them before the signal.
        let mut command = command(&["--runs", "1000"]);
        let command = can_be_asked(&mut command);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Training starts soon after the line about the data.
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut String::new()).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal}");
        let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
        assert!(said.contains("stopped by a signal") && !said.contains("done in"), "{said}");
        assert_eq!(manifest(), before);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "a draft was left behind");
    }
}
