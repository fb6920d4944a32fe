//! A data set: images, labels, and where they came from.

use std::fmt;
use std::path::PathBuf;

/// Grey images of the same size, row-major, one byte per pixel: 0 is background, 255 full ink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    count: usize,
    rows: usize,
    cols: usize,
    pixels: Vec<u8>,
}

impl Images {
    /// Images of `rows` × `cols` pixels, one after another in `pixels`.
    ///
    /// # Panics
    ///
    /// When `rows` or `cols` is 0, or `pixels` is not a whole number of images.
    ///
    /// ```
    /// let two = mnist_io::Images::new(2, 3, vec![0; 12]);
    /// assert_eq!((two.count(), two.features()), (2, 6));
    /// ```
    #[must_use]
    pub fn new(rows: usize, cols: usize, pixels: Vec<u8>) -> Self {
        let features = rows.checked_mul(cols).unwrap_or_default();
        assert!(
            features > 0 && pixels.len().is_multiple_of(features),
            "{} pixels are not a whole number of {rows}×{cols} images",
            pixels.len()
        );
        Self { count: pixels.len() / features, rows, cols, pixels }
    }

    /// Adds an image.
    ///
    /// # Panics
    ///
    /// When it has not as many pixels as the others.
    #[track_caller]
    pub(crate) fn push(&mut self, pixels: &[u8]) {
        assert_eq!(pixels.len(), self.features(), "an image of another size");
        self.pixels.extend_from_slice(pixels);
        self.count += 1;
    }

    /// Number of images.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Height of an image in pixels.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Width of an image in pixels.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Pixels per image, rows × cols: 784 for MNIST.
    #[must_use]
    pub fn features(&self) -> usize {
        self.rows.saturating_mul(self.cols)
    }

    /// The pixels of all images, one image after another.
    #[must_use]
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// The pixels of image `index`, row by row.
    ///
    /// # Panics
    ///
    /// When `index` is not below [`count`](Self::count).
    ///
    /// ```
    /// let two = mnist_io::Images::new(1, 2, vec![1, 2, 3, 4]);
    /// assert_eq!(two.image(1), [3, 4]);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn image(&self, index: usize) -> &[u8] {
        let start = index.saturating_mul(self.features());
        match self.pixels.get(start..start.saturating_add(self.features())) {
            Some(image) => image,
            None => panic!("image {index} of {}", self.count),
        }
    }

    /// The same images with rows and columns exchanged. EMNIST stores its images column by column:
    /// transposed, they are upright.
    ///
    /// ```
    /// let image = mnist_io::Images::new(2, 3, vec![1, 2, 3, 4, 5, 6]).transposed();
    /// assert_eq!((image.rows(), image.cols(), image.image(0)), (3, 2, &[1, 4, 2, 5, 3, 6][..]));
    /// ```
    #[must_use]
    pub fn transposed(&self) -> Self {
        let images = self.pixels.chunks_exact(self.features());
        let columns = images.flat_map(|image| {
            (0..self.cols).flat_map(move |x| image.iter().skip(x).step_by(self.cols).copied())
        });
        Self { count: self.count, rows: self.cols, cols: self.rows, pixels: columns.collect() }
    }
}

/// Images and their labels: `labels[i]` belongs to `images.image(i)`, and is 0 to 9 for MNIST.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split<I = Images> {
    /// The images, or what an [`ImageSink`](crate::ImageSink) made of them.
    pub images: I,
    /// One label per image.
    pub labels: Vec<u8>,
}

/// A training set, a test set, and where they came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset<I = Images> {
    /// The images for training (MNIST: 60,000).
    pub train: Split<I>,
    /// The images for testing (MNIST: 10,000).
    pub test: Split<I>,
    /// Where the data came from, for the manifest of a run.
    pub source: Source,
}

impl<I> Dataset<I> {
    /// The number of classes: one more than the largest label of both splits, and at least 10, so
    /// that a few images of MNIST still have ten. For data with fewer, count the labels yourself.
    ///
    /// Labels are not renumbered: the labels of EMNIST letters are 1 to 26, which makes 27 classes,
    /// and class 0 has no images.
    ///
    /// ```
    /// assert_eq!(mnist_io::synthetic(1, 20, 10).classes(), 10);
    /// ```
    #[must_use]
    pub fn classes(&self) -> usize {
        let labels = self.train.labels.iter().chain(&self.test.labels);
        labels.max().map_or(0, |&largest| usize::from(largest) + 1).max(10)
    }
}

impl Dataset {
    /// The same data with the images of both splits [transposed](Images::transposed), which EMNIST
    /// needs.
    #[must_use]
    pub fn transposed(mut self) -> Self {
        for split in [&mut self.train, &mut self.test] {
            split.images = split.images.transposed();
        }
        self
    }
}

/// Where a [`Dataset`] came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Which data it is.
    pub kind: Kind,
    /// The files read: training images and labels, then test images and labels. Empty for
    /// synthetic digits.
    pub files: Vec<FileRecord>,
}

/// Which data a [`Dataset`] holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// MNIST: all four digests are those of the published files.
    Mnist,
    /// Fashion-MNIST: all four digests are those of the published files.
    FashionMnist,
    /// Any other files.
    Custom,
    /// Digits drawn by [`synthetic`](crate::synthetic()).
    Synthetic {
        /// The seed from which they were drawn.
        seed: u64,
    },
}

/// `mnist`, `fashion-mnist`, `custom` or `synthetic (seed 7)`.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mnist => f.write_str("mnist"),
            Self::FashionMnist => f.write_str("fashion-mnist"),
            Self::Custom => f.write_str("custom"),
            Self::Synthetic { seed } => write!(f, "synthetic (seed {seed})"),
        }
    }
}

/// A file that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// Its path.
    pub path: PathBuf,
    /// Length of the decompressed content in bytes.
    pub bytes: u64,
    /// SHA-256 of the decompressed content, 64 lower-case hexadecimal digits: the same however the
    /// file was compressed.
    pub sha256: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_consecutive_slices() {
        let images = Images::new(2, 2, (0..12).collect());
        assert_eq!(images.image(0), [0, 1, 2, 3]);
        assert_eq!(images.image(2), [8, 9, 10, 11]);
    }

    #[test]
    fn transposing_exchanges_rows_and_columns_of_each_image() {
        let images = Images::new(2, 3, (0..12).collect());
        let transposed = images.transposed();
        assert_eq!(transposed.image(0), [0, 3, 1, 4, 2, 5]);
        assert_eq!(transposed.image(1), [6, 9, 7, 10, 8, 11]);
        assert_eq!(transposed.transposed(), images);
    }

    #[test]
    fn the_largest_label_of_either_split_counts_classes() {
        let mut data = crate::synthetic(1, 20, 10);
        data.train.labels = vec![3; 20];
        data.test.labels = vec![2; 10];
        assert_eq!(data.classes(), 10);
        data.train.labels[7] = 10;
        assert_eq!(data.classes(), 11);
        data.test.labels[7] = 255;
        assert_eq!(data.classes(), 256);
    }

    #[test]
    #[should_panic(expected = "image 3 of 3")]
    fn an_index_past_the_end_panics() {
        let _ = Images::new(2, 2, vec![0; 12]).image(3);
    }

    #[test]
    #[should_panic(expected = "13 pixels are not a whole number of 2×2 images")]
    fn a_partial_image_panics() {
        let _ = Images::new(2, 2, vec![0; 13]);
    }

    #[test]
    #[should_panic(expected = "whole number")]
    fn an_image_without_pixels_panics() {
        let _ = Images::new(0, 4, vec![]);
    }
}
