//! The lines of a study file: read on from where one was, appended whole.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::StudyError;
use super::json;
use super::lines::JournalLines;
use super::lock::Lock;
use super::replay::Replay;

/// How every line begins, Python's too.
const BEGINNING: &[u8] = b"{\"op_code\":";

/// A journal on disk, and what it came to when last read.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    worker: String,
    notice: fn(&str),
    /// Bytes and lines that were replayed.
    offset: u64,
    lines: usize,
    replay: Replay,
}

impl Journal {
    /// The journal at `path`, not yet read; `worker` is this process's name in it, and `notice` hears of
    /// what was put right.
    pub(super) fn new(path: &Path, worker: String, notice: fn(&str)) -> Self {
        Self {
            path: path.to_owned(),
            worker,
            notice,
            offset: 0,
            lines: 0,
            replay: Replay::default(),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn replay(&self) -> &Replay {
        &self.replay
    }

    pub(super) fn broken(&self, line: usize, reason: String) -> StudyError {
        StudyError::Broken { path: self.path.clone(), line, reason }
    }

    /// Replays the lines that have come since; gives what stands behind the last whole line.
    pub(super) fn read(&mut self) -> Result<Vec<u8>, StudyError> {
        let failed = |source| StudyError::Read { path: self.path.clone(), source };
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && self.offset == 0 => {
                return Ok(Vec::new());
            }
            opened => opened.map_err(failed)?,
        };
        if file.metadata().map_err(failed)?.len() < self.offset {
            return Err(StudyError::Shortened { path: self.path.clone() });
        }
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(self.offset)).map_err(failed)?;
        file.read_to_end(&mut bytes).map_err(failed)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        for line in bytes[..whole].split_inclusive(|&byte| byte == b'\n') {
            let number = self.lines + 1;
            operation(line)
                .and_then(|operation| self.replay.apply(&operation, number))
                .map_err(|reason| self.broken(number, reason))?;
            self.lines = number;
            self.offset += line.len() as u64;
        }
        let tail = bytes.split_off(whole);
        // A line that was being written begins like one; zeros are what a power cut leaves.
        let common = tail.len().min(BEGINNING.len());
        if tail[..common] != BEGINNING[..common] && tail.iter().any(|&byte| byte != 0) {
            return Err(self.broken(self.lines + 1, "no operation of a journal".to_owned()));
        }
        Ok(tail)
    }

    /// Appends what `compose` wants in view of everything in the file, in one synced write; nothing if
    /// it adds no line.
    ///
    /// A torn line at the end, which readers ignore, is cut before: behind it, nobody could read what
    /// is appended. A trial that a dead process of ours began to write is ended as failed.
    pub(super) fn append(
        &mut self,
        compose: impl FnOnce(&Replay, &mut JournalLines),
    ) -> Result<(), StudyError> {
        let path = self.path.clone();
        let failed = |source| StudyError::Write { path: path.clone(), source };
        let _lock = Lock::acquire(&self.path, self.notice).map_err(failed)?;
        let torn = self.read()?;
        let mut lines = JournalLines::new(&self.worker);
        for (id, trial) in self.replay.trials.iter().enumerate() {
            if trial.ours && trial.unfinished() {
                lines.abandoned(id);
            }
        }
        compose(&self.replay, &mut lines);
        let bytes = lines.into_bytes();
        if bytes.is_empty() {
            return Ok(());
        }
        let is_new = !self.path.exists();
        let mut file =
            OpenOptions::new().create(true).append(true).open(&self.path).map_err(failed)?;
        if !torn.is_empty() {
            (self.notice)(&format!(
                "warning: {} ended in the middle of a line, which was cut ({} bytes)",
                self.path.display(),
                torn.len()
            ));
            file.set_len(self.offset).map_err(failed)?;
        }
        if let Err(error) = file.write_all(&bytes).and_then(|()| file.sync_data()) {
            // A full disk: what did arrive goes again.
            let _ = file.set_len(self.offset);
            return Err(failed(error));
        }
        if is_new {
            sync_folder_of(&self.path).map_err(failed)?;
        }
        self.read().map(drop)
    }
}

fn operation(line: &[u8]) -> Result<Value, String> {
    let text = str::from_utf8(line).map_err(|error| error.to_string())?;
    json::parse(text.trim_end()).map_err(|error| {
        // Which line it is, the caller says.
        let error = error.to_string().replace(" at line 1 column", " at column");
        format!("no operation of a journal ({error})")
    })
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    // Windows cannot open a folder as a file.
    if cfg!(unix) { File::open(folder.unwrap_or(Path::new(".")))?.sync_all() } else { Ok(()) }
}
