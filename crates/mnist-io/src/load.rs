//! Reads a folder of four files as a data set.

use std::io::Read;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use crate::idx::{Array, ElementType, FormatError};
use crate::known::{PARTS, Part};
use crate::{
    Dataset, DatasetName, Error, FileRecord, ImageSink, Images, Kind, Source, Split, file, find,
};

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
    let none = || Images::new(1, 1, Vec::new());
    load_into(dir, expect, [none(), none()])
}

/// As [`load`], but gives the images to `into`, first of training and second of test images, as
/// they are read: a data set need not be in memory as a whole. Images of floats are, while they are
/// converted.
///
/// # Errors
///
/// As [`load`]. What `into` took is lost then.
///
/// ```no_run
/// use mnist_io::{DatasetName, Images, load_into};
///
/// let none = || Images::new(1, 1, Vec::new());
/// let mnist = load_into("data/mnist".as_ref(), DatasetName::Mnist, [none(), none()])?;
/// assert_eq!(mnist.train.images.count(), 60_000);
/// # Ok::<(), mnist_io::Error>(())
/// ```
pub fn load_into<I: ImageSink + Send>(
    dir: &Path,
    expect: DatasetName,
    [train, test]: [I; 2],
) -> Result<Dataset<I>, Error> {
    let [images, labels, test_images, test_labels] = find::files(dir, expect)?;
    let (train, test) = thread::scope(|scope| {
        let test = scope.spawn(|| split(test_images, test_labels, expect, test));
        let train = split(images, labels, expect, train);
        (train, test.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let ((train, size, train_files), (test, test_size, test_files)) = (train?, test?);
    if size != test_size {
        let [FileRecord { path, .. }, _] = test_files;
        return Err(Error::Sizes { path, expected: size, found: test_size });
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

/// Rows and columns of an image.
type Size = (usize, usize);

/// Reads images and labels that belong together.
fn split<I: ImageSink>(
    images_file: (&Part, PathBuf),
    (part, path): (&Part, PathBuf),
    expect: DatasetName,
    mut images: I,
) -> Result<(Split<I>, Size, [FileRecord; 2]), Error> {
    let (count, size, images_file) = read_images(images_file, expect, &mut images)?;
    let (labels, labels_file) = file::read(&path, part, expect, Array::read)?;
    let labels = labels.into_labels().map_err(Error::format(&path))?;
    if count == 0 {
        return Err(Error::Empty { path: images_file.path });
    }
    if count != labels.len() {
        return Err(Error::Counts {
            images_path: images_file.path,
            images: count,
            labels_path: labels_file.path,
            labels: labels.len(),
        });
    }
    Ok((Split { images, labels }, size, [images_file, labels_file]))
}

/// Reads images into `sink`: how many, and of which size.
fn read_images(
    (part, path): (&Part, PathBuf),
    expect: DatasetName,
    sink: &mut impl ImageSink,
) -> Result<(usize, Size, FileRecord), Error> {
    let (read, record) = file::read(&path, part, expect, |payload, header| {
        let size = header.image_size();
        let count = header.dims.first().map_or(0, |&count| count as usize);
        let begun = sink.begin(count, size);
        begun.map_err(|_| FormatError::Memory { expected: header.payload() })?;
        let floats = if header.element == ElementType::U8 {
            read_bytes(payload, size.0.saturating_mul(size.1), sink)?;
            None
        } else {
            Some(Array::read(payload, header)?)
        };
        Ok((count, size, floats))
    })?;
    let (count, size, floats) = read;
    // Only after the digest was compared: floats of another data set may not be convertible.
    if let Some(floats) = floats {
        let images = floats.into_images().map_err(Error::format(&path))?;
        images.pixels().chunks_exact(images.features()).for_each(|image| sink.image(image));
    }
    Ok((count, size, record))
}

/// How many bytes are read at a time, about: few enough to stay in the L1 cache.
const CHUNK: usize = 1 << 14;

/// Reads images of so many bytes to the end.
fn read_bytes(
    payload: &mut dyn Read,
    features: usize,
    sink: &mut impl ImageSink,
) -> Result<(), FormatError> {
    let chunk = (CHUNK / features).max(1).saturating_mul(features);
    let mut bytes = Vec::new();
    while payload.take(chunk as u64).read_to_end(&mut bytes)? > 0 {
        bytes.chunks_exact(features).for_each(|image| sink.image(image));
        bytes.clear();
    }
    Ok(())
}
