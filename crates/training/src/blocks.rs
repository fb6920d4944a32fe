//! Samples in blocks, for evaluation.

use std::iter;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use layers::Sequential;
use tensor_ops::Sparse;

use crate::work_sharing::in_turns;
use crate::{Real, Samples};

/// Rows per block: the activations of five layers of 100 units then fit the cache of a core.
const BLOCK: usize = 256;

/// Blocks for each copy of the network: evaluating fewer takes less time than copying.
const BLOCKS_PER_COPY: usize = 4;

/// Samples as matrices of a few hundred rows, made by [`Samples::blocks`].
#[derive(Clone, Debug)]
pub struct Blocks<T: Real> {
    blocks: Vec<(Sparse<T>, Vec<usize>)>,
}

impl Samples {
    /// All samples in blocks that fit the cache of a core, for evaluation.
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
    /// The matrix and labels of each block.
    pub fn iter(&self) -> impl Iterator<Item = &(Sparse<T>, Vec<usize>)> {
        self.blocks.iter()
    }

    /// The share of all samples that `network` classifies correctly. Copies of the network count on
    /// up to `threads` threads.
    pub fn accuracy(&self, network: &mut Sequential<T>, threads: usize) -> f64 {
        let threads = threads.min(self.blocks.len() / BLOCKS_PER_COPY).max(1);
        let mut copies = vec![network.clone(); threads - 1];
        // Each network takes the next block when it is done with one, so a slow core does less.
        let (next, right) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let networks = iter::once(network).chain(&mut copies);
        let _never_breaks = in_turns(networks, 1, |network, _| {
            let blocks = iter::from_fn(|| self.blocks.get(next.fetch_add(1, Ordering::Relaxed)));
            let count = blocks.map(|(x, labels)| T::count_correct(network, x, labels)).sum();
            right.fetch_add(count, Ordering::Relaxed);
            ControlFlow::Continue(())
        });
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
