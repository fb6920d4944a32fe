//! The standard normal distribution, the same on every machine.

use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// Where `rand_distr`'s tail begins, 0.03 % of all draws.
const TAIL: f64 = 3.654152885361009;

/// A draw from N(0, 1).
///
/// `rand_distr` computes the tail with the C library's logarithm, whose last digit differs between
/// systems: a draw from there is rounded to f32. Other draws are products of random bits and
/// constants.
pub(crate) fn standard_normal(rng: &mut impl Rng) -> f64 {
    let x: f64 = rng.sample(StandardNormal);
    if x.abs() < TAIL { x } else { f64::from(x as f32) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Purpose, Seed};

    #[test]
    fn only_the_tail_is_rounded() {
        let mut rng = Seed::new(3).stream(Purpose::Weights, 0);
        let draws: Vec<f64> = (0..100_000).map(|_| standard_normal(&mut rng)).collect();
        let (tail, body): (Vec<f64>, Vec<f64>) = draws.iter().partition(|x| x.abs() >= TAIL);
        let single = |x: &&f64| f64::from(**x as f32) == **x;
        // 26 are expected.
        assert!((10..50).contains(&tail.len()), "{}", tail.len());
        assert_eq!(tail.iter().filter(single).count(), tail.len());
        assert_eq!(body.iter().filter(single).count(), 0);
    }
}
