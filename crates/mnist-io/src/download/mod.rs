//! Downloads MNIST from its mirrors and verifies every file before it gets its name (feature
//! `download`).

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

/// Prefix of a file's name until the file is verified.
const TEMPORARY: &str = ".download-";

/// What [`fetch`] is doing, for a progress bar or a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// Waiting for another process that is fetching into the same folder.
    Waiting,
    /// A file on disk is not MNIST's; it was renamed and is fetched again.
    BadFile {
        /// Its new name, which ends in `.bad`.
        kept: &'a Path,
        /// What is wrong with it, after its old name.
        reason: &'a str,
    },
    /// A mirror failed; the next one is tried.
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
        /// How many have arrived so far.
        bytes: u64,
        /// How many the mirror announced, if it did.
        total: Option<u64>,
    },
    /// A file, fetched or found, is in place and verified.
    Ready(&'a FileRecord),
}

/// Why [`fetch`] failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The folder or a file in it cannot be read or written.
    #[error(transparent)]
    File(#[from] Error),
    /// No mirror sent a file with the right content.
    #[error(
        "{}: no mirror gave it ({}); check the network, or put the file there by hand",
        .path.display(), .attempts.join("; ")
    )]
    Mirrors {
        /// The file wanted.
        path: PathBuf,
        /// For each mirror, its address and what went wrong.
        attempts: Vec<String>,
    },
}

/// Makes sure that the folder `dir` holds MNIST, for [`load`](crate::load) to find: verifies the
/// files that are there and fetches the others as `.gz`. Creates the folder if necessary.
///
/// A file is written under a temporary name, its decompressed content is compared with the
/// published SHA-256, and only then is the file synced and renamed. A file in the folder that is
/// not MNIST's is kept under its name plus `.bad`. A lock on `download.lock` makes a second process
/// wait and then find the files. Temporary files of a killed process are removed by the next one.
///
/// # Errors
///
/// [`FetchError`]: the folder cannot be written, or no mirror sent one of the files.
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
    fs::create_dir_all(dir).map_err(Error::io(dir))?;
    let lock = dir.join("download.lock");
    let _locked = lock_file(&lock, progress).map_err(Error::io(&lock))?;
    remove_temporary_files(dir);

    let (client, mirrors) = (http::Client::new(options), options.mirrors.clone());
    let mut fetcher = Fetcher { dir, client, mirrors, progress };
    let record = |part| {
        let record = match fetcher.existing(part)? {
            Some(record) => record,
            None => fetcher.fetch(part)?,
        };
        (fetcher.progress)(Event::Ready(&record));
        Ok(record)
    };
    parts.iter().map(record).collect()
}

/// Opens and locks `path`. The system releases the lock when the file is closed, even by a crash.
fn lock_file(path: &Path, progress: &mut dyn FnMut(Event<'_>)) -> io::Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            progress(Event::Waiting);
            file.lock()?;
        }
        locked => locked?,
    }
    Ok(file)
}

/// Removes the temporary files of killed processes: no other process holds the lock. A file that
/// cannot be removed does no harm.
fn remove_temporary_files(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
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
    /// The verified file of `part`, if there is one. Bad files are renamed.
    fn existing(&mut self, part: &Part) -> Result<Option<FileRecord>, Error> {
        while let Some(path) = find(part, self.dir) {
            let bad = match file::verify(&path, part, DatasetName::Mnist) {
                Ok(record) => return Ok(Some(record)),
                Err(error @ Error::Io { .. }) => return Err(error),
                Err(bad) => bad.to_string(),
            };
            let kept = path.with_added_extension("bad");
            fs::rename(&path, &kept).map_err(Error::io(&path))?;
            (self.progress)(Event::BadFile { kept: &kept, reason: &bad });
        }
        Ok(None)
    }

    /// Fetches `part` from the first mirror that has it, which is asked first from then on.
    fn fetch(&mut self, part: &Part) -> Result<FileRecord, FetchError> {
        let name = part.name() + ".gz";
        let path = self.dir.join(&name);
        let mut attempts = Vec::new();
        for (at, mirror) in self.mirrors.clone().iter().enumerate() {
            let url = format!("{}/{name}", mirror.trim_end_matches('/'));
            let mut temporary = tempfile::Builder::new()
                .prefix(TEMPORARY)
                .tempfile_in(self.dir)
                .map_err(Error::io(self.dir))?;
            match self.fetch_from(&url, part, &mut temporary) {
                Ok(record) => {
                    file::persist(temporary, &path).map_err(Error::io(&path))?;
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
        temporary: &mut NamedTempFile,
    ) -> Result<FileRecord, String> {
        self.client.get(url, temporary.as_file_mut(), &mut |bytes, total| {
            (self.progress)(Event::Received { url, bytes, total });
        })?;
        match file::verify(temporary.path(), part, DatasetName::Mnist) {
            Ok(record) => Ok(record),
            // Without the temporary name.
            Err(Error::Format { fault, .. }) => Err(format!("its file {fault}")),
            Err(Error::Digest { expected, found, .. }) => {
                Err(format!("its content has SHA-256 {found}, expected {expected}"))
            }
            Err(other) => Err(other.to_string()),
        }
    }
}
