//! The trials of one search.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use super::claim::Claim;
use super::error::StudyError;
use super::format::OUR_WORKERS;
use super::identity::{Identity, SPACE};
use super::journal::Journal;
use super::lock::Lock;
use super::record;
use super::replay::Replay;
use crate::{Space, Trial};

/// The trials of one search, in a file that other processes may write to at the same time, or in
/// memory.
///
/// ```
/// use init::Seed;
/// use search::pruner::Never;
/// use search::sampler::Sobol;
/// use search::{End, Identity, Report, Search, Space, Study, StudyError};
///
/// let space = Space::parse(["x=uniform:0:1"])?;
/// let (sampler, pruner, seed) = (&Sobol, &Never, Seed::new(7));
/// let search = Search { space: &space, sampler, pruner, seed, steps: 1, together: 1 };
/// let identity = || Identity {
///     name: "x-seed-7".to_owned(),
///     space: space.clone(),
///     measures: Vec::new(),
///     may_widen: true,
///     settings: vec![("seed".to_owned(), "7".to_owned())],
/// };
/// let run = |study: Study, count| {
///     search.run_study::<StudyError>(
///         &study,
///         count,
///         &|number, _, observe| {
///             let _ = observe(Report::of(0, number as f64));
///             Ok(End::Complete)
///         },
///         &|_| Ok(()),
///     )
/// };
/// let folder = tempfile::tempdir()?;
/// let file = folder.path().join("study.log");
/// let first = run(Study::open(&file, identity(), false, |_| {})?, 4)?;
/// // Another process goes on where that one ended.
/// let all = run(Study::open(&file, identity(), true, |_| {})?, 8)?;
/// assert_eq!((all.len(), &all[..4]), (8, &first[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// A study that is there is gone on with if `resume` is set; it may then have a wider space than before, if
    /// [`Identity::may_widen`] says so. `notice` hears what a user may want to
    /// know: that a torn line was cut, or that a lock was taken away; `|_| {}` if nobody does.
    ///
    /// # Errors
    /// [`StudyError`] if the file cannot be used, the study was made with other settings, or it is
    /// there and `resume` is not set.
    pub fn open(
        path: &Path,
        identity: Identity,
        resume: bool,
        notice: fn(&str),
    ) -> Result<Self, StudyError> {
        let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let worker = format!("{OUR_WORKERS}{}-{clock}", std::process::id());
        Lock::sweep(path);
        let mut journal = Journal::new(path, worker, notice);
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
        if resume && identity.may_widen {
            widen(&mut journal, &identity)?;
        }
        let mut state = State { journal: Some(journal), trials: BTreeMap::new() };
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
        let identity = &self.identity;
        if let Some(reason) = record::unfit(&trial, identity) {
            return Err(StudyError::Unfit {
                path: journal.path().to_owned(),
                number: index,
                reason,
            });
        }
        journal.append(|replay, lines| {
            let Some((study, _)) = replay.study(&identity.name) else { return };
            let mut known = replay.trials.iter().filter(|known| known.study == study);
            if !known.any(|known| known.index() == Some(index)) {
                let id = replay.trials.len();
                record::write(lines, (study, id), identity, &trial, permit.started);
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

/// Notes the new space, if it extends the one that the study has. Two processes may want to at once: what counts is
/// what the file says when it is locked.
fn widen(journal: &mut Journal, Identity { name, space, .. }: &Identity) -> Result<(), StudyError> {
    let extends = |replay: &Replay| {
        let (id, study) = replay.study(name)?;
        let old = Space::parse(study.attributes.get(SPACE)?.0.as_str()?.split(' ')).ok()?;
        (space != &old && space.extends(&old)).then_some(id)
    };
    if extends(journal.replay()).is_none() {
        return Ok(());
    }
    journal.append(|replay, lines| {
        if let Some(id) = extends(replay) {
            lines.setting(id, SPACE, &space.to_string());
        }
    })
}

impl State {
    /// Checks that the study of the file is the one that is meant.
    fn check(&self, identity: &Identity) -> Result<(), StudyError> {
        let Some(journal) = &self.journal else { return Ok(()) };
        let Some((_, study)) = journal.replay().study(&identity.name) else {
            return Err(self.missing(identity));
        };
        for (setting, wanted) in identity.settings() {
            let (found, line) = match study.attributes.get(&setting) {
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

    /// Takes over the trials that have ended since, if the study still is the one that is meant: another process may
    /// have widened its space.
    fn gather(&mut self, identity: &Identity) -> Result<(), StudyError> {
        self.check(identity)?;
        let Self { journal: Some(journal), trials } = self else { return Ok(()) };
        let Some((study, _)) = journal.replay().study(&identity.name) else { return Ok(()) };
        for trial in journal.replay().trials.iter().filter(|trial| trial.study == study) {
            if trial.index().is_none_or(|index| trials.contains_key(&index)) {
                continue;
            }
            let ended = record::read(trial, identity)
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
