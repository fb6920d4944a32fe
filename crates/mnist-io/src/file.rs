//! Single files: read and compared with a digest, or given their names.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::idx::{self, Array};
use crate::known::Part;
use crate::{DatasetName, Error, FileRecord};

/// Reads the file of `part`, gzip or uncompressed. Its content must be that of `dataset`; any
/// content is accepted for [`DatasetName::Custom`].
pub(crate) fn read(
    path: &Path,
    part: &Part,
    dataset: DatasetName,
) -> Result<(Array, FileRecord), Error> {
    let opened = File::open(path).and_then(|file| Ok((file.metadata()?.len(), file)));
    let (len, file) = opened.map_err(Error::io(path))?;
    let file = BufReader::with_capacity(1 << 16, file);
    let array = idx::read_file(file, len, Some(part.content)).map_err(Error::format(path))?;
    let (path, found) = (path.to_owned(), array.sha256());
    if let Some(expected) = part.digest(dataset)
        && expected != found
    {
        return Err(Error::Digest { path, dataset, expected, found });
    }
    let record = FileRecord { path, bytes: array.file_len(), sha256: found };
    Ok((array, record))
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
