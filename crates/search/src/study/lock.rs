//! The lock of a study file, kept by Optuna's Python processes too.

use std::ffi::OsString;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Optuna takes a lock away that nobody gave back for so long.
const GRACE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// The first word of a lock file of ours: the same from version to version, so that each knows the other's.
const OURS: &str = "experiments";

/// The right to append to a study file; given back when dropped.
///
/// The lock is the file `FILE.lock`, made by whoever succeeds in making it: Optuna's protocol, with
/// which a Python process waits for us and we for it. Beyond that protocol the file is locked in the
/// kernel as long as its maker lives. The lock of a process that was killed is therefore taken away at
/// once where the kernel can tell, and after 30 s as Optuna does where it cannot.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Removes the lock of a killed process, which would stay if nothing more is written to the study.
    pub(super) fn sweep(study: &Path) {
        remove_if_its_maker_is_dead(&lock_of(study));
    }

    /// Waits for the lock of `study`; `notice` hears of one that is taken away.
    pub(super) fn acquire(study: &Path, notice: fn(&str)) -> io::Result<Self> {
        let path = lock_of(study);
        let mut pause = Duration::from_millis(1);
        let mut seen: Option<(Identity, Instant)> = None;
        loop {
            match OpenOptions::new().read(true).write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let mut lock = Self { path, file };
                    // A file system without such locks leaves the 30 s to those who wait.
                    let _ = lock.file.lock();
                    writeln!(lock.file, "{OURS} {} {}", host(), std::process::id())?;
                    return Ok(lock);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
            // It may be gone already: then the next attempt will tell.
            if let Ok(metadata) = fs::symlink_metadata(&path) {
                let identity = Identity::of(&metadata);
                let since = match seen {
                    Some((same, since)) if same == identity => since,
                    _ => Instant::now(),
                };
                seen = Some((identity, since));
                if since.elapsed() > GRACE {
                    notice(&format!(
                        "warning: {} was held for 30 s and is taken away",
                        path.display()
                    ));
                    remove_if(&path, identity);
                } else if !metadata.is_symlink() {
                    remove_if_its_maker_is_dead(&path);
                }
            }
            sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// `FILE.lock` for a study `FILE`.
fn lock_of(study: &Path) -> PathBuf {
    let mut name = OsString::from(study);
    name.push(".lock");
    PathBuf::from(name)
}

impl Drop for Lock {
    fn drop(&mut self) {
        // After a long stop of this process the lock may be another's.
        if let Ok(metadata) = self.file.metadata() {
            remove_if(&self.path, Identity::of(&metadata));
        }
    }
}

/// Which file a path stood for: the next one may get the number of the last, so its time counts too.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Identity(u64, Option<std::time::SystemTime>);

impl Identity {
    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let number = 0;
        Self(number, metadata.modified().ok())
    }
}

fn remove_if(path: &Path, identity: Identity) {
    if fs::symlink_metadata(path).is_ok_and(|metadata| Identity::of(&metadata) == identity) {
        // If another process was faster, so much the better.
        let _ = fs::remove_file(path);
    }
}

/// The kernel gives us the lock of a file only if the process that held it is gone.
fn remove_if_its_maker_is_dead(path: &Path) {
    let Ok(mut file) = File::open(path) else { return };
    let mut text = String::new();
    let whole = file.read_to_string(&mut text).is_ok() && text.ends_with('\n');
    // Kernels of two hosts may not know of each other's locks.
    let from_here = text.starts_with(&format!("{OURS} {} ", host()));
    if whole
        && from_here
        && file.try_lock().is_ok()
        && let Ok(metadata) = file.metadata()
    {
        remove_if(path, Identity::of(&metadata));
    }
}

/// The name of this host, as a word.
fn host() -> String {
    #[cfg(unix)]
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    #[cfg(not(unix))]
    let name = std::env::var("COMPUTERNAME").unwrap_or_default();
    name.replace(char::is_whitespace, "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let study = folder.path().join("study.log");
        let counter = folder.path().join("counter");
        fs::write(&counter, "0").unwrap();
        let add = || {
            for _ in 0..50 {
                let _lock = Lock::acquire(&study, |_| {}).unwrap();
                let count: u32 = fs::read_to_string(&counter).unwrap().parse().unwrap();
                fs::write(&counter, (count + 1).to_string()).unwrap();
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(add);
            }
        });
        assert_eq!(fs::read_to_string(&counter).unwrap(), "200");
        assert!(!folder.path().join("study.log.lock").exists());
    }

    #[test]
    fn the_lock_of_a_dead_process_is_taken_away_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let study = folder.path().join("study.log");
        fs::write(folder.path().join("study.log.lock"), format!("{OURS} {} 1\n", host())).unwrap();
        let start = Instant::now();
        drop(Lock::acquire(&study, |_| {}).unwrap());
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn the_lock_of_a_dead_process_is_swept_and_another_programs_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (study, lock) = (folder.path().join("study.log"), folder.path().join("study.log.lock"));
        for (text, stays) in [(format!("{OURS} {} 1\n", host()), false), (String::new(), true)] {
            fs::write(&lock, text).unwrap();
            Lock::sweep(&study);
            assert_eq!(lock.exists(), stays);
        }
    }

    #[test]
    fn the_lock_of_another_program_is_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let study = folder.path().join("study.log");
        let lock = folder.path().join("study.log.lock");
        fs::write(&lock, "").unwrap();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| drop(Lock::acquire(&study, |_| {}).unwrap()));
            sleep(Duration::from_millis(300));
            assert!(!waiting.is_finished() && lock.exists());
            fs::remove_file(&lock).unwrap();
        });
        assert!(!lock.exists());
    }
}
