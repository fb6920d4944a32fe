//! Which process runs which trial.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The right to run a trial of a study that other processes run trials of too.
///
/// It is a file in the folder `FILE.claims`, locked in the kernel as long as this process lives: the
/// trial of a process that was killed is free at once. Where kernels do not see each other's locks, a
/// trial may run twice; the study file takes the first result only.
#[derive(Debug)]
pub(super) struct Claim {
    path: PathBuf,
    _file: File,
}

impl Claim {
    /// Claims a trial; `None` if another process has it.
    pub(super) fn take(study_file: &Path, study: &str, index: u64) -> io::Result<Option<Self>> {
        let folder = folder(study_file);
        let path = folder.join(format!("{study}.{index}"));
        let file = loop {
            fs::create_dir_all(&folder)?;
            match OpenOptions::new().create(true).truncate(false).write(true).open(&path) {
                // Another process has removed the folder with its last claim in between.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                opened => break opened?,
            }
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Ok(None),
            // Without locks every process runs everything by itself.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(Self { path, _file: file })),
        }
    }

    /// Removes what a process left that was killed between the result of a trial and the end of its
    /// claim.
    pub(super) fn sweep(study_file: &Path, study: &str, index: u64) {
        let folder = folder(study_file);
        if folder.join(format!("{study}.{index}")).exists()
            && let Ok(Some(left)) = Self::take(study_file, study, index)
        {
            left.fulfil();
        }
        let _ = fs::remove_dir(folder);
    }

    /// Ends the claim of a trial whose result is in the study file.
    pub(super) fn fulfil(self) {
        let _ = fs::remove_file(&self.path);
        if let Some(folder) = self.path.parent() {
            // Removed with its last claim: a folder that is not empty stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

fn folder(study_file: &Path) -> PathBuf {
    let mut name = OsString::from(study_file);
    name.push(".claims");
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_one_processs_until_it_lets_go() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("study.log");
        let take = |index| Claim::take(&file, "study", index).unwrap();
        let first = take(3).unwrap();
        assert!(take(3).is_none());
        assert!(take(4).is_some());
        drop(first);
        take(3).unwrap().fulfil();
        take(4).unwrap().fulfil();
        assert!(!folder.path().join("study.log.claims").exists());
    }

    #[test]
    fn what_a_killed_process_left_of_an_ended_trial_is_removed_and_a_living_ones_claim_is_not() {
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
