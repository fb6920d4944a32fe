//! States of training, from which a stopped run goes on.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use layers::Checkpoint;
use serde_json::Value;
use training::{Contestant, Moment, Real};

use crate::cli::{Args, Failure, Result};
use crate::findings::Measurements;
use crate::screen::notice;

/// The file with the settings of the run.
const SETTINGS: &str = "settings.json";
/// The note of a checkpoint that holds what was measured so far.
const MEASURED: &str = "measured";

/// Which network: the number of its experiment in the run, its series, its seed.
type Name<'a> = (usize, &'a str, u64);

/// The folder `.NAME.checkpoint` beside the results, with a file for each network, which is
/// replaced after every so many updates. It is removed when the results are there.
#[derive(Debug)]
pub struct Checkpoints {
    folder: PathBuf,
    every: usize,
    resume: bool,
}

impl Checkpoints {
    /// The folder for results at `out`, if checkpoints are asked for. `settings` are those of the
    /// run: a run with others must not go on from it.
    pub(crate) fn open(out: &Path, args: &Args, settings: &Value) -> Result<Option<Self>> {
        let Some(every) = args.checkpoint_every else { return Ok(None) };
        let name = out.file_name().unwrap_or(out.as_os_str()).to_string_lossy();
        let folder = out.with_file_name(format!(".{name}.checkpoint"));
        let checkpoints = Self {
            folder,
            every: usize::try_from(every).unwrap_or(usize::MAX),
            resume: args.resume,
        };
        checkpoints.begin(settings)?;
        Ok(Some(checkpoints))
    }

    /// Compares the settings with those of the stopped run, or writes them.
    fn begin(&self, settings: &Value) -> Result<()> {
        let file = self.folder.join(SETTINGS);
        let place = self.folder.display();
        let Ok(text) = fs::read_to_string(&file) else {
            let write = || -> anyhow::Result<()> {
                fs::create_dir_all(&self.folder)?;
                Ok(fs::write(&file, serde_json::to_string_pretty(settings)?)?)
            };
            return write()
                .with_context(|| format!("cannot write {}", file.display()))
                .map_err(Failure::Output);
        };
        if !self.resume {
            return Err(Failure::Usage(anyhow!(
                "{place} holds checkpoints of a run that was stopped: give --resume to go on with \
                 it, or delete the folder"
            )));
        }
        let known: Value = serde_json::from_str(&text)
            .with_context(|| format!("{}: not the settings of a run", file.display()))
            .map_err(Failure::Data)?;
        let mut names = settings.as_object().into_iter().flatten().map(|(name, _)| name);
        if let Some(name) = names.find(|name| settings[*name] != known[*name]) {
            return Err(Failure::Usage(anyhow!(
                "--resume: the run in {place} had --{name} {}, not {}: give its flags, or delete \
                 the folder",
                known[name],
                settings[name]
            )));
        }
        notice(&format!("going on from {place}"));
        Ok(())
    }

    /// Where everything is kept.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether a network is kept after so many updates of all.
    pub(super) fn is_due(&self, done: usize, all: usize) -> bool {
        done.is_multiple_of(self.every) || done == all
    }

    fn file(&self, (experiment, series, seed): Name<'_>) -> PathBuf {
        let is_plain = |letter: char| letter.is_alphanumeric() || ".-".contains(letter);
        let plain = |letter| if is_plain(letter) { letter } else { '_' };
        let series: String = series.chars().map(plain).collect();
        self.folder.join(format!("{experiment}-{series}-seed-{seed}.safetensors"))
    }

    /// Keeps a network as it is now, with what was measured.
    ///
    /// # Errors
    /// [`Failure::Output`] if the file cannot be written.
    pub(super) fn keep<T: Real>(
        &self,
        name: Name<'_>,
        moment: &Moment<'_, T>,
        measured: &Measurements,
    ) -> Result<()> {
        let mut checkpoint = Checkpoint::of(moment.network, moment.optimizer, []);
        checkpoint.notes.insert(MEASURED.to_owned(), measured.to_text());
        let saved = checkpoint.save(&self.file(name));
        saved.context("a checkpoint cannot be written").map_err(Failure::Output)
    }

    /// Puts a contestant into its state of the stopped run, if that is there, and returns what was
    /// measured until then.
    ///
    /// # Errors
    /// [`Failure::Data`] if the file cannot be used.
    pub(super) fn restore<T: Real>(
        &self,
        name: Name<'_>,
        contestant: &mut Contestant<T>,
    ) -> Result<Measurements> {
        let file = self.file(name);
        let Ok(bytes) = fs::read(&file) else { return Ok(Measurements::default()) };
        let mut read = || -> anyhow::Result<Measurements> {
            let kept = Checkpoint::with_network(contestant.network.clone(), &bytes)?;
            contestant.optimizer.load_state(kept.optimizer.context("it has no optimizer")?)?;
            contestant.network = kept.network;
            Measurements::from_text(kept.notes.get(MEASURED).context("it has no measurements")?)
        };
        read()
            .with_context(|| format!("{}: delete it to train that network anew", file.display()))
            .map_err(Failure::Data)
    }

    /// Removes the folder: the results are there.
    pub(crate) fn remove(&self) {
        // What cannot be removed does no harm: the next run says what it is.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
