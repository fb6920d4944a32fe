//! A folder of four files becomes a data set.

use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use crate::idx::Payload;
use crate::known::{PARTS, Part};
use crate::{Dataset, DatasetName, Error, FileRecord, Kind, Source, Split, file};

/// Where MNIST's files can be fetched by hand, each as `<name>.gz`.
pub(crate) const MIRROR: &str = "https://ossci-datasets.s3.amazonaws.com/mnist";

/// Where the publisher keeps Fashion-MNIST. Plain http, which the digests make good.
const FASHION_MNIST: &str = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com";

/// Loads training and test set from the four IDX files in `dir`.
///
/// Each file may be plain or gzip (its content decides, not its name), and named with a dash
/// (`train-images-idx3-ubyte`) or a dot (`train-images.idx3-ubyte`), with or without `.gz`; the
/// first found in that order is read. [`DatasetName::Mnist`] and [`DatasetName::FashionMnist`] accept
/// only the published content, [`DatasetName::Custom`] anything well-formed, with images of any one
/// size; what it is, [`Source::kind`] says in any case.
///
/// # Errors
///
/// [`Error`]: a file is missing, unreadable, malformed, of another data set, or does not fit the
/// others.
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
    let open = |part| open(part, dir, expect);
    let (train, test) = thread::scope(|scope| {
        let test = scope.spawn(|| split(open(test_images)?, open(test_labels)?));
        let train = open(images).and_then(|images| split(images, open(labels)?));
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
    let all = |name| PARTS.iter().zip(&files).all(|(part, file)| part.check(file, name).is_ok());
    let kind =
        known.into_iter().find(|(name, _)| all(*name)).map_or(Kind::Custom, |(_, kind)| kind);
    Ok(Dataset { train, test, source: Source { kind, files } })
}

type Opened = (Payload, FileRecord);

fn open(part: &Part, dir: &Path, expect: DatasetName) -> Result<Opened, Error> {
    let path = find(part, dir).ok_or_else(|| missing(part, dir, expect))?;
    let (payload, record) = file::read(&path, part.content)?;
    part.check(&record, expect)?;
    Ok((payload, record))
}

/// The file of `part` in `dir`, under the first of its names that exists.
pub(crate) fn find(part: &Part, dir: &Path) -> Option<PathBuf> {
    part.names().iter().map(|name| dir.join(name)).find(|path| path.exists())
}

fn missing(part: &Part, dir: &Path, expect: DatasetName) -> Error {
    let name = part.name();
    let next = match expect {
        DatasetName::Mnist => format!(
            "type `curl -fL --create-dirs -o '{}.gz' {MIRROR}/{name}.gz`",
            dir.join(&name).display(),
        ),
        DatasetName::FashionMnist => format!(
            "type `curl -fL --create-dirs -o '{}.gz' {FASHION_MNIST}/{name}.gz`",
            dir.join(&name).display(),
        ),
        DatasetName::Custom => "put it there, or name another folder".to_owned(),
    };
    Error::Missing { dir: dir.to_owned(), what: part.what, names: part.names(), next }
}

fn split(images: Opened, labels: Opened) -> Result<(Split, [FileRecord; 2]), Error> {
    let ((images, images_file), (labels, labels_file)) = (images, labels);
    let split = Split { images: images.into_images(), labels: labels.into_labels() };
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
