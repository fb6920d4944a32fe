//! Counting how many samples a network classifies correctly.

use std::iter;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

use layers::Sequential;
use tensor_ops::Sparse;

use crate::work_sharing::in_turns;
use crate::{Real, Samples};

/// Rows per block: the activations of five layers of 100 units then fit the cache of a core, and
/// those of a network that was trained on larger batches need not grow. A multiple of the lanes of
/// every register.
const BLOCK: usize = 96;

/// Blocks for each copy of the network: evaluating fewer takes less time than copying.
const BLOCKS_PER_COPY: usize = 4;

impl Samples {
    /// All samples in matrices of about a hundred rows, and the labels of each.
    pub fn blocks<T: Real>(&self) -> impl Iterator<Item = (Sparse<T>, Vec<usize>)> {
        let all: Vec<usize> = (0..self.len()).collect();
        (0..self.len().div_ceil(BLOCK)).map(move |block| {
            let (mut x, mut labels) = (Sparse::default(), Vec::new());
            self.gather(
                &all[BLOCK * block..all.len().min(BLOCK * (block + 1))],
                &mut x,
                &mut labels,
            );
            (x, labels)
        })
    }

    /// The share of the samples that `network` classifies correctly. Copies of the network count on
    /// up to `threads` threads.
    pub fn accuracy<T: Real>(&self, network: &mut Sequential<T>, threads: usize) -> f64 {
        let all: Vec<usize> = (0..self.len()).collect();
        let blocks: Vec<&[usize]> = all.chunks(BLOCK).collect();
        let threads = threads.min(blocks.len() / BLOCKS_PER_COPY).max(1);
        let mut copies: Vec<_> = (1..threads).map(|_| network.clone()).collect();
        // Each network takes the next block when it is done with one, so a slow core does less.
        let (next, right) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let networks = iter::once(network).chain(&mut copies);
        let _never_breaks = in_turns(networks, 1, |network, _| {
            // Gathered anew each time: kept, the blocks would be a second copy of the data, and
            // evaluation would take as long.
            let (mut x, mut labels) = (Sparse::default(), Vec::new());
            while let Some(block) = blocks.get(next.fetch_add(1, Ordering::Relaxed)) {
                self.gather(block, &mut x, &mut labels);
                right.fetch_add(T::count_correct(network, &x, &labels), Ordering::Relaxed);
            }
            ControlFlow::Continue(())
        });
        right.into_inner() as f64 / self.len() as f64
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
        let mut network = MultiLayerNet::new(9, &[10], 3).build::<f32>(Seed::new(1)).unwrap();
        let right = |(x, labels): (_, Vec<usize>)| network.count_correct(&x, &labels);
        let right: usize = samples.blocks().map(right).sum();
        assert!(right > 0);
        for threads in [1, 2, 3, 5, 100] {
            let accuracy = samples.accuracy(&mut network, threads);
            assert_eq!(accuracy, right as f64 / count as f64, "{threads} threads");
        }
    }
}
