//! Mini-batches, drawn with replacement.

use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use tensor_ops::Sparse;

use crate::{Real, Samples};

/// A mini-batch and the buffers it is made in.
#[derive(Debug, Default)]
pub(crate) struct Batch<T: Real> {
    indices: Vec<usize>,
    pub(crate) x: Sparse<T>,
    pub(crate) labels: Vec<usize>,
}

impl<T: Real> Batch<T> {
    /// Chooses `size` of `count` samples.
    pub(crate) fn draw(&mut self, rng: &mut ChaCha8Rng, count: u32, size: usize) {
        self.indices.clear();
        self.indices.extend((0..size).map(|_| rng.random_range(0..count) as usize));
    }

    /// Reads the chosen samples.
    pub(crate) fn gather(&mut self, samples: &Samples) {
        samples.gather(&self.indices, &mut self.x, &mut self.labels);
    }
}
