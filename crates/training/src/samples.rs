//! What networks are trained on.

use std::sync::Arc;

use kernels::ByteRows;
use rand::Rng;
use tensor_ops::{Sparse, permutation};

use crate::Real;

/// Images of bytes and their labels, from which matrices are gathered. Copies and parts share the bytes.
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
    /// Which images these are, in which order.
    order: Vec<usize>,
}

impl Samples {
    /// These images, a row each, and the class of each.
    ///
    /// # Panics
    /// If there is not one label an image.
    #[track_caller]
    pub fn new(images: ByteRows, labels: Vec<u8>) -> Self {
        assert_eq!(images.len(), labels.len(), "one label an image");
        let order = (0..labels.len()).collect();
        Self { images: Arc::new(images), labels: Arc::new(labels), order }
    }

    /// The number of samples.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The number of pixels of an image.
    pub fn features(&self) -> usize {
        self.images.width()
    }

    /// Only the first `n` samples.
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

    /// The first `n` samples, and the others.
    ///
    /// # Panics
    /// If there are fewer than `n`.
    #[track_caller]
    pub fn split_at(mut self, n: usize) -> (Self, Self) {
        let rest = self.order.split_off(n);
        let (images, labels) = (Arc::clone(&self.images), Arc::clone(&self.labels));
        (self, Self { images, labels, order: rest })
    }

    /// The samples at `indices` as a (batch, features) matrix of pixels in \[0, 1\], and their labels.
    /// Four fifths of a digit's pixels are zero, which a sparse matrix leaves out.
    pub fn gather<T: Real>(&self, indices: &[usize], x: &mut Sparse<T>, labels: &mut Vec<usize>) {
        T::gather(x, &self.images, &self.order, indices);
        labels.clear();
        labels.extend(indices.iter().map(|&i| usize::from(self.labels[self.order[i]])));
    }
}
