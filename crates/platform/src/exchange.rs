//! Two folders swapped in one step.

use std::io;
use std::path::Path;

/// Swaps the names of two files or folders in one step: at no moment is there none at `a` or `b`.
///
/// # Errors
/// [`io::ErrorKind::Unsupported`] on Windows, and on file systems that cannot: nothing has changed,
/// and the caller may rename one after the other. Any other error is that of a rename.
///
/// ```
/// # let parent = tempfile::tempdir()?;
/// # let (a, b) = (parent.path().join("a"), parent.path().join("b"));
/// std::fs::write(&a, "new")?;
/// std::fs::write(&b, "old")?;
/// match platform::exchange(&a, &b) {
///     Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::Unsupported),
///     Ok(()) => assert_eq!(std::fs::read_to_string(&b)?, "new"),
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).map_err(|error| match error {
            Errno::INVAL | Errno::NOSYS | Errno::NOTSUP => io::ErrorKind::Unsupported.into(),
            other => other.into(),
        })
    }
    #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
    {
        let _ = (a, b);
        Err(io::ErrorKind::Unsupported.into())
    }
}
