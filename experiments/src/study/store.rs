//! The trials of one search.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::claim::Claim;
use super::journal::Journal;
use super::operation::OUR_WORKERS;
use super::{StudyError, record};
use crate::search::{Space, Trial};

/// What makes a search the one that it is.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The study's name in the file, where others may be too.
    pub name: String,
    /// What is searched.
    pub space: Space,
    /// Everything else on which results depend: (name, value).
    pub settings: Vec<(&'static str, String)>,
}

impl Identity {
    fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = vec![("space", self.space.to_string())];
        settings.extend(self.settings.iter().cloned());
        settings
    }
}

/// The trials of one search, in a file that other processes may write to at the same time, or in
/// memory.
#[derive(Debug)]
pub struct Study {
    identity: Identity,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    journal: Option<Journal>,
    trials: BTreeMap<u64, Trial>,
}

/// What there is to do for a trial.
#[derive(Debug)]
pub(super) enum Turn {
    /// It has ended.
    Ended(Trial),
    /// Another process runs it.
    Elsewhere,
    /// It is ours to run.
    Ours(Permit),
}

/// The right to run a trial.
#[derive(Debug)]
pub(super) struct Permit {
    claim: Option<Claim>,
    started: SystemTime,
}

impl Study {
    /// A study that ends with this process.
    pub fn in_memory(identity: Identity) -> Self {
        let state = State { journal: None, trials: BTreeMap::new() };
        Self { identity, state: Mutex::new(state) }
    }

    /// The study of that name in the file at `path`, which is created if need be.
    ///
    /// # Errors
    /// [`StudyError`] if the file cannot be used, the study was made with other settings, or it is
    /// there and `resume` is not set.
    pub fn open(path: &Path, identity: Identity, resume: bool) -> Result<Self, StudyError> {
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let worker = format!("{OUR_WORKERS}{}-{clock}", std::process::id());
        let mut journal = Journal::new(path, worker);
        journal.read()?;
        let mut created = false;
        if journal.replay().study(&identity.name).is_none() {
            journal.append(|replay, lines| {
                if replay.study(&identity.name).is_none() {
                    created = true;
                    lines.study(replay.studies.len(), &identity.name, &identity.settings());
                }
            })?;
        }
        let mut state = State { journal: Some(journal), trials: BTreeMap::new() };
        state.check(&identity)?;
        state.gather(&identity)?;
        if !created && !resume {
            return Err(state.exists(&identity));
        }
        Ok(Self { identity, state: Mutex::new(state) })
    }

    /// What identifies it.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The trials that have ended, by index, as last seen.
    pub fn trials(&self) -> BTreeMap<u64, Trial> {
        self.state().trials.clone()
    }

    /// Asks for the right to run a trial.
    pub(super) fn turn(&self, index: u64) -> Result<Turn, StudyError> {
        let started = SystemTime::now();
        let mut state = self.state();
        if let Some(ended) = state.trials.get(&index) {
            if let Some(journal) = &state.journal {
                Claim::sweep(journal.path(), &self.identity.name, index);
            }
            return Ok(Turn::Ended(ended.clone()));
        }
        let Some(journal) = &mut state.journal else {
            return Ok(Turn::Ours(Permit { claim: None, started }));
        };
        let path = journal.path().to_owned();
        let claim = Claim::take(&path, &self.identity.name, index)
            .map_err(|source| StudyError::Write { path, source })?;
        // Its last holder may have ended it.
        journal.read()?;
        state.gather(&self.identity)?;
        Ok(match (state.trials.get(&index), claim) {
            (Some(ended), claim) => {
                claim.into_iter().for_each(Claim::fulfil);
                Turn::Ended(ended.clone())
            }
            (None, None) => Turn::Elsewhere,
            (None, claim) => Turn::Ours(Permit { claim, started }),
        })
    }

