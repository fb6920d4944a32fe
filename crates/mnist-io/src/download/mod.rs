//! MNIST fetched from its mirrors, verified before it gets its name (feature `download`).

mod http;
mod options;
#[cfg(test)]
mod tests;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::find::find;
use crate::known::{PARTS, Part};
use crate::{DatasetName, Error, FileRecord, file};

pub use options::{MAX_BYTES, MIRRORS, Options};

/// How the name of a file begins until it is verified.
const TEMPORARY: &str = ".download-";

/// What [`fetch`] is doing, for a progress display or a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// Another process is fetching into the same folder; waiting for it to finish.
    Waiting,
    /// A file on disk is not MNIST's; it was renamed and is fetched again.
    BadFile {
        /// Its new name, ending in `.bad`.
        kept: &'a Path,
        /// What is wrong with it, beginning with the old name.
        reason: &'a str,
    },
    /// A mirror failed; the next is tried.
    BadMirror {
        /// The address asked for.
        url: &'a str,
        /// What went wrong.
        reason: &'a str,
    },
    /// Bytes have arrived.
    Received {
        /// The address they come from.
        url: &'a str,
        /// How many so far.
        bytes: u64,
        /// How many the mirror announced, if it did.
        total: Option<u64>,
    },
    /// A file is in place and verified, fetched or found.
    Ready(&'a FileRecord),
}

/// Why [`fetch`] gave up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The folder or a file in it cannot be read or written.
    #[error(transparent)]
    File(#[from] Error),
    /// No mirror gave a file with the right content.
    #[error(
        "{}: no mirror gave it ({}); check the network, or put the file there by hand",
        .path.display(), .attempts.join("; ")
    )]
    Mirrors {
        /// The file wanted.
        path: PathBuf,
        /// One text a mirror: its address and what went wrong.
        attempts: Vec<String>,
    },
}

/// Makes sure that `dir`, made if need be, holds MNIST: verifies the files that are there and
/// fetches the others as `.gz`. Then [`load`](crate::load) finds them.
///
/// A file is written under a temporary name, its decompressed content compared with the published
/// SHA-256, synced, and only then renamed. What is there but is not MNIST's is kept under its name
/// plus `.bad`. A lock on `download.lock` makes a second process wait, and then find the files. What a
/// killed process left under a temporary name is removed by the next one.
///
/// # Errors
///
/// [`FetchError`]: the folder cannot be written, or a file could be had from no mirror.
///
/// ```no_run
/// use mnist_io::download::{Options, fetch};
///
/// fetch("data/mnist".as_ref(), &Options::default(), &mut |event| eprintln!("{event:?}"))?;
/// # Ok::<(), mnist_io::download::FetchError>(())
/// ```
pub fn fetch(
    dir: &Path,
    options: &Options,
    progress: &mut dyn FnMut(Event<'_>),
) -> Result<Vec<FileRecord>, FetchError> {
    fetch_parts(dir, &PARTS, options, progress)
}

fn fetch_parts(
    dir: &Path,
    parts: &[Part],
    options: &Options,
    progress: &mut dyn FnMut(Event<'_>),
) -> Result<Vec<FileRecord>, FetchError> {
    fs::create_dir_all(dir).map_err(|source| Error::io(dir, source))?;
    let lock = dir.join("download.lock");
    let _locked = lock_file(&lock, progress).map_err(|source| Error::io(&lock, source))?;
    sweep(dir);

    let mut fetcher = Fetcher {
        dir,
        client: http::Client::new(options),
        mirrors: options.mirrors.clone(),
        progress,
    };
    let mut records = Vec::new();
    for part in parts {
        let record = match fetcher.existing(part)? {
            Some(record) => record,
            None => fetcher.fetch(part)?,
        };
        (fetcher.progress)(Event::Ready(&record));
        records.push(record);
    }
    Ok(records)
}

/// Opens and locks `path`; the system releases the lock when the file is closed, even by a crash.
fn lock_file(path: &Path, progress: &mut dyn FnMut(Event<'_>)) -> io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            progress(Event::Waiting);
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    Ok(file)
}

/// Removes temporary files of processes that were killed: a living one would hold the lock. What
/// cannot be removed stays, and is in nobody's way.
fn sweep(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && entry.file_name().to_string_lossy().starts_with(TEMPORARY) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

struct Fetcher<'a> {
    dir: &'a Path,
    client: http::Client,
    mirrors: Vec<String>,
    progress: &'a mut dyn FnMut(Event<'_>),
}

impl Fetcher<'_> {
    /// The verified file of `part`, if there is one; bad ones are moved aside.
    fn existing(&mut self, part: &Part) -> Result<Option<FileRecord>, FetchError> {
        while let Some(path) = find(part, self.dir) {
            let reason = match verify(part, &path) {
                Ok(record) => return Ok(Some(record)),
                Err(error @ Error::Io { .. }) => return Err(error.into()),
                Err(bad) => bad.to_string(),
            };
            let mut kept = path.clone().into_os_string();
            kept.push(".bad");
            let kept = PathBuf::from(kept);
            fs::rename(&path, &kept).map_err(|source| Error::io(&path, source))?;
            (self.progress)(Event::BadFile { kept: &kept, reason: &reason });
        }
        Ok(None)
    }

    /// Fetches `part` from the first mirror that has it; that mirror is asked first from then on.
    fn fetch(&mut self, part: &Part) -> Result<FileRecord, FetchError> {
        let name = part.name() + ".gz";
        let path = self.dir.join(&name);
        let mut attempts = Vec::new();
        for at in 0..self.mirrors.len() {
            let Some(mirror) = self.mirrors.get(at) else { break };
            let url = format!("{}/{name}", mirror.trim_end_matches('/'));
            let temporary = tempfile::Builder::new()
                .prefix(TEMPORARY)
                .tempfile_in(self.dir)
                .map_err(|source| Error::io(self.dir, source))?;
            match self.fetch_from(&url, part, temporary) {
                Ok((temporary, record)) => {
                    file::persist(temporary, &path).map_err(|source| Error::io(&path, source))?;
                    self.mirrors.swap(0, at);
                    return Ok(FileRecord { path, ..record });
                }
                Err(reason) => {
                    (self.progress)(Event::BadMirror { url: &url, reason: &reason });
                    attempts.push(format!("{url}: {reason}"));
                }
            }
        }
        Err(FetchError::Mirrors { path, attempts })
    }

    fn fetch_from(
        &mut self,
        url: &str,
        part: &Part,
        mut temporary: NamedTempFile,
    ) -> Result<(NamedTempFile, FileRecord), String> {
        self.client.get(url, temporary.as_file_mut(), &mut |bytes, total| {
            (self.progress)(Event::Received { url, bytes, total });
        })?;
        let record = verify(part, temporary.path()).map_err(|error| match error {
            Error::Format { fault, .. } => format!("its file {fault}"),
            Error::Digest { expected, found, .. } => {
                format!("its content has SHA-256 {found}, expected {expected}")
            }
            other => other.to_string(),
        })?;
        Ok((temporary, record))
    }
}

/// Reads the file at `path` as `part` of MNIST.
fn verify(part: &Part, path: &Path) -> Result<FileRecord, Error> {
    let (_, record) = file::read(path, part.content)?;
    file::check(part, &record, DatasetName::Mnist)?;
    Ok(record)
}
