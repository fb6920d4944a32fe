//! Writes a data set as a folder of four files.

use std::fs;
use std::path::Path;

use crate::idx::{write_images, write_labels};
use crate::known::PARTS;
use crate::{Dataset, Error};

/// Writes `data` as four uncompressed IDX files under MNIST's names, which any MNIST reader opens.
/// Creates the folder `dir` if necessary. [`DatasetName::Custom`] loads them again; the
/// [`Source`](crate::Source) of `data` is not kept.
///
/// [`DatasetName::Custom`]: crate::DatasetName::Custom
///
/// # Errors
///
/// [`Error::Io`] when the folder cannot be written; [`Error::Format`] when a file would be larger
/// than [`MAX_PAYLOAD`](crate::idx::MAX_PAYLOAD).
///
/// ```
/// use mnist_io::{DatasetName, load, save, synthetic};
///
/// let dir = std::env::temp_dir().join(format!("mnist-io-save-{}", std::process::id()));
/// let drawn = synthetic(1, 20, 10);
/// save(&dir, &drawn)?;
/// let read = load(&dir, DatasetName::Custom)?;
/// assert_eq!((read.train, read.test), (drawn.train, drawn.test));
/// # std::fs::remove_dir_all(&dir)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save(dir: &Path, data: &Dataset) -> Result<(), Error> {
    fs::create_dir_all(dir).map_err(Error::io(dir))?;
    let [train_images, train_labels, test_images, test_labels] =
        PARTS.each_ref().map(|part| dir.join(part.name()));
    write_images(&train_images, &data.train.images)?;
    write_labels(&train_labels, &data.train.labels)?;
    write_images(&test_images, &data.test.images)?;
    write_labels(&test_labels, &data.test.labels)
}
