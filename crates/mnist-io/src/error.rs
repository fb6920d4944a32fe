//! What can go wrong with a folder of data.

use std::io;
use std::path::{Path, PathBuf};

use crate::DatasetName;
use crate::idx::FormatError;

/// A data set that cannot be used: which file, what was expected, what was found, what to do.
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
        /// What to type.
        next: String,
    },
    /// Training images of several data sets.
    #[error(
        "{}: training images of {} data sets, {}: give one of them a folder of its own",
        .dir.display(), .names.len(), .names.join(", ")
    )]
    Several {
        /// The folder.
        dir: PathBuf,
        /// A file of each.
        names: Vec<String>,
    },
    /// The operating system refused.
    #[error("{}: {cause}", .path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's words.
        cause: io::Error,
    },
    /// A file is not what IDX says it must be.
    #[error("{}: {fault}", .path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        fault: FormatError,
    },
    /// A well-formed file that is not the one of the data set asked for.
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
        /// Digest of the published payload.
        expected: &'static str,
        /// Digest of this payload.
        found: String,
    },
    /// A split without images.
    #[error("{}: holds no images, expected at least 1: write it again", .path.display())]
    Empty {
        /// The image file.
        path: PathBuf,
    },
    /// Not one label an image.
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
    /// Test images of another size than the training images.
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
    pub(crate) fn io(path: &Path, cause: io::Error) -> Self {
        Self::Io { path: path.to_owned(), cause }
    }

    pub(crate) fn format(path: &Path, fault: FormatError) -> Self {
        Self::Format { path: path.to_owned(), fault }
    }
}
