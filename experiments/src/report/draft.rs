//! Drafts of results, and the removal of those that killed runs left behind.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::mem::forget;
use std::path::{Path, PathBuf};
use std::time::Duration;

use platform::patiently;

/// How long a rename is tried on Windows, which refuses it while another program has a file open:
/// long enough for a virus scanner, and to close a viewer.
pub(super) const HELD: Duration = Duration::from_secs(10);
/// How long the deletion of a folder is waited for.
const PENDING: Duration = Duration::from_secs(2);
/// Random characters in the names of a draft and its lock.
const RANDOM: usize = 6;
/// The names begin with `.NAME.` and one of these. A lock is [`NEW`] until it is locked.
const DRAFT: &str = "draft-";
const LOCK: &str = "lock-";
const NEW: &str = "new-";
/// What the name of a finished draft that could not take its place has behind that of its place.
const KEPT: &str = "new-";
/// Suffix of earlier results while the draft takes their name, on systems without an atomic swap.
const ASIDE: &str = ".old";

/// A folder in the making; removed when dropped.
///
/// A file beside it, empty and locked, tells other runs that this one lives. It gets its name when
/// it is locked, so a [`sweep`] never finds the lock of a living run unlocked.
#[derive(Debug)]
pub(super) struct Draft {
    path: PathBuf,
    lock_path: PathBuf,
    _lock: File,
}

