//! Files and folders synced to the disk.

use std::fs::File;
use std::io;
use std::path::Path;

/// Syncs a file or folder: after a power cut, what was written is there.
///
/// std asks macOS for `F_FULLFSYNC`, since `fsync` leaves the data in the cache of the disk. Some
/// volumes, such as network shares, refuse that; they get `fsync`, which is all that they have.
///
/// # Errors
/// Those of the system.
pub fn sync(file: &File) -> io::Result<()> {
    let synced = file.sync_all();
    #[cfg(target_vendor = "apple")]
    if let Err(error) = &synced
        && rustix::io::Errno::from_io_error(error) == Some(rustix::io::Errno::NOTSUP)
    {
        return Ok(rustix::fs::fsync(file)?);
    }
    synced
}

/// Syncs the names in a folder: after a power cut, a file that was created or renamed there has its
/// name.
///
/// # Errors
/// Those of the system.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    // Windows cannot open a folder as a file, and journals names by itself.
    if cfg!(unix) { sync(&File::open(path)?) } else { Ok(()) }
}
