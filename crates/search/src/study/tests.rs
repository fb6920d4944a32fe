//! Tests of study files as a search uses them.

use std::fs;
use std::ops::Range;
use std::path::PathBuf;

use init::Seed;
use tempfile::TempDir;

use super::{Identity, Study, StudyError};
use crate::pruner::Never;
use crate::sampler::Random;
use crate::{End, Observe, Report, Search, Space, Trial};

fn identity() -> Identity {
    let space = ["lr=log:1e-6:1e-2", "depth=int:1:6", "optimizer=choice:sgd,adam"];
    Identity {
        name: "seed-7".to_owned(),
        space: Space::parse(space).unwrap(),
        measures: ["train_accuracy", "train_loss"].map(str::to_owned).into(),
        may_widen: true,
        settings: vec![("seed".to_owned(), "7".to_owned())],
    }
}

/// A made-up result with digits in which any rounding would show.
fn trial(number: u64) -> Trial {
    let x = (number as f64 + 1.0) / 7.0 % 1.0;
    let report = |step| {
        let report = Report::of(step, x / (step as f64 + 1.1));
        report.with("train_accuracy", x / 3.0).with("train_loss", 1.0 / (x + 0.1))
    };
    Trial {
        number,
        params: identity().space.at(&[x, 1.0 - x, x]),
        reports: (0..3).map(report).collect(),
        end: match number % 3 {
            0 => End::Complete,
            1 => End::Stopped(2),
            _ => End::Diverged(11),
        },
    }
}

fn complete(
    study: &Study,
    numbers: Range<u64>,
    run: impl Fn(u64) -> Trial,
) -> Result<Vec<Trial>, StudyError> {
    let trial = |number| study.trial(number, || Ok::<_, StudyError>(run(number)));
    numbers.map(|number| Ok(trial(number)?.expect("no other process has it"))).collect()
}

fn fill(study: &Study, count: u64) -> Vec<Trial> {
    complete(study, 0..count, trial).unwrap()
}

fn path(folder: &TempDir) -> PathBuf {
    folder.path().join("study.log")
}

fn open(folder: &TempDir, resume: bool) -> Result<Study, StudyError> {
    Study::open(&path(folder), identity(), resume, |_| {})
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn trials_come_back_to_the_bit() {
    let folder = tempfile::tempdir().unwrap();
    let study = open(&folder, false).unwrap();
    let written = fill(&study, 6);
    assert_eq!(written, (0..6).map(trial).collect::<Vec<_>>());
    let again = open(&folder, true).unwrap();
    assert_eq!(again.trials().into_values().collect::<Vec<_>>(), written);
    let ran = complete(&again, 4..5, |_| unreachable!("it has ended")).unwrap();
    assert_eq!(ran, [trial(4)]);
    assert_eq!(names(&folder), ["study.log"]);
}

/// No `f64` is 2⁵³ + 1: read as one, it would lie outside of its range, and the file be refused.
#[test]
fn whole_numbers_that_no_f64_holds_come_back() {
    let space = Space::parse(["x=int:9007199254740993:9007199254740995"]).unwrap();
    let trial = |number: u64| {
        let params = space.at(&[number as f64 / 2.0]);
        Trial { number, params, reports: vec![Report::of(0, 0.5)], end: End::Complete }
    };
    let folder = tempfile::tempdir().unwrap();
    let open = |resume| {
        let identity = Identity { space: space.clone(), measures: Vec::new(), ..identity() };
        Study::open(&path(&folder), identity, resume, |_| {}).unwrap()
    };
    let written = complete(&open(false), 0..3, trial);
    assert_eq!(written.unwrap(), (0..3).map(trial).collect::<Vec<_>>());
    assert_eq!(open(true).trials().into_values().collect::<Vec<_>>(), [0, 1, 2].map(trial));
}

/// A process can be killed after any byte: complete trials are kept, the others are run again.
#[test]
fn a_file_cut_anywhere_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    fill(&open(&folder, false).unwrap(), 3);
    let bytes = fs::read(path(&folder)).unwrap();
    for end in (0..bytes.len()).step_by(37).chain(bytes.len() - 3..bytes.len()) {
        fs::write(path(&folder), &bytes[..end]).unwrap();
        let study = open(&folder, true);
        let study = match study {
            // The cut is within the settings of the study.
            Err(StudyError::OtherSettings { found, .. }) if found == "nothing" => continue,
            study => study.unwrap(),
        };
        assert_eq!(fill(&study, 4), (0..4).map(trial).collect::<Vec<_>>(), "cut at {end}");
        let again = open(&folder, true).unwrap();
        assert_eq!(again.trials().len(), 4, "cut at {end}");
        let text = fs::read_to_string(path(&folder)).unwrap();
        assert!(text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok()));
    }
}

