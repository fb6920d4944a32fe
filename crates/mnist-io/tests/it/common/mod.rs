//! A folder of four small files.

use std::path::Path;

use mnist_io::{Dataset, DatasetName, Error, load, save, synthetic};
use tempfile::TempDir;

/// Twelve training and eight test digits, saved uncompressed under MNIST's names.
pub fn folder() -> (TempDir, Dataset) {
    let digits = synthetic(1, 12, 8);
    let dir = TempDir::new().unwrap();
    save(dir.path(), &digits).unwrap();
    (dir, digits)
}

/// The error of loading `dir` as custom data, and its message, which must be one line.
pub fn fault(dir: &Path) -> (Error, String) {
    let error = load(dir, DatasetName::Custom).unwrap_err();
    let message = error.to_string();
    assert!(!message.contains('\n'), "{message}");
    (error, message)
}
