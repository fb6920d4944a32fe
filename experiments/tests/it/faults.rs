//! Kills, full disks and missing permissions leave either the old results or the new ones, complete
//! and without other files. `experiments/interop/faults/run.sh` kills 200 runs, also of the search.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// The fastest section, with one figure.
const SECTION: &str = "sec6_4_regularization";
const SEARCH: &str = "sec6_5_hyperparameters";
const FILES: [&str; 5] = [
    "metrics.csv",
    "summary.json",
    "index.html",
    "figures/sec6_4_overfit.png",
    "figures/sec6_4_overfit.svg",
];

/// How many runs to kill: the environment variable `KILLS`, or a few.
fn kills() -> usize {
    std::env::var("KILLS").ok().map_or(6, |kills| kills.parse().expect("KILLS is a number"))
}

/// Whether a run was killed: by a signal, or on Windows with the exit code 1, which no run has.
fn was_killed(end: ExitStatus) -> bool {
    end.code().is_none_or(|code| code == 1)
}

fn binary(section: &str) -> PathBuf {
    Path::new(env!("CARGO_BIN_EXE_sec6_3_batchnorm")).with_file_name(section)
}

fn command(section: &str, folder: &Path, flags: &[&str]) -> Command {
    let mut command = Command::new(binary(section));
    command.current_dir(folder).env_remove("MNIST_DIR");
    command.args(["--quick", "--quiet", "--dataset", "synthetic", "--out", "out"]).args(flags);
    if section == SECTION {
        command.args(["--part", "overfit"]);
    }
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The files of results whose bytes depend only on the seed.
fn results(folder: &Path) -> Vec<Vec<u8>> {
    let manifest = fs::read(folder.join("out/manifest.json")).unwrap();
    serde_json::from_slice::<serde_json::Value>(&manifest).expect("a complete manifest");
    FILES.iter().map(|file| fs::read(folder.join("out").join(file)).unwrap()).collect()
}

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_killed_run_leaves_the_old_results_or_the_new_ones() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let run = |seed: &str| command(SECTION, folder, &["--seed", seed]);
    let mut took = Vec::new();
    let whole = ["1", "2"].map(|seed| {
        let started = Instant::now();
        assert!(run(seed).status().unwrap().success());
        took.push(started.elapsed());
        results(folder)
    });
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let (mut old, mut new, mut too_late) = (0, 0, 0);
    while old + new < kills() {
        let kill = old + new + too_late;
        let before = results(folder);
        // The seed whose results are not there now, so that old and new results differ.
        let next = usize::from(before == whole[0]);
        let mut child = run(["1", "2"][next]).spawn().unwrap();
        // Kill in turn at any time; late, while files are written; between the end of the draft
        // and its swap into place; right after the swap.
        let written =
            || fs::metadata(folder.join("out/manifest.json")).and_then(|m| m.modified()).ok();
        let at_first = written();
        let mut wait_for = |moment: &dyn Fn() -> bool, at_most: u64| {
            while child.try_wait().unwrap().is_none() && !moment() {
                sleep(Duration::from_micros(50));
            }
            sleep(Duration::from_micros(rng.random_range(0..at_most)));
        };
        match kill % 4 {
            0 => sleep(took[1].mul_f64(rng.random_range(0.0..1.0))),
            1 => sleep(took[1].mul_f64(rng.random_range(0.6..1.0))),
            2 => wait_for(&|| draft_is_finished(folder), 10_000),
            _ => wait_for(&|| written() != at_first, 500),
        }
        let _ = child.kill();
        let killed = was_killed(child.wait().unwrap());
        assert!(
            entries(folder).len() <= 3,
            "kill {kill}: more than one draft and its lock are left: {:?}",
            entries(folder)
        );
        if cfg!(windows) && !folder.join("out").exists() {
            // Killed between two renames: the next run puts the old results back before it trains.
            let mut child = run("1").spawn().unwrap();
            while child.try_wait().unwrap().is_none() && !folder.join("out").exists() {
                sleep(Duration::from_millis(1));
            }
            child.kill().unwrap();
            child.wait().unwrap();
            assert!(results(folder) == before, "kill {kill}: the old results are lost");
        }
        let after = results(folder);
        assert!(after == before || after == whole[next], "kill {kill}: neither old nor new");
        match (killed, after == before) {
            (true, true) => old += 1,
            (true, false) => new += 1,
            (false, is_old) => {
                assert!(!is_old, "kill {kill}: a run that ended did not leave its results");
                too_late += 1;
            }
        }
    }
    assert!(run("1").status().unwrap().success());
    assert!(results(folder) == whole[0]);
    assert_eq!(entries(folder), ["out"], "the next run removes what a killed one left");
    eprintln!(
        "{} kills of a section: {old} left the old results, {new} the new ones; \
         {too_late} more came too late",
        old + new
    );
}

