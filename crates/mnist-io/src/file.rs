//! Single files: read and compared with a digest, or given their names.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use crate::idx::{self, FormatError, Header};
use crate::known::Part;
use crate::{DatasetName, Error, FileRecord};

/// Reads the file of `part`, gzip or uncompressed, with `take` for what follows its header. Its
/// content must be that of `dataset`; any content is accepted for [`DatasetName::Custom`].
pub(crate) fn read<T>(
    path: &Path,
    part: &Part,
    dataset: DatasetName,
    take: impl FnOnce(&mut dyn Read, &Header) -> Result<T, FormatError>,
) -> Result<(T, FileRecord), Error> {
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (len, file) = opened.map_err(Error::io(path))?;
    let file = BufReader::with_capacity(1 << 16, file);
    let (mut hasher, mut bytes) = (Sha256::new(), 0);
    let mut seen = |read: &[u8]| {
        hasher.update(read);
        bytes += read.len() as u64;
    };
    let taken = idx::read_with(file, len, Some(part.content), &mut seen, take);
    let taken = taken.map_err(Error::format(path))?;
    let (path, found) = (path.to_owned(), idx::hexadecimal(hasher));
    if let Some(expected) = part.digest(dataset)
        && expected != found
    {
        return Err(Error::Digest { path, dataset, expected, found });
    }
    Ok((taken, FileRecord { path, bytes, sha256: found }))
}

/// Whether the file of `part` is complete and its content that of `dataset`.
#[cfg(feature = "download")]
pub(crate) fn verify(path: &Path, part: &Part, dataset: DatasetName) -> Result<FileRecord, Error> {
    let read = read(path, part, dataset, |payload, _| Ok(io::copy(payload, &mut io::sink())?));
    read.map(|(_, record)| record)
}

/// Syncs a finished temporary file, renames it to `path` in the same folder, and syncs the folder:
/// after a crash, the file at `path` is complete or absent.
pub(crate) fn persist(temporary: NamedTempFile, path: &Path) -> io::Result<()> {
    // Temporary files are private; data is for everyone who may read the folder.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        temporary.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    temporary.as_file().sync_all()?;
    #[cfg(unix)]
    let folder = temporary.path().parent().map(File::open).transpose()?;
    temporary.persist(path)?;
    #[cfg(unix)]
    if let Some(folder) = folder {
        folder.sync_all()?;
    }
    Ok(())
}
