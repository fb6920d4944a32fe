//! Random search.

use init::Purpose;
use rand::RngExt;

use super::{Known, Sampler};
use crate::Params;

/// Draws every trial independently from the distributions of the space.
///
/// Trial k draws from the seed's stream ([`Purpose::Search`], k), the last dimension first, as the
/// notebook of *Deep Learning from Scratch* draws the weight decay before the learning rate.
///
/// Reference: Bergstra & Bengio 2012 (JMLR 13:281), who show why it beats a grid.
///
/// ```
/// use search::sampler::{Known, Random, Sampler};
/// use search::Space;
///
/// let space = Space::parse(["lr=log:1e-6:1e-2"])?;
/// let known = Known { space: &space, finished: &[], pending: &[], seed: init::Seed::new(7) };
/// assert_eq!(Random.suggest(known, 3), Random.suggest(known, 3));
/// assert_ne!(Random.suggest(known, 3), Random.suggest(known, 4));
/// # Ok::<(), search::SpaceError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Random;

impl Sampler for Random {
    fn suggest(&self, known: Known<'_>, number: u64) -> Params {
        // ANCHOR: suggest
        let mut rng = known.seed.stream(Purpose::Search, number);
        let mut unit = vec![0.0; known.space.len()];
        unit.iter_mut().rev().for_each(|u| *u = rng.random_range(0.0..1.0));
        known.space.at(&unit)
        // ANCHOR_END: suggest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Space, Value};
    use init::Seed;

    /// A seed must give the same trials in every version.
    #[test]
    fn value_stability() {
        let space = Space::parse(["lr=log:1e-6:1e-2", "weight_decay=log:1e-8:1e-4"]).unwrap();
        for seed in [0, 7] {
            for trial in [0, 1, 99, 1000] {
                let mut rng = Seed::new(seed).stream(Purpose::Search, trial);
                let mut power = |low: f64, high: f64| libm::pow(10.0, rng.random_range(low..high));
                let weight_decay = power(-8.0, -4.0);
                let lr = power(-6.0, -2.0);
                let known =
                    Known { space: &space, finished: &[], pending: &[], seed: Seed::new(seed) };
                let params = Random.suggest(known, trial);
                assert_eq!(params.get("lr"), Some(&Value::Float(lr)));
                assert_eq!(params.get("weight_decay"), Some(&Value::Float(weight_decay)));
            }
        }
    }
}
