//! The trials of one search.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::claim::Claim;
use super::error::StudyError;
use super::format::OUR_WORKERS;
use super::identity::{Identity, SPACE};
use super::journal::Journal;
use super::lock::Lock;
use super::record;
use super::replay::Replay;
use crate::{Space, Trial};

/// The trials of one search, in a file that other processes may write to at the same time.
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
/// // Another process continues where that one ended.
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
    journal: Journal,
    trials: BTreeMap<u64, Trial>,
}

impl Study {
    /// Opens the study `identity.name` in the file at `path`; creates either if it does not exist.
    ///
    /// An existing study is opened only if `resume` is set; with [`Identity::may_widen`], its space
    /// may then be wider than before. `notice` is told of repairs (an incomplete line that was cut,
    /// a lock that was removed); `|_| {}` ignores them.
    ///
    /// # Errors
    /// [`StudyError`] if the file cannot be used, the study has other settings, or it exists and
    /// `resume` is not set.
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
        if journal.replay.study(&identity.name).is_none() {
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
        let mut state = State { journal, trials: BTreeMap::new() };
        let line = state.gather(&identity)?;
        if !created && !resume {
            return Err(StudyError::Exists {
                path: path.to_owned(),
                line,
                study: identity.name,
                trials: state.trials.len(),
            });
        }
        Ok(Self { identity, state: Mutex::new(state) })
    }

    /// The name, space and settings of the study.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The trials that had ended when the file was last read, by number.
    pub fn trials(&self) -> BTreeMap<u64, Trial> {
        self.state().trials.clone()
    }

    /// Returns trial `number`, from the file or from `run`, whose result is written to the file;
    /// `None` if another process is running it.
    pub(crate) fn trial<E: From<StudyError>>(
        &self,
        number: u64,
        run: impl FnOnce() -> Result<Trial, E>,
    ) -> Result<Option<Trial>, E> {
        let started = SystemTime::now();
        let Identity { name, .. } = &self.identity;
        // The state is not locked while the trial runs.
        let claim = {
            let mut state = self.state();
            let path = state.journal.path.clone();
            if let Some(ended) = state.trials.get(&number) {
                Claim::sweep(&path, name, number);
                return Ok(Some(ended.clone()));
            }
            let claim = Claim::take(&path, name, number)
                .map_err(|source| StudyError::Write { path, source })?;
            // The last holder of the claim may have ended the trial.
            state.journal.read()?;
            state.gather(&self.identity)?;
            if let Some(ended) = state.trials.get(&number) {
                claim.into_iter().for_each(Claim::remove);
                return Ok(Some(ended.clone()));
            }
            let Some(claim) = claim else { return Ok(None) };
            claim
        };
        let trial = self.keep(run()?, started)?;
        claim.remove();
        Ok(Some(trial))
    }

    /// Writes a trial to the file unless another process has; returns the trial in the file.
    fn keep(&self, trial: Trial, started: SystemTime) -> Result<Trial, StudyError> {
        let (identity, number) = (&self.identity, trial.number);
        let mut state = self.state();
        if let Some(reason) = record::unfit(&trial, identity) {
            return Err(StudyError::Unfit { path: state.journal.path.clone(), number, reason });
        }
        state.journal.append(|replay, lines| {
            let Some(study) = replay.study(&identity.name) else { return };
            let mut known = replay.trials.iter().filter(|known| known.study == study.id);
            if !known.any(|known| known.index() == Some(number)) {
                let id = replay.trials.len();
                record::write(lines, (study.id, id), identity, &trial, started);
            }
        })?;
        state.gather(identity)?;
        Ok(state.trials[&number].clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is one insertion, so a thread that panicked leaves a valid state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes the space to the file if it extends the one there. The file is checked again once it is
/// locked, since two processes may do this at the same time.
fn widen(journal: &mut Journal, Identity { name, space, .. }: &Identity) -> Result<(), StudyError> {
    let extends = |replay: &Replay| {
        let study = replay.study(name)?;
        let old = Space::parse(study.attributes.get(SPACE)?.0.as_str()?.split(' ')).ok()?;
        (space != &old && space.extends(&old)).then_some(study.id)
    };
    if extends(&journal.replay).is_none() {
        return Ok(());
    }
    journal.append(|replay, lines| {
        if let Some(id) = extends(replay) {
            lines.setting(id, SPACE, &space.to_string());
        }
    })
}

impl State {
    /// Checks that the study exists and has the settings of `identity`, which another process may
    /// have changed; adds the trials that have ended. Returns the line that creates the study.
    fn gather(&mut self, identity: &Identity) -> Result<usize, StudyError> {
        let Self { journal, trials } = self;
        let path = || journal.path.clone();
        let Some(study) = journal.replay.study(&identity.name) else {
            return Err(StudyError::Deleted { path: path(), study: identity.name.clone() });
        };
        for (setting, wanted) in identity.settings() {
            let (found, line) = match study.attributes.get(&setting) {
                Some((Value::String(value), line)) => (value.clone(), *line),
                Some((value, line)) => (value.to_string(), *line),
                None => ("nothing".to_owned(), study.line),
            };
            if found != wanted {
                return Err(StudyError::OtherSettings {
                    path: path(),
                    line,
                    study: identity.name.clone(),
                    setting: setting.into(),
                    found,
                    wanted: wanted.into(),
                });
            }
        }
        for trial in journal.replay.trials.iter().filter(|trial| trial.study == study.id) {
            if trial.index().is_some_and(|number| !trials.contains_key(&number)) {
                let ended = record::read(trial, identity)
                    .map_err(|reason| journal.broken(trial.line, reason))?;
                trials.extend(ended.map(|ended| (ended.number, ended)));
            }
        }
        Ok(study.line)
    }
}
