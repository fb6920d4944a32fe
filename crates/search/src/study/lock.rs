//! The lock of a study file, which Optuna's Python processes respect too.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use platform::{FileId, host_name, patiently};

/// The age at which a lock counts as abandoned, as in Optuna.
const GRACE: Duration = Duration::from_secs(30);
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// How long Windows may take to delete a file that was removed: until no process has it open.
pub(super) const PENDING: Duration = Duration::from_secs(2);
/// The first word of this crate's lock files. It must not change between versions: each must
/// recognise the locks of the others.
const OURS: &str = "experiments";

/// The right to append to a study file; given back when dropped.
///
/// The lock is the file `FILE.lock`, held by the process that created it: Optuna's protocol, by
/// which Python processes and this one wait for each other. In addition, the kernel locks the file
/// while its creator lives. If the kernel can tell that the creator was killed, the lock is removed
/// at once; if not, after 30 s as in Optuna.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    file: File,
}

impl Lock {
    /// Removes the lock of a killed process, which would stay if nothing more is written to the
    /// study.
    pub(super) fn sweep(study: &Path) {
        remove_if_its_creator_is_dead(&lock_of(study));
    }

    /// Waits for the lock of the file `study`; `notice` is told if a lock is removed after 30 s.
    pub(super) fn acquire(study: &Path, notice: fn(&str)) -> io::Result<Self> {
        let path = lock_of(study);
        let mut pause = Duration::from_millis(1);
        let mut seen: Option<(FileId, Instant)> = None;
        loop {
            let mut options = OpenOptions::new();
            let options = options.read(true).write(true).create_new(true);
            match patiently(PENDING, || options.open(&path)) {
                Ok(file) => {
                    let mut lock = Self { path, file };
                    // If the file system has no such locks, others wait for 30 s.
                    let _ = lock.file.lock();
                    writeln!(lock.file, "{OURS} {} {}", host(), std::process::id())?;
                    return Ok(lock);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
            // An error means that the lock is gone: the next attempt will tell.
            if let Ok(id) = FileId::at(&path) {
                let (_, since) = seen.filter(|seen| seen.0 == id).unwrap_or((id, Instant::now()));
                seen = Some((id, since));
                if since.elapsed() > GRACE {
                    let lock = path.display();
                    notice(&format!("warning: {lock} was held for 30 s and is removed"));
                    remove_if(&path, id);
                } else if !path.is_symlink() {
                    remove_if_its_creator_is_dead(&path);
                }
            }
            sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// `FILE.lock` for a study `FILE`.
fn lock_of(study: &Path) -> PathBuf {
    study.with_added_extension("lock")
}

impl Drop for Lock {
    fn drop(&mut self) {
        // If this process was suspended for long, another one may have the lock now.
        if let Ok(id) = FileId::of(&self.file) {
            remove_if(&self.path, id);
        }
    }
}

fn remove_if(path: &Path, id: FileId) {
    if FileId::at(path).is_ok_and(|found| found == id) {
        // An error means that another process has removed it.
        let _ = fs::remove_file(path);
    }
}

/// The kernel gives us the lock of a file only if the process that held it is dead. On Windows it
/// does not let us read the file either.
fn remove_if_its_creator_is_dead(path: &Path) {
    let Ok(file) = File::open(path) else { return };
    let Ok(text) = io::read_to_string(&file) else { return };
    // The kernels of two hosts may not know of each other's locks.
    let from_here = text.starts_with(&format!("{OURS} {} ", host()));
    if from_here
        && text.ends_with('\n')
        && file.try_lock().is_ok()
        && let Ok(id) = FileId::of(&file)
    {
        remove_if(path, id);
    }
}

/// The name of this host; white space becomes `-`.
fn host() -> String {
    host_name().replace(char::is_whitespace, "-")
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
    fn the_lock_of_a_dead_process_is_removed_at_once() {
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
