//! Drafts of results, and the removal of those that killed runs left behind.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// Random characters in the name of a draft.
const RANDOM: usize = 6;
/// Suffix of earlier results while the draft takes their name, on systems without an atomic swap.
const ASIDE: &str = ".old";

/// A new folder in `parent` whose name begins with `prefix`, locked where folders can be.
pub(super) fn lock_new(parent: &Path, prefix: &str) -> io::Result<(TempDir, Option<File>)> {
    loop {
        let draft =
            tempfile::Builder::new().prefix(prefix).rand_bytes(RANDOM).tempdir_in(parent)?;
        let lock = lock(draft.path());
        // Before it was locked, another run may have removed it as abandoned.
        if draft.path().exists() {
            return Ok((draft, lock));
        }
    }
}

/// Removes the drafts in `parent` that killed runs left, and restores earlier results that they had
/// set aside. Errors are ignored: a leftover is in nobody's way.
pub(super) fn sweep(parent: &Path, prefix: &str, out: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    let (mut drafts, mut set_aside) = (Vec::new(), Vec::new());
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().and_then(OsStr::to_str);
        let Some(rest) = name.and_then(|name| name.strip_prefix(prefix)) else { continue };
        let random = rest.strip_suffix(ASIDE).unwrap_or(rest);
        let ours = random.len() == RANDOM && random.bytes().all(|b| b.is_ascii_alphanumeric());
        if ours && path.is_dir() {
            if random == rest { drafts.push(path) } else { set_aside.push(path) }
        }
    }
    for earlier in set_aside {
        // If the final name is free, the run was killed between two renames, and these are the only
        // results.
        if lock(&earlier).is_some() && (out.exists() || fs::rename(&earlier, out).is_err()) {
            let _ = fs::remove_dir_all(earlier);
        }
    }
    for draft in drafts {
        if lock(&draft).is_some() {
            let _ = fs::remove_dir_all(draft);
        }
    }
}

/// The name of earlier results while `draft` takes their place.
pub(super) fn aside(draft: &Path) -> PathBuf {
    let mut name = draft.as_os_str().to_owned();
    name.push(ASIDE);
    PathBuf::from(name)
}

/// Locks a folder until the value is dropped or the process ends. `None` if another process holds
/// the lock, or where folders cannot be locked.
fn lock(path: &Path) -> Option<File> {
    if cfg!(unix) { File::open(path).ok().filter(|folder| folder.try_lock().is_ok()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PREFIX: &str = ".out.draft-";

    fn names(path: &Path) -> Vec<String> {
        let entries = fs::read_dir(path).unwrap();
        let mut names: Vec<_> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The draft of a killed run: not locked, not removed.
    fn dead(parent: &Path) -> PathBuf {
        let path = lock_new(parent, PREFIX).unwrap().0.keep();
        fs::write(path.join("half"), "a resu").unwrap();
        path
    }

    #[test]
    fn a_dead_runs_draft_is_removed_and_a_living_ones_is_not() {
        let parent = tempfile::tempdir().unwrap();
        dead(parent.path());
        let living = lock_new(parent.path(), PREFIX).unwrap();
        sweep(parent.path(), PREFIX, &parent.path().join("out"));
        assert_eq!(names(parent.path()), [living.0.path().file_name().unwrap().to_str().unwrap()]);
        drop(living);
        assert!(names(parent.path()).is_empty());
    }

    #[test]
    fn what_is_only_named_alike_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let alike = [".out.backup", ".out.draft-2", ".out.draft-chapter", ".other.draft-abcdef"];
        alike.iter().for_each(|name| fs::create_dir(parent.path().join(name)).unwrap());
        fs::write(parent.path().join(".out.draft-abcdef"), "a file").unwrap();
        let before = names(parent.path());
        sweep(parent.path(), PREFIX, &parent.path().join("out"));
        assert_eq!(names(parent.path()), before);
    }

    #[test]
    fn results_set_aside_by_a_dead_run_come_back_if_there_are_no_others() {
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("out");
        fs::create_dir(aside(&dead(parent.path()))).unwrap();
        sweep(parent.path(), PREFIX, &out);
        assert_eq!(names(parent.path()), ["out"]);
        fs::create_dir(aside(&dead(parent.path()))).unwrap();
        sweep(parent.path(), PREFIX, &out);
        assert_eq!(names(parent.path()), ["out"]);
    }
}