impl Draft {
    /// A new folder in `parent` for what will be called `name`.
    pub(super) fn create(parent: &Path, name: &str) -> io::Result<Self> {
        let new = format!(".{name}.{NEW}");
        // Windows refuses to rename what another run has swept for as long as it is open here.
        patiently(HELD, || {
            loop {
                let new =
                    tempfile::Builder::new().prefix(&new).rand_bytes(RANDOM).tempfile_in(parent)?;
                // A file system without locks gives none to a sweep either.
                let _ = new.as_file().lock();
                let file_name = new.path().file_name().unwrap_or_default().to_string_lossy();
                let random = &file_name[file_name.len() - RANDOM..];
                let path = parent.join(format!(".{name}.{DRAFT}{random}"));
                let lock_path = parent.join(format!(".{name}.{LOCK}{random}"));
                match new.persist(&lock_path) {
                    Ok(lock) => {
                        let draft = Self { path, lock_path, _lock: lock };
                        fs::create_dir(&draft.path)?;
                        return Ok(draft);
                    }
                    // Another run has swept it.
                    Err(error) if error.error.kind() == ErrorKind::NotFound => {}
                    Err(error) => return Err(error.error),
                }
            }
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Keeps a finished draft, which could not be put at `out`, under a name beside it that readers
    /// see and no run sweeps; returns that name.
    pub(super) fn keep(self, out: &Path) -> PathBuf {
        let draft = self.path.to_string_lossy();
        let mut kept = out.as_os_str().to_owned();
        kept.push(format!(".{KEPT}{}", &draft[draft.len() - RANDOM..]));
        let kept = PathBuf::from(kept);
        if patiently(HELD, || fs::rename(&self.path, &kept)).is_ok() {
            return kept;
        }
        // It stays under its hidden name. Only drafts with a lock are swept.
        let _ = fs::remove_file(&self.lock_path);
        let path = self.path.clone();
        forget(self);
        path
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What cannot be removed now, the next run sweeps.
        if remove(&self.path) && !aside(&self.path).exists() {
            let _ = fs::remove_file(&self.lock_path);
        }
    }
}

/// Removes the drafts in `parent` that killed runs left, and restores earlier results that they had
/// set aside. What cannot be removed stays for the next run: a leftover is in nobody's way.
pub(super) fn sweep(parent: &Path, name: &str, out: &Path) {
    let Ok(entries) = fs::read_dir(parent) else { return };
    let prefix = format!(".{name}.");
    for entry in entries.flatten() {
        let file_name = entry.file_name();
        let rest = file_name.to_str().and_then(|name| name.strip_prefix(&prefix));
        let lock = rest.and_then(|rest| rest.strip_prefix(LOCK));
        let new = rest.and_then(|rest| rest.strip_prefix(NEW));
        let is_ours = lock.or(new).is_some_and(is_random)
            && entry.metadata().is_ok_and(|file| file.is_file() && file.len() == 0);
        if !is_ours {
            continue;
        }
        if let Some(random) = lock {
            let Ok(file) = File::open(entry.path()) else { continue };
            if file.try_lock().is_err() {
                continue;
            }
            if !clear(&parent.join(format!("{prefix}{DRAFT}{random}")), out) {
                continue;
            }
        }
        let _ = fs::remove_file(entry.path());
    }
}

/// Removes the draft of a dead run; whether nothing of it is left.
fn clear(draft: &Path, out: &Path) -> bool {
    let earlier = aside(draft);
    if earlier.is_dir() && !out.exists() {
        // The run was killed between two renames, and these are the only results.
        let _ = patiently(PENDING, || fs::rename(&earlier, out));
    }
    if out.exists() {
        remove(&earlier);
    }
    remove(draft) && !earlier.exists()
}

fn is_random(end: &str) -> bool {
    end.len() == RANDOM && end.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Removes a folder; whether it is gone. On Windows it is when nobody looks at it any more.
pub(super) fn remove(folder: &Path) -> bool {
    let gone = patiently(PENDING, || {
        let removed = fs::remove_dir_all(folder);
        if folder.exists() { removed.and(Err(ErrorKind::PermissionDenied.into())) } else { Ok(()) }
    });
    gone.is_ok()
}

/// The name of earlier results while `draft` takes their place.
pub(super) fn aside(draft: &Path) -> PathBuf {
    let mut name = draft.as_os_str().to_owned();
    name.push(ASIDE);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &Path) -> Vec<String> {
        let entries = fs::read_dir(path).unwrap();
        let mut names: Vec<_> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The draft of a killed run: not locked, not removed.
    fn dead(parent: &Path) -> PathBuf {
        let path = parent.join(".out.draft-dead00");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("half"), "a resu").unwrap();
        fs::write(parent.join(".out.lock-dead00"), "").unwrap();
        path
    }

    #[test]
    fn a_dead_runs_draft_is_removed_and_a_living_ones_is_not() {
        let parent = tempfile::tempdir().unwrap();
        dead(parent.path());
        fs::write(parent.path().join(".out.new-dead00"), "").unwrap();
        let living = Draft::create(parent.path(), "out").unwrap();
        sweep(parent.path(), "out", &parent.path().join("out"));
        let random = living.path().extension().unwrap().to_str().unwrap().replace("draft-", "");
        let kept = [".out.draft-", ".out.lock-"].map(|name| format!("{name}{random}"));
        assert_eq!(names(parent.path()), kept);
        drop(living);
        assert!(names(parent.path()).is_empty());
    }

    #[test]
    fn what_is_only_named_alike_is_left_alone() {
        let parent = tempfile::tempdir().unwrap();
        let alike = [".out.backup", ".out.draft-abcdef", ".out.lock-abcdef", ".out.new-abcdef"];
        alike.iter().for_each(|name| fs::create_dir(parent.path().join(name)).unwrap());
        fs::write(parent.path().join(".out.lock-chapter"), "").unwrap();
        fs::write(parent.path().join(".out.lock-backup"), "a file").unwrap();
        fs::write(parent.path().join(".other.lock-abcdef"), "").unwrap();
        let before = names(parent.path());
        sweep(parent.path(), "out", &parent.path().join("out"));
        assert_eq!(names(parent.path()), before);
    }

    #[test]
    fn results_set_aside_by_a_dead_run_come_back_if_there_are_no_others() {
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("out");
        fs::create_dir(aside(&dead(parent.path()))).unwrap();
        sweep(parent.path(), "out", &out);
        assert_eq!(names(parent.path()), ["out"]);
        fs::create_dir(aside(&dead(parent.path()))).unwrap();
        sweep(parent.path(), "out", &out);
        assert_eq!(names(parent.path()), ["out"]);
    }
}
