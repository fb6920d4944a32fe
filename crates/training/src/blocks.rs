//! Many samples, for evaluation.

use std::convert::Infallible;
use std::iter;
use std::sync::atomic::{AtomicUsize, Ordering};

use layers::Sequential;
use tensor_ops::Sparse;

use crate::work_sharing::in_turns;
use crate::{Real, Samples};

/// Rows a block: a block's activations in five layers of 100 stay within a core's cache.
const BLOCK: usize = 256;

/// Fewer blocks than these are counted sooner than a network is copied.
const BLOCKS_A_COPY: usize = 4;

/// Samples as matrices of a few hundred rows each: [`Samples::blocks`].
#[derive(Clone, Debug)]
pub struct Blocks<T: Real> {
    blocks: Vec<(Sparse<T>, Vec<usize>)>,
}

impl Samples {
    /// All samples in blocks that fit a cache, for evaluation.
    pub fn blocks<T: Real>(&self) -> Blocks<T> {
        let indices: Vec<usize> = (0..self.len()).collect();
        let gather = |indices: &[usize]| {
            let (mut x, mut labels) = (Sparse::default(), Vec::new());
            self.gather(indices, &mut x, &mut labels);
            (x, labels)
        };
        Blocks { blocks: indices.chunks(BLOCK).map(gather).collect() }
    }
}

impl<T: Real> Blocks<T> {
    /// Each block's matrix and labels.
    pub fn iter(&self) -> impl Iterator<Item = &(Sparse<T>, Vec<usize>)> {
        self.blocks.iter()
    }

    /// The share of all samples that `network` classifies rightly, counted by it and by copies of it
    /// on up to so many threads.
    pub fn accuracy(&self, network: &mut Sequential<T>, threads: usize) -> f64 {
        let threads = threads.min(self.blocks.len() / BLOCKS_A_COPY).max(1);
        let mut copies = vec![network.clone(); threads - 1];
        // Each takes the next block when it is done with one: a core that is slower for a while does less.
        let (next, right) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let networks = iter::once(network).chain(&mut copies);
        let counted = in_turns(networks, 1, |network, _| {
            let blocks = iter::from_fn(|| self.blocks.get(next.fetch_add(1, Ordering::Relaxed)));
            let count = blocks.map(|(x, labels)| T::count_correct(network, x, labels)).sum();
            right.fetch_add(count, Ordering::Relaxed);
            Ok::<_, Infallible>(())
        });
        let Ok(()) = counted;
        let all: usize = self.blocks.iter().map(|(_, labels)| labels.len()).sum();
        right.into_inner() as f64 / all as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use init::Seed;
    use kernels::ByteRows;
    use layers::MultiLayerNet;

    #[test]
    fn accuracy_is_the_same_on_any_number_of_threads() {
        let count = 12 * BLOCK + 1;
        let bytes: Vec<u8> = (0..count * 9).map(|at| (at * at % 251) as u8).collect();
        let labels = (0..count).map(|i| (i % 3) as u8).collect();
        let samples = Samples::new(ByteRows::new(bytes.chunks_exact(9)), labels);
        let blocks = samples.blocks::<f32>();
        let mut network = MultiLayerNet::new(9, &[10], 3).build(Seed::new(1)).unwrap();
        let right = |(x, labels): &(_, Vec<usize>)| network.count_correct(x, labels);
        let right: usize = blocks.iter().map(right).sum();
        assert!(right > 0);
        for threads in [1, 2, 3, 5, 100] {
            let accuracy = blocks.accuracy(&mut network, threads);
            assert_eq!(accuracy, right as f64 / count as f64, "{threads} threads");
        }
    }
}
