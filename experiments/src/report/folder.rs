//! The folder of results, which is replaced as a whole or not at all.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use platform::{device_in, exchange, is_mount_point, patiently, sync, sync_folder};

use super::draft::{self, Draft, HELD};
use crate::cli::{Failure, Result};

/// The file that marks a folder as the results of a run.
pub const MANIFEST: &str = "manifest.json";
/// The file that names the series of `metrics.csv` for readers.
pub const SERIES: &str = "data/series.csv";

/// Checks, without writing, that results may go to `out`.
///
/// Refused are a file, a dangling link, a mount point and a name that Windows keeps for a device,
/// none of which can be replaced by a folder; and a folder with other files than an earlier run's
/// results, unless `force` is set.
pub fn check(out: &Path, force: bool) -> Result<()> {
    let usage =
        |problem: String| Err(Failure::Usage(anyhow!("--out {}: {problem}", out.display())));
    if let Some(device) = device_in(out) {
        return usage(format!("Windows keeps the name {device} for a device; give another folder"));
    }
    if out.exists() && !out.is_dir() {
        return usage("is a file; give a folder, new or with earlier results".to_owned());
    }
    if without_end(out).is_symlink() && !out.exists() {
        return usage("is a link to nothing; make the folder that it names".to_owned());
    }
    if is_mount_point(out) {
        return usage("is a mount point, which cannot be replaced; give a folder in it".to_owned());
    }
    let Ok(mut entries) = fs::read_dir(out) else { return Ok(()) };
    if entries.next().is_some() && !out.join(MANIFEST).exists() && !force {
        return usage(format!(
            "holds other files and no {MANIFEST} of an earlier run; give another folder, or --force \
             to replace it with everything in it"
        ));
    }
    Ok(())
}

/// The path without a trailing slash: with one, a link would be followed.
fn without_end(path: &Path) -> PathBuf {
    path.components().collect()
}

/// Results in the making, in a hidden folder beside their final place: `.NAME.draft-` and six
/// letters, with a lock of its own, `.NAME.lock-` and the same letters.
///
/// Every file is synced when written; [`publish`](Self::publish) then puts the whole folder in
/// place in one step. Dropping it unpublished removes it and leaves the final place alone. A killed
/// run cannot clean up: its draft is removed by the next run.
#[derive(Debug)]
pub struct Folder {
    draft: Draft,
    out: PathBuf,
}

impl Folder {
    /// Opens a draft for `out`, creating its parent folders. If `out` is a link, its target is
    /// replaced and the link stays.
    pub fn create(out: &Path) -> anyhow::Result<Self> {
        let mut out = without_end(out);
        if out.is_symlink() {
            out = fs::canonicalize(&out)
                .with_context(|| format!("cannot follow the link {}", out.display()))?;
        }
        let parent = match out.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let name = out.file_name().context("the output folder has no name")?;
        let name = name.to_string_lossy();
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot create {}", parent.display()))?;
        draft::sweep(parent, &name, &out);
        let draft = Draft::create(parent, &name)
            .with_context(|| format!("cannot create a folder in {}", parent.display()))?;
        Ok(Self { draft, out })
    }

    /// Writes one file, synced to the disk; `name` may hold a folder.
    pub fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.draft.path().join(name);
        let write = || -> io::Result<()> {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = File::create(&path)?;
            file.write_all(bytes)?;
            sync(&file)
        };
        write().with_context(|| format!("cannot write {}", self.out.join(name).display()))
    }

    /// Puts the draft in place of the final folder, whose old contents are then removed. If that
    /// fails, the draft stays beside it, and the error names it.
    pub fn publish(self) -> anyhow::Result<PathBuf> {
        let out = self.out.display();
        sync_folder(self.draft.path()).with_context(|| format!("cannot sync results for {out}"))?;
        if let Err(error) = put_in_place(self.draft.path(), &self.out) {
            let kept = self.draft.keep(&self.out);
            return Err(anyhow::Error::new(error).context(format!(
                "cannot put the results at {out}; they are complete in {}: close the programs that \
                 have {out} or a file in it open, remove it, and rename the folder",
                kept.display()
            )));
        }
        if let Some(parent) = self.out.parent().filter(|parent| *parent != Path::new("")) {
            sync_folder(parent).with_context(|| format!("cannot sync {}", parent.display()))?;
        }
        // The earlier results, if there were any, now have the draft's name, or stand aside.
        draft::remove(&draft::aside(self.draft.path()));
        drop(self.draft);
        Ok(self.out)
    }
}

/// Renames `draft` to `out`; earlier results at `out` get the draft's name, or stand
/// [aside](draft::aside). If several runs do so at the same time, the results of the last one stay.
fn put_in_place(draft: &Path, out: &Path) -> io::Result<()> {
    loop {
        // A rename replaces an empty folder, but not one with files in it.
        let moved = patiently(HELD, || match fs::metadata(out) {
            Err(_) => fs::rename(draft, out),
            Ok(found) if !found.is_dir() => Err(ErrorKind::NotADirectory.into()),
            Ok(_) => match exchange(draft, out) {
                Err(error) if error.kind() == ErrorKind::Unsupported => replace(draft, out),
                done => done,
            },
        });
        match moved.as_ref().map_err(io::Error::kind) {
            // Another run created, moved or removed `out` since the lines above looked.
            Err(ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists) if out.exists() => {}
            Err(ErrorKind::NotFound) if draft.exists() => {}
            _ => return moved,
        }
    }
}

