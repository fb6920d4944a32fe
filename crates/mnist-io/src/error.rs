//! What can go wrong with a folder of data.

use std::io;
use std::path::{Path, PathBuf};

use crate::DatasetName;
use crate::idx::FormatError;

/// Why a data set cannot be used: which file, what was expected, what was found, and what to do.
/// Every message is one line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// One of the four files is not in the folder under any of its names.
    #[error("{}: no {what}: looked for {}; {next}", .dir.display(), .names.join(", "))]
    Missing {
        /// The folder.
        dir: PathBuf,
        /// Which of the four: `training images`, …
        what: &'static str,
        /// The names looked for.
        names: Vec<String>,
        /// What to do, with the command to type if there is one.
        next: String,
    },
    /// Training images of several data sets in one folder.
    #[error(
        "{}: training images of {} data sets, {}: give one of them a folder of its own",
        .dir.display(), .names.len(), .names.join(", ")
    )]
    Several {
        /// The folder.
        dir: PathBuf,
        /// One file of each data set.
        names: Vec<String>,
    },
    /// The operating system reported an error.
    #[error("{}: {cause}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's error.
        cause: io::Error,
    },
    /// A file is not a valid IDX file, or not one that can be used.
    #[error("{}: {fault}", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: FormatError,
    },
    /// A valid file whose content is not that of the data set asked for.
    #[error(
        "{}: not {dataset}'s file: SHA-256 of its content is {found}, expected {expected}; \
         fetch it again, or use `--dataset custom` to allow other data",
        .path.display()
    )]
    Digest {
        /// The file.
        path: PathBuf,
        /// The data set asked for.
        dataset: DatasetName,
        /// Digest of the published content.
        expected: &'static str,
        /// Digest of this file's content.
        found: String,
    },
    /// A training or test set without images.
    #[error("{}: holds no images, expected at least 1: write it again", .path.display())]
    Empty {
        /// The image file.
        path: PathBuf,
    },
    /// The number of labels differs from the number of images.
    #[error(
        "{}: {labels} labels, but {} holds {images} images: take both from the same set",
        .labels_path.display(), .images_path.display()
    )]
    Counts {
        /// The image file.
        images_path: PathBuf,
        /// Images in it.
        images: usize,
        /// The label file.
        labels_path: PathBuf,
        /// Labels in it.
        labels: usize,
    },
    /// Test images whose size differs from that of the training images.
    #[error(
        "{}: images of {}×{}, but the training images are {}×{}: take both from the same set",
        .path.display(), .found.0, .found.1, .expected.0, .expected.1
    )]
    Sizes {
        /// The file of the test images.
        path: PathBuf,
        /// Rows and columns of the training images.
        expected: (usize, usize),
        /// Rows and columns of the test images.
        found: (usize, usize),
    },
}

impl Error {
    /// For `map_err`: adds the path.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        |cause| Self::Io { path: path.to_owned(), cause }
    }

    /// For `map_err`: adds the path.
    pub(crate) fn format(path: &Path) -> impl FnOnce(FormatError) -> Self {
        |fault| Self::Format { path: path.to_owned(), fault }
    }
}
