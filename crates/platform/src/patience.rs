//! Waiting for other programs to let go of a file.

use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// Windows' error for a file that another program does not share; std has no kind for it.
const SHARING_VIOLATION: i32 = 32;

/// Does something with a file; on Windows again and again, while the system refuses it because
/// another program has the file open or the deletion of a file of that name is pending.
///
/// A program that looks at each new file, such as a virus scanner, lets go within a second. Windows
/// has the same error for missing permissions, so these are reported after `at_most` only.
///
/// # Errors
/// The last error of `work`.
///
/// ```
/// use std::time::Duration;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("a");
/// std::fs::write(&path, "")?;
/// platform::patiently(Duration::from_secs(2), || std::fs::remove_file(&path))?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn patiently<T>(at_most: Duration, mut work: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let started = Instant::now();
    let mut pause = Duration::from_millis(1);
    loop {
        match work() {
            Err(error) if is_held(&error) && started.elapsed() < at_most => sleep(pause),
            done => return done,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

fn is_held(error: &io::Error) -> bool {
    let denied = error.kind() == io::ErrorKind::PermissionDenied;
    cfg!(windows) && (denied || error.raw_os_error() == Some(SHARING_VIOLATION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_windows_tries_again_and_not_for_ever() {
        let mut tries = 0;
        let mut refuse = |times: u32, kind: io::ErrorKind| {
            tries = 0;
            let done = patiently(Duration::from_millis(200), || {
                tries += 1;
                if tries <= times { Err(io::Error::from(kind)) } else { Ok(()) }
            });
            (done.is_ok(), tries)
        };
        let denied = io::ErrorKind::PermissionDenied;
        assert_eq!(refuse(2, denied), if cfg!(windows) { (true, 3) } else { (false, 1) });
        assert!(!refuse(u32::MAX, denied).0);
        assert_eq!(refuse(2, io::ErrorKind::NotFound), (false, 1));
    }
}
