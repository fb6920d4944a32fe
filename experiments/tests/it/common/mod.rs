//! Runs sections as users do.

mod stop;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::{Mutex, OnceLock};

use assert_cmd::Command;

pub use stop::{SIGNALS, can_be_asked, send};

/// The folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a section in `folder`, without environment variables that could change its results.
pub fn run(section: &str, folder: &Path, flags: &[&str]) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_sec6_3_batchnorm")).with_file_name(section);
    Command::new(binary)
        .current_dir(folder)
        .env_remove("MNIST_DIR")
        .args(flags)
        .output()
        .expect("the binary was built with the tests")
}

/// The text that a program wrote to stderr.
pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// All files in a folder and below, by relative path.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = PathBuf::from(path.file_name().unwrap());
        if path.is_dir() {
            files.extend(
                self::files(&path).into_iter().map(|(below, bytes)| (name.join(below), bytes)),
            );
        } else {
            files.insert(name, fs::read(path).unwrap());
        }
    }
    files
}

/// A successful run: its output and the files of its results.
pub struct Results {
    pub output: Output,
    pub files: BTreeMap<PathBuf, Vec<u8>>,
}

impl Results {
    pub fn bytes(&self, name: &str) -> &[u8] {
        self.files.get(Path::new(name)).unwrap_or_else(|| panic!("no {name}"))
    }

    pub fn text(&self, name: &str) -> &str {
        std::str::from_utf8(self.bytes(name)).unwrap()
    }

    pub fn stdout(&self) -> &str {
        std::str::from_utf8(&self.output.stdout).unwrap()
    }
}

/// A quick run on synthetic digits, which must leave its results and nothing else. Tests that ask
/// for the same flags share one run.
pub fn quick(section: &str, flags: &[&str]) -> &'static Results {
    static RUNS: Mutex<BTreeMap<String, &OnceLock<Results>>> = Mutex::new(BTreeMap::new());
    let name = format!("{section} {}", flags.join(" "));
    let results = *RUNS.lock().unwrap().entry(name).or_insert_with(|| Box::leak(Box::default()));
    results.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let quick = ["--quick", "--dataset", "synthetic", "--out", "out"];
        let output = run(section, folder.path(), &[&quick[..], flags].concat());
        assert!(output.status.success(), "{section} {flags:?}: {}", stderr(&output));
        let missing = stderr(&output).contains("not in the table");
        assert!(!missing, "to experiments/lang/ko.toml: {}", stderr(&output));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{section} {flags:?}");
        Results { output, files: files(&folder.path().join("out")) }
    })
}

/// A [`quick`] run in Korean and over two seeds, in so many threads: a run in Korean and a run over
/// several seeds have additional texts.
pub fn quick_korean(section: &str, threads: &str, flags: &[&str]) -> &'static Results {
    let korean = ["--runs", "2", "--lang", "ko", "--quiet", "--threads", threads];
    quick(section, &[flags, &korean].concat())
}
