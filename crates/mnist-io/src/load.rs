//! A folder of four files becomes a data set.

use std::panic::resume_unwind;
use std::path::Path;
use std::thread;

use crate::idx::{Array, FormatError};
use crate::known::{PARTS, Part};
use crate::{Dataset, DatasetName, Error, FileRecord, Images, Kind, Source, Split, file, find};

/// Loads training and test set from the four IDX files in `dir`.
///
/// Each file may be plain or gzip (its content decides, not its name), and named with a dash
/// (`train-images-idx3-ubyte`) or a dot (`train-images.idx3-ubyte`), with or without `.gz`; the
/// first found in that order is read. [`DatasetName::Mnist`] and [`DatasetName::FashionMnist`] accept
/// only the published content; what it is, [`Source::kind`] says in any case.
///
/// [`DatasetName::Custom`] takes every array that [`Array::into_images`] and [`Array::into_labels`]
/// take, with images of any one size. Its names may say `test` instead of `t10k` and end in any
/// `idx…`, and all four may have one prefix, as in `emnist-letters-train-images-idx3-ubyte.gz` and
/// `qmnist-test-labels-idx2-int`; of several for one file, the first in alphabetical order is read.
/// Files without a prefix go before those with one.
///
/// # Errors
///
/// [`Error`]: a file is missing, unreadable, malformed, of another data set, or does not fit the
/// others, or there are several data sets.
///
/// ```no_run
/// use mnist_io::{DatasetName, load};
///
/// let mnist = load("data/mnist".as_ref(), DatasetName::Mnist)?;
/// assert_eq!(mnist.train.images.count(), 60_000);
/// # Ok::<(), mnist_io::Error>(())
/// ```
pub fn load(dir: &Path, expect: DatasetName) -> Result<Dataset, Error> {
    let [images, labels, test_images, test_labels] = &PARTS;
    let [images_path, labels_path, test_images_path, test_labels_path] = find::files(dir, expect)?;
    let load = |(images, images_path), (labels, labels_path)| {
        let images = open(images, images_path, expect, Array::into_images)?;
        split(images, open(labels, labels_path, expect, Array::into_labels)?)
    };
    let (train, test) = thread::scope(|scope| {
        let test = scope
            .spawn(|| load((test_images, &test_images_path), (test_labels, &test_labels_path)));
        let train = load((images, &images_path), (labels, &labels_path));
        (train, test.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let ((train, train_files), (test, test_files)) = (train?, test?);
    let size = |split: &Split| (split.images.rows(), split.images.cols());
    if size(&train) != size(&test) {
        let [FileRecord { path, .. }, _] = test_files;
        return Err(Error::Sizes { path, expected: size(&train), found: size(&test) });
    }
    let files = [train_files, test_files].concat();
    // What it is, whatever was asked for.
    let known =
        [(DatasetName::Mnist, Kind::Mnist), (DatasetName::FashionMnist, Kind::FashionMnist)];
    let all =
        |name| PARTS.iter().zip(&files).all(|(part, file)| file::check(part, file, name).is_ok());
    let kind =
        known.into_iter().find(|(name, _)| all(*name)).map_or(Kind::Custom, |(_, kind)| kind);
    Ok(Dataset { train, test, source: Source { kind, files } })
}

type Opened<T> = (T, FileRecord);

fn open<T>(
    part: &Part,
    path: &Path,
    expect: DatasetName,
    convert: fn(Array) -> Result<T, FormatError>,
) -> Result<Opened<T>, Error> {
    let (array, record) = file::read(path, part.content)?;
    file::check(part, &record, expect)?;
    Ok((convert(array).map_err(|fault| Error::format(path, fault))?, record))
}

fn split(
    images: Opened<Images>,
    labels: Opened<Vec<u8>>,
) -> Result<(Split, [FileRecord; 2]), Error> {
    let ((images, images_file), (labels, labels_file)) = (images, labels);
    let split = Split { images, labels };
    if split.images.count() == 0 {
        return Err(Error::Empty { path: images_file.path });
    }
    if split.images.count() != split.labels.len() {
        return Err(Error::Counts {
            images_path: images_file.path,
            images: split.images.count(),
            labels_path: labels_file.path,
            labels: split.labels.len(),
        });
    }
    Ok((split, [images_file, labels_file]))
}