#[test]
fn several_processes_end_every_trial_once() {
    let folder = tempfile::tempdir().unwrap();
    let (space, seed) = (identity().space, Seed::new(7));
    let search =
        Search { space: &space, sampler: &Random, pruner: &Never, seed, steps: 3, together: 1 };
    let objective = |number, _: &_, observe: &mut Observe<'_>| -> Result<End, StudyError> {
        let Trial { reports, end, .. } = trial(number);
        let _ = reports.into_iter().try_for_each(observe);
        Ok(end)
    };
    let alone = search.run(&[], 0..40, &objective, &|_| Ok(())).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let study = open(&folder, true).unwrap();
                let all = search.run_study(&study, 40, &objective, &|_| Ok(())).unwrap();
                assert_eq!(all, alone);
            });
        }
    });
    let text = fs::read_to_string(path(&folder)).unwrap();
    assert_eq!(text.matches("\"op_code\":4").count(), 40);
    assert_eq!(text.matches("\"op_code\":0").count(), 1);
    assert_eq!(names(&folder), ["study.log"]);
}

fn refused(text: &[u8], expected: &[&str], resume: bool) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(path(&folder), text).unwrap();
    let message = open(&folder, resume).unwrap_err().to_string();
    for part in expected.iter().chain([&"study.log"]) {
        assert!(message.contains(part), "no {part:?} in: {message}");
    }
    assert_eq!(fs::read(path(&folder)).unwrap(), text, "the file was changed");
}

#[test]
fn a_file_that_cannot_be_used_is_not_changed() {
    let folder = tempfile::tempdir().unwrap();
    fill(&open(&folder, false).unwrap(), 2);
    let good = fs::read_to_string(path(&folder)).unwrap();
    refused(good.as_bytes(), &["line 1", "2 trials of the study seed-7"], false);
    let other = good.replace("log:1e-6", "log:1e-7");
    refused(other.as_bytes(), &["line 2", "space"], true);
    let seed = good.replace("{\"seed\":\"7\"}", "{\"seed\":\"8\"}");
    refused(seed.as_bytes(), &["line 3", "seed = 8, this run has 7"], true);
    let broken = good.replacen("\"op_code\":7", "\"op_code\":", 1);
    refused(broken.as_bytes(), &["line 5", "not a journal operation", "left as it is"], true);
    let without = good.replacen("\"params\":{", "\"parsam\":{", 1);
    refused(without.as_bytes(), &["line 4", "of the search has no lr"], true);
    refused(b"{}\n", &["line 1", "op_code"], true);
    refused(b"years of work, without a newline", &["line 1", "not a journal operation"], true);
    refused(&[good.as_bytes(), b"\xff\xfe\n"].concat(), &["utf-8"], true);
}

#[test]
fn a_trial_that_a_dead_process_left_incomplete_has_failed() {
    let folder = tempfile::tempdir().unwrap();
    fill(&open(&folder, false).unwrap(), 1);
    let text = fs::read_to_string(path(&folder)).unwrap();
    let end = text.find("{\"op_code\":6").unwrap();
    fs::write(path(&folder), &text[..end + 20]).unwrap();
    fill(&open(&folder, true).unwrap(), 1);
    let text = fs::read_to_string(path(&folder)).unwrap();
    let ends: Vec<&str> = text.lines().filter(|line| line.starts_with("{\"op_code\":6")).collect();
    assert!(ends[0].contains("\"trial_id\":0") && ends[0].contains("\"state\":3"));
    assert!(ends[1].contains("\"trial_id\":1") && ends[1].contains("\"state\":1"));
    assert!(text.contains("its process died while writing it"));
}

