//! Several processes that fetch into the same folder, and one that is killed. Each runs this test
//! binary again.

use std::process::{Child, Command, Output, Stdio};
use std::time::Instant;

use super::*;

/// Starts a process that fetches into `dir` from `server`.
fn start(dir: &Path, server: &Server) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "download::tests::processes::fetch_as_told", "--ignored", "--nocapture"])
        .envs([("FETCH_INTO", dir.as_os_str()), ("FETCH_FROM", server.url.as_ref())])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "run in a process by the other tests of this module"]
fn fetch_as_told() {
    let told = |name| std::env::var(name).unwrap();
    let options = Options {
        mirrors: vec![told("FETCH_FROM")],
        loopback_http: true,
        body_timeout: Duration::from_secs(20),
        ..Options::default()
    };
    let (_, parts) = labels();
    fetch_parts(told("FETCH_INTO").as_ref(), &parts, &options, &mut |event| {
        if event == Event::Waiting {
            println!("waiting");
        }
    })
    .unwrap();
}

fn names(dir: &Path) -> Vec<String> {
    let name = |entry: io::Result<fs::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
    let mut names: Vec<_> = fs::read_dir(dir).unwrap().map(name).collect();
    names.sort();
    names
}

#[test]
fn three_processes_download_once() {
    let (file, _) = labels();
    let dir = TempDir::new().unwrap();
    let server = Server::new(Answer::Slow(file.clone()));
    let processes = [(); 3].map(|()| start(dir.path(), &server));
    let outputs: Vec<Output> =
        processes.into_iter().map(|process| process.wait_with_output().unwrap()).collect();
    for output in &outputs {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
    assert_eq!(server.hits(), 1);
    let waited = |output: &&Output| String::from_utf8_lossy(&output.stdout).contains("waiting");
    assert!(outputs.iter().filter(waited).count() >= 1, "no process had to wait for another");
    assert_eq!(fs::read(dir.path().join(NAME)).unwrap(), file);
    assert_eq!(names(dir.path()), ["download.lock", NAME]);
}

#[test]
fn a_killed_process_leaves_no_lock_and_its_file_is_removed() {
    let (file, parts) = labels();
    let dir = TempDir::new().unwrap();
    let stalled = Server::new(Answer::Stalled(file.clone()));
    let mut process = start(dir.path(), &stalled);
    let started = Instant::now();
    // Kill it only after bytes have arrived in its temporary file.
    let has_bytes = |entry: io::Result<fs::DirEntry>| {
        let entry = entry.unwrap();
        let begun = entry.file_name().to_string_lossy().starts_with(TEMPORARY);
        begun && entry.metadata().is_ok_and(|metadata| metadata.len() > 0)
    };
    while !fs::read_dir(dir.path()).unwrap().any(has_bytes) {
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", names(dir.path()));
        thread::sleep(Duration::from_millis(5));
    }
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(names(dir.path()).len(), 2, "{:?}", names(dir.path()));

    let own = dir.path().join(".mine");
    fs::write(&own, "not from a download").unwrap();
    let (result, events) = run(dir.path(), &parts, &[&Server::new(Answer::File(file.clone()))]);
    result.unwrap();
    assert!(events.iter().all(|event| !event.starts_with("Waiting")), "{events:?}");
    assert_eq!(names(dir.path()), [".mine", "download.lock", NAME]);
    assert_eq!(fs::read(dir.path().join(NAME)).unwrap(), file);
}
