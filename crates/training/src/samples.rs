//! Images and labels to train on.

use std::sync::Arc;

use kernels::ByteRows;
use rand::Rng;
use tensor_ops::{Sparse, permutation};

use crate::Real;

/// Images of bytes with their labels, from which batches are gathered. Copies and parts share the
/// bytes of the images.
///
/// ```
/// use kernels::ByteRows;
/// use tensor_ops::Sparse;
/// use training::Samples;
///
/// let images = [[0, 255], [51, 0], [0, 0]];
/// let samples = Samples::new(ByteRows::new(images.iter().map(|i| &i[..])), vec![7, 1, 0]);
/// let (mut x, mut labels) = (Sparse::<f64>::default(), Vec::new());
/// samples.gather(&[1, 0], &mut x, &mut labels);
///
/// let mut dense = nalgebra::DMatrix::zeros(0, 0);
/// x.to_dense(&mut dense);
/// assert_eq!((dense, labels), (nalgebra::dmatrix![0.2, 0.0; 0.0, 1.0], vec![1, 7]));
/// ```
#[derive(Clone, Debug)]
pub struct Samples {
    images: Arc<ByteRows>,
    labels: Arc<Vec<u8>>,
    /// The indices of the images, in order.
    order: Vec<usize>,
}

impl Samples {
    /// Images, one per row, and the class of each.
    ///
    /// # Panics
    /// If there is not one label per image.
    #[track_caller]
    pub fn new(images: ByteRows, labels: Vec<u8>) -> Self {
        assert_eq!(images.len(), labels.len(), "there must be one label per image");
        let order = (0..labels.len()).collect();
        Self { images: Arc::new(images), labels: Arc::new(labels), order }
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are no samples.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The number of pixels per image.
    pub fn features(&self) -> usize {
        self.images.width()
    }

    /// The first `n` samples, or all if there are fewer.
    #[must_use]
    pub fn first(mut self, n: usize) -> Self {
        self.order.truncate(n);
        self
    }

    /// The same samples in a random order.
    #[must_use]
    pub fn shuffled(mut self, rng: &mut impl Rng) -> Self {
        let order = permutation(self.len(), rng);
        self.order = order.into_iter().map(|i| self.order[i]).collect();
        self
    }

    /// The first `n` samples, and the rest.
    ///
    /// # Panics
    /// If there are fewer than `n` samples.
    #[track_caller]
    pub fn split_at(mut self, n: usize) -> (Self, Self) {
        let rest = Self { order: self.order.split_off(n), ..self.clone() };
        (self, rest)
    }

    /// Sets `x` to the samples at `indices`, a (batch, features) matrix of pixels in \[0, 1\], and
    /// `labels` to their labels. `x` is sparse: four fifths of the pixels of a digit are zero.
    pub fn gather<T: Real>(&self, indices: &[usize], x: &mut Sparse<T>, labels: &mut Vec<usize>) {
        T::gather(x, &self.images, &self.order, indices);
        labels.clear();
        labels.extend(indices.iter().map(|&i| usize::from(self.labels[self.order[i]])));
    }
}
