//! Reads a folder of four files as a data set.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use crate::idx::{Array, FormatError};
use crate::known::{PARTS, Part};
use crate::{Dataset, DatasetName, Error, FileRecord, Kind, Source, Split, file, find};

/// Loads training and test set from the four IDX files in `dir`.
///
/// Each file may be uncompressed or gzip (its content decides, not its name), and named with a dash
/// (`train-images-idx3-ubyte`) or a dot (`train-images.idx3-ubyte`), with or without `.gz`; the
/// first one found in this order is read. [`DatasetName::Mnist`] and [`DatasetName::FashionMnist`]
/// accept only the published content. [`Source::kind`] tells which data was found, whatever was
/// asked for.
///
/// [`DatasetName::Custom`] accepts every array that [`Array::into_images`] and
/// [`Array::into_labels`] accept, with images of any one size. Names may have `test` instead of
/// `t10k` and end in any `idx…`, and all four may have the same prefix, as in
/// `emnist-letters-train-images-idx3-ubyte.gz` and `qmnist-test-labels-idx2-int`. If several names
/// fit, the first one in alphabetical order is read, and files without a prefix are preferred to
/// files with one.
///
/// # Errors
///
/// [`Error`]: a file is missing, unreadable, malformed, of another data set, or does not fit the
/// others, or the folder has several data sets.
///
/// ```no_run
/// use mnist_io::{DatasetName, load};
///
/// let mnist = load("data/mnist".as_ref(), DatasetName::Mnist)?;
/// assert_eq!(mnist.train.images.count(), 60_000);
/// # Ok::<(), mnist_io::Error>(())
/// ```
pub fn load(dir: &Path, expect: DatasetName) -> Result<Dataset, Error> {
    let [images, labels, test_images, test_labels] = find::files(dir, expect)?;
    let (train, test) = thread::scope(|scope| {
        let test = scope.spawn(|| split(test_images, test_labels, expect));
        let train = split(images, labels, expect);
        (train, test.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let ((train, train_files), (test, test_files)) = (train?, test?);
    let size = |split: &Split| (split.images.rows(), split.images.cols());
    if size(&train) != size(&test) {
        let [FileRecord { path, .. }, _] = test_files;
        return Err(Error::Sizes { path, expected: size(&train), found: size(&test) });
    }
    let files = [train_files, test_files].concat();
    let is =
        |name| PARTS.iter().zip(&files).all(|(part, file)| part.digest(name) == Some(&file.sha256));
    let kind = if is(DatasetName::Mnist) {
        Kind::Mnist
    } else if is(DatasetName::FashionMnist) {
        Kind::FashionMnist
    } else {
        Kind::Custom
    };
    Ok(Dataset { train, test, source: Source { kind, files } })
}

/// Reads images and labels that belong together.
fn split(
    images: (&Part, PathBuf),
    labels: (&Part, PathBuf),
    expect: DatasetName,
) -> Result<(Split, [FileRecord; 2]), Error> {
    let (images, images_file) = open(images, expect, Array::into_images)?;
    let (labels, labels_file) = open(labels, expect, Array::into_labels)?;
    if images.count() == 0 {
        return Err(Error::Empty { path: images_file.path });
    }
    if images.count() != labels.len() {
        return Err(Error::Counts {
            images_path: images_file.path,
            images: images.count(),
            labels_path: labels_file.path,
            labels: labels.len(),
        });
    }
    Ok((Split { images, labels }, [images_file, labels_file]))
}

fn open<T>(
    (part, path): (&Part, PathBuf),
    expect: DatasetName,
    convert: fn(Array) -> Result<T, FormatError>,
) -> Result<(T, FileRecord), Error> {
    let (array, record) = file::read(&path, part, expect)?;
    Ok((convert(array).map_err(Error::format(&path))?, record))
}