/// Puts `draft` at `out` in two renames. Results that a death between them leaves aside are put
/// back by the next run.
fn replace(draft: &Path, out: &Path) -> io::Result<()> {
    let aside = draft::aside(draft);
    // Left by an attempt in which another run was faster: its results are newer.
    let _ = fs::remove_dir_all(&aside);
    fs::rename(out, &aside)?;
    fs::rename(draft, out).inspect_err(|_| {
        let _ = fs::rename(&aside, out);
    })
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

    #[test]
    fn new_results_replace_old_ones_whole() {
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("results");
        let first = Folder::create(&out).unwrap();
        first.write("a.txt", b"1").unwrap();
        first.write(MANIFEST, b"{}").unwrap();
        first.publish().unwrap();
        let second = Folder::create(&out).unwrap();
        second.write("figures/b.txt", b"2").unwrap();
        assert_eq!(names(&out), ["a.txt", MANIFEST]);
        second.publish().unwrap();
        assert_eq!(names(&out), ["figures"]);
        assert_eq!(names(parent.path()), ["results"]);
    }

    #[test]
    fn runs_that_end_together_leave_the_results_of_one() {
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("results");
        for _ in 0..50 {
            let drafts = in_parallel((0..4_u8).collect(), |run| {
                let draft = Folder::create(&out).unwrap();
                draft.write("a", &[run]).unwrap();
                draft.write("b", &[run]).unwrap();
                draft
            });
            in_parallel(drafts, |draft| draft.publish().unwrap());
            assert_eq!(fs::read(out.join("a")).unwrap(), fs::read(out.join("b")).unwrap());
            assert_eq!(names(parent.path()), ["results"]);
            fs::remove_dir_all(&out).unwrap();
        }
    }

    /// One thread for each item.
    fn in_parallel<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
        std::thread::scope(|scope| {
            let work = &work;
            let threads: Vec<_> =
                items.into_iter().map(|item| scope.spawn(move || work(item))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }

    /// A link was replaced by a folder, and a link to nothing or a mount point lost the results at
    /// the end.
    #[cfg(unix)]
    #[test]
    fn a_link_stays_and_what_cannot_be_replaced_is_refused_at_the_start() {
        use std::os::unix::fs::symlink;
        let parent = tempfile::tempdir().unwrap();
        let [elsewhere, link] = ["elsewhere", "link"].map(|name| parent.path().join(name));
        symlink("elsewhere", &link).unwrap();
        let refusal = |path: &Path| format!("{:?}", check(path, true).unwrap_err());
        assert!(refusal(&link).contains("is a link to nothing"));
        fs::create_dir(&elsewhere).unwrap();
        for out in [link.clone(), link.join("")] {
            check(&out, false).unwrap();
            let draft = Folder::create(&out).unwrap();
            draft.write(MANIFEST, b"{}").unwrap();
            draft.publish().unwrap();
            assert!(link.is_symlink());
            assert_eq!(names(&elsewhere), [MANIFEST]);
            fs::remove_file(elsewhere.join(MANIFEST)).unwrap();
        }
        if cfg!(target_os = "linux") {
            assert!(refusal(Path::new("/proc")).contains("is a mount point"));
        }
    }

    /// As on Windows, while a program has a file of the earlier results open.
    #[test]
    fn results_that_cannot_take_their_place_are_kept_and_named() {
        let parent = tempfile::tempdir().unwrap();
        let out = parent.path().join("results");
        let draft = Folder::create(&out).unwrap();
        draft.write("a", b"new").unwrap();
        // Made while the run went on: it is not ours to replace.
        fs::write(&out, "a file").unwrap();
        let error = format!("{:#}", draft.publish().unwrap_err());
        let names = names(parent.path());
        let [_, kept] = &names[..] else { panic!("{names:?}") };
        assert!(kept.starts_with("results.new-") && error.contains(kept.as_str()), "{error}");
        assert_eq!(fs::read(parent.path().join(kept).join("a")).unwrap(), b"new");
        assert_eq!(fs::read(&out).unwrap(), b"a file");
        fs::remove_file(&out).unwrap();
        Folder::create(&out).unwrap().publish().unwrap();
        assert!(parent.path().join(kept).exists(), "a sweep takes it for a leftover");
    }

    /// What systems do that cannot swap two folders.
    #[test]
    fn two_renames_replace_a_folder_too() {
        let parent = tempfile::tempdir().unwrap();
        let [draft, out] = ["draft", "out"].map(|name| parent.path().join(name));
        for text in ["old", "new"] {
            fs::create_dir(&draft).unwrap();
            fs::write(draft.join("a"), text).unwrap();
            if text == "old" { fs::rename(&draft, &out) } else { replace(&draft, &out) }.unwrap();
        }
        assert_eq!(fs::read(out.join("a")).unwrap(), b"new");
        assert_eq!(fs::read(draft::aside(&draft).join("a")).unwrap(), b"old");
        assert!(replace(&draft, &out).is_err(), "there is no draft");
        assert_eq!(fs::read(out.join("a")).unwrap(), b"new", "put back");
        assert_eq!(names(parent.path()), ["out"]);
    }

    #[test]
    fn an_unpublished_draft_leaves_nothing() {
        let parent = tempfile::tempdir().unwrap();
        Folder::create(&parent.path().join("x")).unwrap().write("a", b"1").unwrap();
        assert!(names(parent.path()).is_empty());
    }

    #[test]
    fn a_strangers_folder_and_a_file_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(check(folder.path(), false).is_ok());
        let file = folder.path().join("thesis.txt");
        fs::write(&file, "years of work").unwrap();
        assert!(matches!(check(folder.path(), false), Err(Failure::Usage(_))));
        assert!(check(folder.path(), true).is_ok());
        assert!(matches!(check(&file, true), Err(Failure::Usage(_))));
        fs::write(folder.path().join(MANIFEST), "{}").unwrap();
        assert!(check(folder.path(), false).is_ok());
    }
}