/// Whether a draft next to `out` has its manifest, which is written last.
fn draft_is_finished(folder: &Path) -> bool {
    let mut entries = fs::read_dir(folder).unwrap().flatten();
    entries.any(|e| e.file_name() != "out" && e.path().join("manifest.json").exists())
}

#[test]
fn a_resumed_search_gives_the_same_bytes_as_an_unbroken_one() {
    let unbroken = tempfile::tempdir().unwrap();
    let flags = ["--part", "search", "--trials", "20", "--study", "study.log", "--resume"];
    let started = Instant::now();
    assert!(command(SEARCH, unbroken.path(), &flags).status().unwrap().success());
    let took = started.elapsed();
    let metrics = |folder: &Path| fs::read(folder.join("out/metrics.csv")).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let finished = |folder: &Path| {
        // Optuna's journal: operation 6 with state 1 is a finished trial.
        let text = fs::read_to_string(folder.join("study.log")).unwrap_or_default();
        let whole = text.rsplit_once('\n').map_or(String::new(), |(whole, _)| whole.to_owned());
        whole.lines().filter(|l| l.contains("\"op_code\":6") && l.contains("\"state\":1")).count()
    };
    let (mut killed, mut too_late, mut survived) = (0, 0, 0);
    while killed < kills() {
        let folder = tempfile::tempdir().unwrap();
        let mut most = 0;
        // Kill the same study a few times, then let it finish.
        for _ in 0..6.min(kills() - killed) {
            let mut child = command(SEARCH, folder.path(), &flags).spawn().unwrap();
            sleep(took.mul_f64(rng.random_range(0.0..0.5)));
            let _ = child.kill();
            match was_killed(child.wait().unwrap()) {
                true => killed += 1,
                false => too_late += 1,
            }
            let now = finished(folder.path());
            assert!(now >= most, "kill {killed}: {most} trials were finished, {now} are");
            most = now;
        }
        survived += most;
        let status = command(SEARCH, folder.path(), &flags).status().unwrap();
        assert!(status.success(), "{status}");
        assert!(metrics(folder.path()) == metrics(unbroken.path()), "after kill {killed}");
        assert_eq!(finished(folder.path()), 20);
        assert_eq!(entries(folder.path()), entries(unbroken.path()));
    }
    eprintln!(
        "{killed} kills of the search, {too_late} more came too late: {survived} trials that had \
         finished were kept, and all searches ended with the same bytes"
    );
}

#[test]
fn of_two_runs_into_one_folder_both_succeed_and_one_leaves_its_results() {
    let folder = tempfile::tempdir().unwrap();
    let run = |seed: &str| command(SECTION, folder.path(), &["--seed", seed]);
    let whole = ["1", "2"].map(|seed| {
        assert!(run(seed).status().unwrap().success());
        results(folder.path())
    });
    // The first time into a folder with earlier results, then without.
    for _ in 0..4 {
        let mut both = ["1", "2"].map(|seed| run(seed).spawn().unwrap());
        assert!(both.each_mut().map(|run| run.wait().unwrap()).iter().all(|end| end.success()));
        assert!(whole.contains(&results(folder.path())));
        assert_eq!(entries(folder.path()), ["out"]);
        fs::remove_dir_all(folder.path().join("out")).unwrap();
    }
}

/// Only Linux gives a user a small disk, without asking root.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_with_5_and_keeps_the_old_results() {
    let folder = tempfile::tempdir().unwrap();
    assert!(command(SECTION, folder.path(), &[]).status().unwrap().success());
    fs::create_dir(folder.path().join("disk")).unwrap();
    // In a separate mount namespace: a tmpfs that holds the earlier results, and has `$1` percent
    // of their size free. Exit 99: it cannot be mounted.
    let script = "\
        mount -t tmpfs -o size=64m tmpfs disk || exit 99; \
        cp -r out disk/out && cd disk || exit 98; \
        free=$(($(du -sk out | cut -f1) * $1 / 100)); \
        head -c $((64*1024*1024 - ($(du -sk . | cut -f1) + $free)*1024)) /dev/zero >filler; \
        \"$0\" --quick --quiet --seed 9 --part overfit --dataset synthetic --out out \
            >/dev/null 2>../error; \
        code=$?; diff -r out ../out >/dev/null || exit 97; \
        [ $(ls -A | wc -l) = 2 ] || exit 96; exit $code";
    for free in ["0", "10", "30", "60", "90"] {
        let status = Command::new("unshare")
            .current_dir(folder.path())
            .args(["--map-root-user", "--mount", "sh", "-c", script])
            .arg(binary(SECTION))
            .arg(free)
            .env_remove("MNIST_DIR")
            .status();
        match status.map(|status| status.code()) {
            Ok(Some(5)) => {}
            Err(_) | Ok(Some(1 | 99)) if std::env::var_os("KILLS").is_none() => {
                eprintln!("not run: a tmpfs cannot be mounted on this machine");
                return;
            }
            other => panic!("{free} percent free: {other:?}"),
        }
        let error = fs::read_to_string(folder.path().join("error")).unwrap();
        assert!(error.contains("No space left") && error.lines().count() == 1, "{error}");
    }
}

