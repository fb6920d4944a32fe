//! Folders that are the root of a file system.

use std::path::Path;

/// Whether a path is a mount point, which cannot be renamed. No on Windows, where file systems have
/// letters.
///
/// ```
/// assert_eq!(platform::is_mount_point("/proc".as_ref()), cfg!(target_os = "linux"));
/// ```
pub fn is_mount_point(path: &Path) -> bool {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
        statx(CWD, path, AtFlags::empty(), StatxFlags::empty())
            .is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
    }
    #[cfg(all(unix, not(target_os = "linux")))]
    {
        use std::os::unix::fs::MetadataExt;
        let device = |path: &Path| path.metadata().ok().map(|found| found.dev());
        device(path) != device(&path.join(".."))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}
