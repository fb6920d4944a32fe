//! The images that networks are trained on.

use kernels::ByteRows;
use mnist_io::{Dataset, Images, idx, published};
use serde::Serialize;
use training::Samples;

/// The built-in digits are one data set, the same for every run of the native programs too.
const SYNTHETIC_SEED: u64 = 0;

/// Training and test images.
#[derive(Debug)]
pub(crate) struct Digits {
    pub(crate) train: Samples,
    pub(crate) test: Samples,
    /// The number of outputs of a network.
    pub(crate) classes: usize,
    /// The first training images, as bytes.
    shown: Vec<(Vec<u8>, u8)>,
}

/// At most so many images are ever shown.
const SHOWN: usize = 50;

impl Digits {
    pub(crate) fn synthetic(train: usize, test: usize) -> Self {
        let Dataset { train, test, .. } = mnist_io::synthetic(SYNTHETIC_SEED, train, test);
        let bytes = |images: &Images| images.pixels().to_vec();
        Self::new(
            (&bytes(&train.images), &train.labels),
            (&bytes(&test.images), &test.labels),
            train.images.features(),
        )
    }

    /// The images of a data set in one piece: training pixels and labels, then those of the test.
    pub(crate) fn of_bytes(
        bytes: &[u8],
        pixels: usize,
        train: usize,
        test: usize,
    ) -> Result<Self, String> {
        let expected = (train + test) * (pixels + 1);
        if bytes.len() != expected || pixels == 0 || pixels > ByteRows::LONGEST {
            let found = bytes.len();
            return Err(format!("{found} bytes of images and labels, expected {expected}"));
        }
        let (train_bytes, test_bytes) = bytes.split_at(train * (pixels + 1));
        let (train, test) =
            (train_bytes.split_at(train * pixels), test_bytes.split_at(test * pixels));
        Ok(Self::new(train, test, pixels))
    }

    fn new(train: (&[u8], &[u8]), test: (&[u8], &[u8]), pixels: usize) -> Self {
        let samples = |(images, labels): (&[u8], &[u8])| {
            Samples::new(ByteRows::new(images.chunks_exact(pixels)), labels.to_vec())
        };
        let highest = train.1.iter().chain(test.1).max().copied().unwrap_or(0);
        let shown = train.0.chunks_exact(pixels).zip(train.1).take(SHOWN);
        Self {
            train: samples(train),
            test: samples(test),
            classes: 10.max(usize::from(highest) + 1),
            shown: shown.map(|(image, &label)| (image.to_vec(), label)).collect(),
        }
    }

    /// The first training images and their labels.
    pub(crate) fn look(&self, images: usize) -> &[(Vec<u8>, u8)] {
        &self.shown[..images.min(self.shown.len())]
    }
}

/// What a file is.
#[derive(Debug, Serialize)]
pub(crate) struct IdxFile {
    /// The data set and the name under which it published a file of this content.
    published: Option<(String, String)>,
    /// Of images: rows and columns; none of labels.
    size: Option<(usize, usize)>,
    /// How many images or labels there are.
    count: usize,
    /// How many bytes of the first ones now stand where the file was.
    bytes: usize,
}

/// Reads an IDX file, gzip or not, and leaves the bytes of its first images or labels in its place.
pub(crate) fn identify(file: &mut Vec<u8>, first: usize) -> Result<IdxFile, String> {
    let array = idx::parse(file).map_err(|error| error.to_string())?;
    let published = published(&array.sha256()).map(|(set, name)| (set.to_string(), name));
    let (size, count);
    if array.dims().len() == 3 {
        let images = array.into_images().map_err(|error| error.to_string())?;
        (size, count) = (Some((images.rows(), images.cols())), images.count());
        *file = images.pixels()[..first.min(count) * images.features()].to_vec();
    } else {
        let mut labels = array.into_labels().map_err(|error| error.to_string())?;
        (size, count) = (None, labels.len());
        labels.truncate(first);
        *file = labels;
    }
    Ok(IdxFile { published, size, count, bytes: file.len() })
}