/// Windows has no permissions of this kind.
#[cfg(unix)]
#[test]
fn a_folder_without_permission_ends_with_5() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let folder = tempfile::tempdir().unwrap();
    let open = fs::Permissions::from_mode(0o755);
    fs::set_permissions(folder.path(), open).unwrap();
    let locked = folder.path().join("locked");
    fs::create_dir(&locked).unwrap();
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    // Root may write anywhere: as root, the test runs a copy of the program as another user, in a
    // folder that this user may read.
    let binary = folder.path().join(SECTION);
    fs::copy(self::binary(SECTION), &binary).unwrap();
    let mut command = Command::new(&binary);
    command.current_dir(folder.path()).env_remove("MNIST_DIR");
    command.args(["--quick", "--dataset", "synthetic", "--out", "locked/out"]);
    if fs::metadata(&binary).unwrap().uid() == 0 {
        command.uid(65_534).gid(65_534);
    }
    let output = command.output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{message}");
    assert!(message.contains("locked") && message.contains("Permission denied"), "{message}");
    assert!(entries(&locked).is_empty());
}

/// Only Linux has a file that is always full.
#[cfg(target_os = "linux")]
#[test]
fn a_stdout_that_cannot_be_written_ends_with_5_and_keeps_the_old_results() {
    let folder = tempfile::tempdir().unwrap();
    assert!(command(SECTION, folder.path(), &[]).status().unwrap().success());
    let before = results(folder.path());
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let mut to_full = command(SECTION, folder.path(), &["--seed", "3"]);
    assert_eq!(to_full.stdout(full()).status().unwrap().code(), Some(5));
    assert!(results(folder.path()) == before);
    assert_eq!(entries(folder.path()), ["out"]);

    for help in ["--help", "-h", "--version", "--man", "--completions=bash"] {
        let said = |stdout: Stdio| {
            let mut command = Command::new(binary(SECTION));
            command.arg(help).stdout(stdout).output().unwrap()
        };
        let output = said(full().into());
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(5), "{help}: {message}");
        assert!(message.contains("No space left") && message.lines().count() == 1, "{message}");
        // A reader that closes the pipe has read enough.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = said(writer.into());
        assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]), "{help}");
    }

    // A stderr that cannot be written does not stop a run.
    let mut unread = command(SECTION, folder.path(), &["--seed", "3"]);
    assert!(unread.stderr(full()).status().unwrap().success());
}

/// Only Windows lets a program keep others from renaming a folder: that which it has open, as
/// cmd.exe has its current one, and, if it is not wine, any above a file that it has open.
#[cfg(windows)]
#[test]
fn results_held_by_another_program_stay_and_the_new_ones_are_kept_and_named() {
    use std::os::windows::fs::OpenOptionsExt;

    use windows_sys::Win32::Storage::FileSystem::FILE_FLAG_BACKUP_SEMANTICS;

    let folder = tempfile::tempdir().unwrap();
    let run = |seed: &str| command(SECTION, folder.path(), &["--seed", seed]);
    assert!(run("1").status().unwrap().success());
    let before = results(folder.path());
    let hold = || {
        let mut options = fs::File::options();
        // With this flag it opens folders.
        options.read(true).share_mode(0).custom_flags(FILE_FLAG_BACKUP_SEMANTICS);
        options.open(folder.path().join("out")).unwrap()
    };

    let held = hold();
    let output = run("2").stderr(Stdio::piped()).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{message}");
    drop(held);
    assert!(results(folder.path()) == before);
    let names = entries(folder.path());
    let [_, kept] = &names[..] else { panic!("{names:?}") };
    assert!(message.contains(kept.as_str()), "{message}");
    assert!(folder.path().join(kept).join("manifest.json").exists());

    // Let go while the run tries again, it is replaced.
    let held = hold();
    let mut child = run("2").spawn().unwrap();
    while !draft_is_finished(folder.path()) && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(1));
    }
    sleep(Duration::from_secs(1));
    drop(held);
    assert!(child.wait().unwrap().success());
    assert!(results(folder.path()) != before);
}
