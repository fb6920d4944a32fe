//! Mini-batches, drawn with replacement.

use init::{Purpose, Seed};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use tensor_ops::Sparse;

use crate::{Real, Samples};

/// Which samples come next, from the stream ([`Purpose::Batches`], 0) of a seed.
#[derive(Debug)]
pub(crate) struct Batches {
    rng: ChaCha8Rng,
    count: u32,
    batch_size: usize,
}

impl Batches {
    pub(crate) fn new(samples: &Samples, batch_size: usize, seed: Seed) -> Self {
        let count = u32::try_from(samples.len()).expect("fewer than 2³² samples");
        Self { rng: seed.stream(Purpose::Batches, 0), count, batch_size }
    }

    /// Chooses the samples of the next batch.
    pub(crate) fn draw<T: Real>(&mut self, batch: &mut Batch<T>) {
        let draws = (0..self.batch_size).map(|_| self.rng.random_range(0..self.count) as usize);
        batch.indices.clear();
        batch.indices.extend(draws);
    }
}

/// A mini-batch and the buffers that make it.
#[derive(Debug)]
pub(crate) struct Batch<T> {
    indices: Vec<usize>,
    pub(crate) x: Sparse<T>,
    pub(crate) labels: Vec<usize>,
}

impl<T: Real> Batch<T> {
    /// Reads the images that were chosen.
    pub(crate) fn gather(&mut self, samples: &Samples) {
        samples.gather(&self.indices, &mut self.x, &mut self.labels);
    }
}

impl<T: Real> Default for Batch<T> {
    fn default() -> Self {
        Self { indices: Vec::new(), x: Sparse::default(), labels: Vec::new() }
    }
}
