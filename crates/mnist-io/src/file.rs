//! Files: one read whole, one checked, one given its name.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::idx::{self, Array, Content};
use crate::known::Part;
use crate::{DatasetName, Error, FileRecord};

/// Reads one IDX file, gzip or plain, and records what it was.
pub(crate) fn read(path: &Path, content: Content) -> Result<(Array, FileRecord), Error> {
    let open = || {
        let file = File::open(path)?;
        let len = file.metadata()?.len();
        Ok((BufReader::with_capacity(1 << 16, file), len))
    };
    let (file, len) = open().map_err(|source| Error::io(path, source))?;
    let array =
        idx::read_file(file, len, Some(content)).map_err(|fault| Error::format(path, fault))?;
    let record =
        FileRecord { path: path.to_owned(), bytes: array.file_len(), sha256: array.sha256() };
    Ok((array, record))
}

/// # Errors
///
/// [`Error::Digest`] when `file` is not `part` of `dataset`; anything is [`DatasetName::Custom`]'s.
pub(crate) fn check(part: &Part, file: &FileRecord, dataset: DatasetName) -> Result<(), Error> {
    match part.digests.of(dataset) {
        Some(expected) if expected != file.sha256 => Err(Error::Digest {
            path: file.path.clone(),
            dataset,
            expected,
            found: file.sha256.clone(),
        }),
        _ => Ok(()),
    }
}

/// Syncs a finished temporary file, renames it to `path` in the same folder, and syncs the folder,
/// so that after a crash the name stands for the whole content or for nothing.
pub(crate) fn persist(temporary: NamedTempFile, path: &Path) -> io::Result<()> {
    // Temporary files are private; data is for everyone who may read the folder.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        temporary.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    temporary.as_file().sync_all()?;
    temporary.persist(path)?;
    #[cfg(unix)]
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        File::open(dir)?.sync_all()?;
    }
    Ok(())
}