    /// Keeps a trial that has ended, on disk before this returns. If it had ended elsewhere in the
    /// meantime, that result stands, and is returned.
    pub(super) fn end(&self, permit: Permit, trial: Trial) -> Result<Trial, StudyError> {
        let index = trial.number;
        let mut state = self.state();
        let Some(journal) = &mut state.journal else {
            return Ok(state.trials.entry(index).or_insert(trial).clone());
        };
        let Identity { name, space, .. } = &self.identity;
        journal.append(|replay, lines| {
            let Some((study, _)) = replay.study(name) else { return };
            let mut known = replay.trials.iter().filter(|known| known.study == study);
            if !known.any(|known| known.index() == Some(index)) {
                lines.trial((study, replay.trials.len()), space, &trial, permit.started);
            }
        })?;
        state.gather(&self.identity)?;
        permit.claim.into_iter().for_each(Claim::fulfil);
        state.trials.get(&index).cloned().ok_or_else(|| state.missing(&self.identity))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A thread that panicked changed nothing half: every change is one insertion.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Checks that the study of the file is the one that is meant.
    fn check(&self, identity: &Identity) -> Result<(), StudyError> {
        let Some(journal) = &self.journal else { return Ok(()) };
        let Some((_, study)) = journal.replay().study(&identity.name) else {
            return Err(self.missing(identity));
        };
        for (setting, wanted) in identity.settings() {
            let (found, line) = match study.attributes.get(setting) {
                Some((value, line)) => {
                    (value.as_str().map_or_else(|| value.to_string(), str::to_owned), *line)
                }
                None => ("nothing".to_owned(), study.line),
            };
            if found != wanted {
                return Err(StudyError::OtherSettings {
                    path: journal.path().to_owned(),
                    line,
                    study: identity.name.clone(),
                    setting: setting.into(),
                    found,
                    wanted: wanted.into(),
                });
            }
        }
        Ok(())
    }

    /// Takes over the trials that have ended since.
    fn gather(&mut self, identity: &Identity) -> Result<(), StudyError> {
        let Self { journal: Some(journal), trials } = self else { return Ok(()) };
        let Some((study, _)) = journal.replay().study(&identity.name) else { return Ok(()) };
        for trial in journal.replay().trials.iter().filter(|trial| trial.study == study) {
            if trial.index().is_none_or(|index| trials.contains_key(&index)) {
                continue;
            }
            let ended = record::read(trial, &identity.space)
                .map_err(|reason| journal.broken(trial.line, reason))?;
            trials.extend(ended.map(|ended| (ended.number, ended)));
        }
        Ok(())
    }

    fn exists(&self, identity: &Identity) -> StudyError {
        let journal = self.journal.as_ref();
        let study = journal.and_then(|journal| journal.replay().study(&identity.name));
        StudyError::Exists {
            path: journal.map(|journal| journal.path().to_owned()).unwrap_or_default(),
            line: study.map_or(0, |(_, study)| study.line),
            study: identity.name.clone(),
            trials: self.trials.len(),
        }
    }

    /// Another program has deleted the study.
    fn missing(&self, identity: &Identity) -> StudyError {
        let path = self.journal.as_ref().map(|journal| journal.path().to_owned());
        StudyError::Deleted { path: path.unwrap_or_default(), study: identity.name.clone() }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;
    use crate::search::{End, Epoch, Space};
    use crate::study::complete;

    fn identity() -> Identity {
        let space = ["lr=log:1e-6:1e-2", "depth=int:1:6", "optimizer=choice:sgd,adam"];
        Identity {
            name: "seed-7".to_owned(),
            space: Space::parse(space).unwrap(),
            settings: vec![("seed", "7".to_owned())],
        }
    }

    /// A made-up result whose digits would show any rounding.
    fn trial(index: u64) -> Trial {
        let x = (index as f64 + 1.0) / 7.0 % 1.0;
        let epoch = |epoch| Epoch {
            epoch,
            train_accuracy: x / 3.0,
            validation_accuracy: x / (epoch as f64 + 1.1),
            train_loss: 1.0 / (x + 0.1),
        };
        Trial {
            number: index,
            params: identity().space.at(&[x, 1.0 - x, x]),
            epochs: (0..3).map(epoch).collect(),
            end: match index % 3 {
                0 => End::Complete,
                1 => End::Stopped(2),
                _ => End::Diverged(11),
            },
        }
    }

    fn fill(study: &Study, count: u64) -> Vec<Trial> {
        let indices: Vec<u64> = (0..count).collect();
        complete(study, &indices, |index| Ok(trial(index)), || Ok(())).unwrap()
    }

    fn path(folder: &tempfile::TempDir) -> PathBuf {
        folder.path().join("study.log")
    }

    fn names(folder: &tempfile::TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn trials_come_back_to_the_bit() {
        let folder = tempfile::tempdir().unwrap();
        let study = Study::open(&path(&folder), identity(), false).unwrap();
        let written = fill(&study, 6);
        assert_eq!(written, (0..6).map(trial).collect::<Vec<_>>());
        let again = Study::open(&path(&folder), identity(), true).unwrap();
        assert_eq!(again.trials().into_values().collect::<Vec<_>>(), written);
        let ran = complete(&again, &[4], |_| unreachable!("it has ended"), || Ok(())).unwrap();
        assert_eq!(ran, [trial(4)]);
        assert_eq!(names(&folder), ["study.log"]);
        assert_eq!(fill(&Study::in_memory(identity()), 6), written);
    }

    /// Killed after any byte: what was whole is kept, the rest is run again, and no line is lost.
    #[test]
    fn a_file_cut_anywhere_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        fill(&Study::open(&path(&folder), identity(), false).unwrap(), 3);
        let bytes = fs::read(path(&folder)).unwrap();
        for end in (0..bytes.len()).step_by(37).chain(bytes.len() - 3..bytes.len()) {
            fs::write(path(&folder), &bytes[..end]).unwrap();
            let study = Study::open(&path(&folder), identity(), true);
            let study = match study {
                // Cut within the settings of the study.
                Err(StudyError::OtherSettings { found, .. }) if found == "nothing" => continue,
                study => study.unwrap(),
            };
            assert_eq!(fill(&study, 4), (0..4).map(trial).collect::<Vec<_>>(), "cut at {end}");
            let again = Study::open(&path(&folder), identity(), true).unwrap();
            assert_eq!(again.trials().len(), 4, "cut at {end}");
            let text = fs::read_to_string(path(&folder)).unwrap();
            assert!(
                text.lines().all(|line| serde_json::from_str::<serde_json::Value>(line).is_ok())
            );
        }
    }

    #[test]
    fn several_processes_end_every_trial_once() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let study = Study::open(&path(&folder), identity(), true).unwrap();
                    assert_eq!(fill(&study, 40), (0..40).map(trial).collect::<Vec<_>>());
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
        let message = Study::open(&path(&folder), identity(), resume).unwrap_err().to_string();
        for part in expected.iter().chain([&"study.log"]) {
            assert!(message.contains(part), "no {part:?} in: {message}");
        }
        assert_eq!(fs::read(path(&folder)).unwrap(), text, "the file was changed");
    }

    #[test]
    fn what_cannot_be_used_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fill(&Study::open(&path(&folder), identity(), false).unwrap(), 2);
        let good = fs::read_to_string(path(&folder)).unwrap();
        refused(good.as_bytes(), &["line 1", "2 trials", "--resume"], false);
        let other = good.replace("log:1e-6", "log:1e-5");
        refused(other.as_bytes(), &["line 2", "space", "another --study"], true);
        let seed = good.replace("{\"seed\":\"7\"}", "{\"seed\":\"8\"}");
        refused(seed.as_bytes(), &["line 3", "seed = 8, this run has 7"], true);
        let broken = good.replacen("\"op_code\":7", "\"op_code\":", 1);
        refused(broken.as_bytes(), &["line 5", "no operation", "left as it is"], true);
        let without = good.replacen("\"params\":{", "\"parsam\":{", 1);
        refused(without.as_bytes(), &["line 4", "of the search has no lr"], true);
        refused(b"{}\n", &["line 1", "op_code"], true);
        refused(b"years of work, without a newline", &["line 1", "no operation"], true);
        refused(&[good.as_bytes(), b"\xff\xfe\n"].concat(), &["utf-8"], true);
    }

    /// Whatever its reader makes of it.
    #[test]
    fn a_trial_that_a_dead_process_began_to_write_has_failed() {
        let folder = tempfile::tempdir().unwrap();
        fill(&Study::open(&path(&folder), identity(), false).unwrap(), 1);
        let text = fs::read_to_string(path(&folder)).unwrap();
        let end = text.find("{\"op_code\":6").unwrap();
        fs::write(path(&folder), &text[..end + 20]).unwrap();
        fill(&Study::open(&path(&folder), identity(), true).unwrap(), 1);
        let text = fs::read_to_string(path(&folder)).unwrap();
        let ends: Vec<&str> =
            text.lines().filter(|line| line.starts_with("{\"op_code\":6")).collect();
        assert!(ends[0].contains("\"trial_id\":0") && ends[0].contains("\"state\":3"));
        assert!(ends[1].contains("\"trial_id\":1") && ends[1].contains("\"state\":1"));
        assert!(text.contains("its process died while writing it"));
    }
}
