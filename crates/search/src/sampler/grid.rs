//! Grid search.

use init::Purpose;
use tensor_ops::permutation;

use super::{Known, STREAM, Sampler};
use crate::{Distribution, Params, Space};

/// Every combination of equally spaced values, in an order that the seed shuffles, so that a search
/// that is stopped early has covered the whole space.
///
/// A continuous dimension has `levels` values, equally spaced on its own scale, both ends included;
/// a discrete one has `levels` values too, or all of its values if there are fewer. Trial k is
/// point k mod [`count`](Sampler::count).
///
/// ```
/// use search::sampler::{GridSearch, Sampler};
/// use search::Space;
///
/// let grid = GridSearch { levels: 10 };
/// let space = Space::parse(["lr=log:1e-6:1e-2", "width=choice:10,50,100"])?;
/// assert_eq!(grid.count(&space), Some(30));
/// # Ok::<(), search::SpaceError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GridSearch {
    /// The number of values per continuous dimension; 1 means the middle only.
    pub levels: u64,
}

impl GridSearch {
    fn levels(self, distribution: &Distribution) -> u64 {
        distribution.count().map_or(self.levels, |count| count.min(self.levels)).max(1)
    }

    /// The place of level `index` on the unit interval.
    fn place(self, distribution: &Distribution, index: u64) -> f64 {
        let levels = self.levels(distribution);
        match distribution.count() {
            // The centres of equal parts: with as many levels as values, each value once.
            Some(_) => (index as f64 + 0.5) / levels as f64,
            None if levels == 1 => 0.5,
            None => index as f64 / (levels - 1) as f64,
        }
    }
}

impl Sampler for GridSearch {
    fn suggest(&self, known: Known<'_>, number: u64) -> Params {
        let count = self.count(known.space).expect("a grid is finite");
        let mut index = number % count;
        // No search gets to the end of a larger grid: a permutation is not worth its memory.
        if count <= 1 << 20 {
            let mut rng = known.seed.stream(Purpose::Search, STREAM);
            index = permutation(count as usize, &mut rng)[index as usize] as u64;
        }
        let mut unit = vec![0.0; known.space.len()];
        for (u, (_, distribution)) in unit.iter_mut().zip(known.space.dimensions()).rev() {
            let levels = self.levels(distribution);
            *u = self.place(distribution, index % levels);
            index /= levels;
        }
        known.space.at(&unit)
    }

    fn count(&self, space: &Space) -> Option<u64> {
        let levels = space.dimensions().iter().map(|(_, d)| self.levels(d));
        Some(levels.fold(1, u64::saturating_mul))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use init::Seed;

    #[test]
    fn every_combination_comes_once() {
        let space = Space::parse([
            "lr=log:1e-4:1",
            "depth=int:1:2",
            "activation=choice:relu,tanh,gelu,elu",
        ])
        .unwrap();
        let grid = GridSearch { levels: 3 };
        assert_eq!(grid.count(&space), Some(3 * 2 * 3));
        let suggest = |seed, number| {
            let seed = Seed::new(seed);
            let known = Known { space: &space, finished: &[], pending: &[], seed };
            grid.suggest(known, number).to_string()
        };
        let mut all: Vec<String> = (0..18).map(|number| suggest(1, number)).collect();
        assert_ne!(all, (0..18).map(|number| suggest(2, number)).collect::<Vec<_>>());
        assert_eq!(suggest(1, 18), all[0]);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 18);
        for value in ["lr=0.0001,", "lr=0.01,", "lr=1.0,"] {
            assert_eq!(all.iter().filter(|text| text.contains(value)).count(), 6, "{value}");
        }
    }
}
