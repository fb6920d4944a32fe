//! What tells a file from a later one at the same path.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// The number by which the file system knows a file, and when it was last written: numbers are used
/// again after a deletion.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("a");
/// let first = platform::FileId::of(&std::fs::File::create(&path)?)?;
/// assert_eq!(platform::FileId::at(&path)?, first);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileId {
    number: u64,
    modified: Option<SystemTime>,
}

impl FileId {
    /// Of an open file.
    ///
    /// # Errors
    /// Those of the system.
    pub fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        #[cfg(windows)]
        let number = winapi_util::file::information(file)?.file_index();
        #[cfg(not(windows))]
        let number = inode(&metadata);
        Ok(Self { number, modified: metadata.modified().ok() })
    }

    /// Of what is at a path; a link is not followed.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`], or what else the system says.
    pub fn at(path: &Path) -> io::Result<Self> {
        #[cfg(windows)]
        {
            use std::os::windows::fs::OpenOptionsExt;
            use windows_sys::Win32::Storage::FileSystem::FILE_FLAG_OPEN_REPARSE_POINT;
            // Without any access, which no program that holds the file can refuse.
            let mut options = File::options();
            Self::of(&options.access_mode(0).custom_flags(FILE_FLAG_OPEN_REPARSE_POINT).open(path)?)
        }
        #[cfg(not(windows))]
        {
            let metadata = std::fs::symlink_metadata(path)?;
            Ok(Self { number: inode(&metadata), modified: metadata.modified().ok() })
        }
    }
}

#[cfg(unix)]
fn inode(metadata: &std::fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

/// WebAssembly has no files.
#[cfg(not(any(unix, windows)))]
fn inode(_: &std::fs::Metadata) -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn files_with_the_same_time_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a", "b"].map(|name| folder.path().join(name));
        let files = paths.each_ref().map(|path| File::create(path).unwrap());
        let now = SystemTime::now();
        files.iter().for_each(|file| file.set_modified(now).unwrap());
        let [a, b] = files.map(|file| FileId::of(&file).unwrap());
        assert_ne!(a, b);
        fs::rename(&paths[1], &paths[0]).unwrap();
        assert_eq!(FileId::at(&paths[0]).unwrap(), b);
        assert_eq!(FileId::at(&paths[1]).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
