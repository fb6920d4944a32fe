//! A study file: new lines are read incrementally, and appended in one write.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use platform::{sync, sync_folder};
use serde_json::Value;

use super::error::StudyError;
use super::json;
use super::lines::JournalLines;
use super::lock::Lock;
use super::replay::Replay;

/// The beginning of every line, Python's included.
const BEGINNING: &[u8] = b"{\"op_code\":";

/// A journal on disk, and its state when it was last read.
#[derive(Debug)]
pub(super) struct Journal {
    pub(super) path: PathBuf,
    pub(super) replay: Replay,
    worker: String,
    notice: fn(&str),
    /// The number of bytes and lines that were replayed.
    offset: u64,
    lines: usize,
}

impl Journal {
    /// The journal at `path`, not yet read. `worker` is the name of this process in it; `notice` is
    /// told of repairs.
    pub(super) fn new(path: &Path, worker: String, notice: fn(&str)) -> Self {
        let (path, replay) = (path.to_owned(), Replay::default());
        Self { path, replay, worker, notice, offset: 0, lines: 0 }
    }

    pub(super) fn broken(&self, line: usize, reason: String) -> StudyError {
        StudyError::Broken { path: self.path.clone(), line, reason }
    }

    /// Replays the lines appended since the last call; returns the bytes after the last newline.
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
        // An interrupted write leaves the beginning of a line, a power cut may leave zeros.
        let common = tail.len().min(BEGINNING.len());
        if tail[..common] != BEGINNING[..common] && tail.iter().any(|&byte| byte != 0) {
            return Err(self.broken(self.lines + 1, "not a journal operation".to_owned()));
        }
        Ok(tail)
    }

    /// Locks and reads the file, and appends the lines that `compose` adds, in one synced write.
    ///
    /// An incomplete line at the end, which readers ignore, is cut first: a line appended to it
    /// could not be read. A trial that a killed worker of this crate left incomplete is ended as
    /// failed.
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
            if trial.ours && trial.is_unfinished() {
                lines.abandoned(id);
            }
        }
        compose(&self.replay, &mut lines);
        if lines.text.is_empty() {
            return Ok(());
        }
        let is_new = !self.path.exists();
        let mut file =
            OpenOptions::new().create(true).append(true).open(&self.path).map_err(failed)?;
        if !torn.is_empty() {
            let (path, bytes) = (path.display(), torn.len());
            let cut = "ended in the middle of a line, which was cut";
            (self.notice)(&format!("warning: {path} {cut} ({bytes} bytes)"));
            self.cut().map_err(failed)?;
        }
        if let Err(error) = file.write_all(lines.text.as_bytes()).and_then(|()| sync(&file)) {
            // On a full disk, part of the lines may have been written: remove it.
            let _ = self.cut();
            return Err(failed(error));
        }
        if is_new {
            let folder = self.path.parent().filter(|folder| *folder != Path::new(""));
            sync_folder(folder.unwrap_or(Path::new("."))).map_err(failed)?;
        }
        self.read().map(drop)
    }

    /// Removes what is behind the lines that were replayed. Windows shortens no file that is open
    /// for appending only.
    fn cut(&self) -> io::Result<()> {
        File::options().write(true).open(&self.path)?.set_len(self.offset)
    }
}

fn operation(line: &[u8]) -> Result<Value, String> {
    let text = str::from_utf8(line).map_err(|error| error.to_string())?;
    json::parse(text.trim_end()).map_err(|error| {
        // The caller adds the number of the line.
        let error = error.to_string().replace(" at line 1 column", " at column");
        format!("not a journal operation ({error})")
    })
}