#[test]
fn a_trial_that_could_not_be_read_back_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let study = open(&folder, false).unwrap();
    let before = fs::read(path(&folder)).unwrap();
    let bare = |step| Report::of(step, 0.5);
    let whole = |step| bare(step).with("train_accuracy", 0.5).with("train_loss", 1.0);
    for (reports, reason) in [
        (
            vec![whole(0), bare(1)],
            "trial 0 cannot be kept: it reported no train_accuracy at step 1",
        ),
        (vec![whole(1), whole(1)], "it reported step 1 after step 1; steps must increase"),
    ] {
        let run = |number| Trial { reports: reports.clone(), ..trial(number) };
        let refused = complete(&study, 0..1, run);
        let message = refused.unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
    }
    assert_eq!(fs::read(path(&folder)).unwrap(), before);
}

fn wider(ranges: [&str; 3]) -> Identity {
    Identity { space: Space::parse(ranges).unwrap(), ..identity() }
}

#[test]
fn a_study_resumed_in_a_wider_space_keeps_its_trials() {
    let folder = tempfile::tempdir().unwrap();
    let running = Study::open(&path(&folder), identity(), false, |_| {}).unwrap();
    let old = fill(&running, 4);
    let new = wider(["lr=log:1e-7:1", "depth=int:1:9", "optimizer=choice:sgd,adam,lion"]);
    let far = new.space.at(&[1.0, 1.0, 1.0]);
    let study = Study::open(&path(&folder), new.clone(), true, |_| {}).unwrap();
    assert_eq!(study.trials().into_values().collect::<Vec<_>>(), old);
    let all = complete(&study, 4..5, |n| Trial { params: far.clone(), ..trial(n) }).unwrap();
    assert_eq!(all[0].params, far);
    // The wider space can be resumed; the space from before is now another search.
    let again = Study::open(&path(&folder), new, true, |_| {}).unwrap();
    assert_eq!(again.trials().len(), 5);
    let narrow = Study::open(&path(&folder), identity(), true, |_| {}).unwrap_err();
    assert!(
        narrow.to_string().contains("line 24: the study seed-7 was made with space = lr=log:1e-7"),
        "{narrow}"
    );
    // A process that was running meanwhile gets an error.
    let told = complete(&running, 5..6, trial);
    assert!(matches!(told, Err(StudyError::OtherSettings { .. })));
}

#[test]
fn a_space_that_lacks_old_trials_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fill(&Study::open(&path(&folder), identity(), false, |_| {}).unwrap(), 2);
    let bytes = fs::read(path(&folder)).unwrap();
    for ranges in [
        ["lr=log:1e-5:1", "depth=int:1:6", "optimizer=choice:sgd,adam"],
        ["lr=uniform:0:1", "depth=int:1:6", "optimizer=choice:sgd,adam"],
        ["lr=log:1e-6:1e-2", "depth=logint:1:6", "optimizer=choice:sgd,adam"],
        ["lr=log:1e-6:1e-2", "depth=int:1:6", "optimizer=choice:adam,sgd"],
        ["lr=log:1e-6:1e-2", "depth=int:1:6", "optimizer=choice:lion,sgd,adam"],
        ["lr=log:1e-6:1e-2", "depth=int:1:6", "momentum=choice:sgd,adam"],
    ] {
        let refused = Study::open(&path(&folder), wider(ranges), true, |_| {});
        assert!(matches!(refused, Err(StudyError::OtherSettings { .. })), "{ranges:?}");
    }
    let fixed = wider(["lr=log:1e-7:1", "depth=int:1:6", "optimizer=choice:sgd,adam"]);
    let fixed = Identity { may_widen: false, ..fixed };
    assert!(Study::open(&path(&folder), fixed, true, |_| {}).is_err());
    assert_eq!(fs::read(path(&folder)).unwrap(), bytes, "the file was changed");
}
