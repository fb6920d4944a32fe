//! Which process runs which trial.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use platform::patiently;

use super::lock::PENDING;

/// The right to run a trial of a study that several processes work on.
///
/// It is a file in the folder `FILE.claims` that the kernel locks while the process lives: the
/// trial of a killed process is free at once. On a file system without such locks a trial may run
/// twice; the study file keeps the first result only.
#[derive(Debug)]
pub(super) struct Claim {
    path: PathBuf,
    file: File,
}

impl Claim {
    /// Claims a trial; `None` if another process has claimed it.
    pub(super) fn take(study_file: &Path, study: &str, number: u64) -> io::Result<Option<Self>> {
        let folder = folder(study_file);
        let path = folder.join(format!("{study}.{number}"));
        let file = loop {
            let mut options = OpenOptions::new();
            let options = options.create(true).truncate(false).write(true);
            match patiently(PENDING, || make_folder(&folder).and_then(|()| options.open(&path))) {
                // Another process removed the folder with its last claim in the meantime.
                Err(error) if error.kind() == ErrorKind::NotFound && !folder.is_symlink() => {}
                opened => break opened?,
            }
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(None),
            // Without locks, every process runs all trials itself.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(Self { path, file })),
        }
    }

    /// Removes the claim of a trial that has ended, if its process was killed before it could.
    pub(super) fn sweep(study_file: &Path, study: &str, number: u64) {
        let folder = folder(study_file);
        if folder.join(format!("{study}.{number}")).exists()
            && let Ok(Some(left)) = Self::take(study_file, study, number)
        {
            left.remove();
        }
        let _ = fs::remove_dir(folder);
    }

    /// Removes the claim of a trial whose result is in the study file.
    pub(super) fn remove(self) {
        let Self { path, file } = self;
        let _ = fs::remove_file(&path);
        // Where Windows deletes a file only when nobody has it open, the folder is empty now.
        drop(file);
        if let Some(folder) = path.parent() {
            // This removes an empty folder only.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Creates the folder if it is not there. `fs::create_dir_all` looks at a folder that is there once
/// more, and fails if another process has removed it by then.
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir(folder).or_else(|error| match error.kind() {
        ErrorKind::AlreadyExists => Ok(()),
        _ => Err(error),
    })
}

fn folder(study_file: &Path) -> PathBuf {
    study_file.with_added_extension("claims")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_holds_a_claim_until_it_drops_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("study.log");
        let take = |index| Claim::take(&file, "study", index).unwrap();
        let first = take(3).unwrap();
        assert!(take(3).is_none());
        assert!(take(4).is_some());
        drop(first);
        take(3).unwrap().remove();
        take(4).unwrap().remove();
        assert!(!folder.path().join("study.log.claims").exists());
    }

    #[test]
    fn processes_that_make_and_remove_the_folder_at_once_do_not_fail() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("study.log");
        std::thread::scope(|scope| {
            for number in 0..4 {
                let file = &file;
                scope.spawn(move || {
                    for _ in 0..2_000 {
                        Claim::take(file, "study", number).unwrap().unwrap().remove();
                    }
                });
            }
        });
        assert!(!super::folder(&file).exists());
    }

    #[test]
    fn a_sweep_removes_the_claim_of_a_dead_process_and_not_that_of_a_living_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("study.log");
        fs::create_dir(super::folder(&file)).unwrap();
        Claim::sweep(&file, "study", 3);
        assert!(!folder.path().join("study.log.claims").exists());
        let claim = Claim::take(&file, "study", 3).unwrap().unwrap();
        Claim::sweep(&file, "study", 3);
        assert!(folder.path().join("study.log.claims/study.3").exists());
        drop(claim);
        Claim::sweep(&file, "study", 3);
        assert!(!folder.path().join("study.log.claims").exists());
    }
}
