//! Sobol's low-discrepancy sequence.

use init::Purpose;
use rand::RngExt;

use super::{Known, STREAM, Sampler};
use crate::Params;

/// Fills the space more evenly than independent draws: a Sobol sequence with a digital shift that
/// is drawn from the seed.
///
/// Trial k is the k-th point. Of 2ᵐ consecutive points that start at a multiple of 2ᵐ, each axis
/// has one in each of 2ᵐ equal intervals. At most [`Sobol::DIMENSIONS`] dimensions.
///
/// References: Sobol' 1967; Joe & Kuo 2008 (SIAM J. Sci. Comput. 30:2635) for the direction
/// numbers, which SciPy uses too; Matoušek 1998 for the shift.
///
/// ```
/// use search::sampler::Sobol;
///
/// assert_eq!(Sobol::point(1, 2), [1 << 31, 1 << 31]); // (0.5, 0.5)
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Sobol;

/// The coefficients of a primitive polynomial, and as many initial direction numbers as its degree,
/// for each dimension from the second on (the table `new-joe-kuo-6.21201`).
const POLYNOMIALS: [(u32, &[u32]); 20] = [
    (0, &[1]),
    (1, &[1, 3]),
    (1, &[1, 3, 1]),
    (2, &[1, 1, 1]),
    (1, &[1, 1, 3, 3]),
    (4, &[1, 3, 5, 13]),
    (2, &[1, 1, 5, 5, 17]),
    (4, &[1, 1, 5, 5, 5]),
    (7, &[1, 1, 7, 11, 19]),
    (11, &[1, 1, 5, 1, 1]),
    (13, &[1, 1, 1, 3, 11]),
    (14, &[1, 3, 5, 5, 31]),
    (1, &[1, 3, 3, 9, 7, 49]),
    (13, &[1, 1, 1, 15, 21, 21]),
    (16, &[1, 3, 1, 13, 27, 49]),
    (19, &[1, 1, 1, 15, 7, 5]),
    (22, &[1, 3, 1, 15, 13, 25]),
    (25, &[1, 1, 5, 5, 19, 61]),
    (1, &[1, 3, 7, 11, 23, 15, 103]),
    (4, &[1, 3, 7, 13, 13, 15, 69]),
];

impl Sobol {
    /// The largest number of dimensions.
    pub const DIMENSIONS: usize = POLYNOMIALS.len() + 1;

    /// Point `index` of the sequence in Gray-code order, in units of 2⁻³².
    ///
    /// # Panics
    /// If there are more than [`Sobol::DIMENSIONS`] dimensions.
    #[track_caller]
    pub fn point(index: u32, dimensions: usize) -> Vec<u32> {
        assert!(dimensions <= Self::DIMENSIONS, "Sobol: at most {} dimensions", Self::DIMENSIONS);
        let gray = index ^ (index >> 1);
        let coordinate = |dimension: usize| {
            let directions = directions(dimension);
            let bits = (0..32).filter(|bit| gray >> bit & 1 == 1);
            bits.fold(0, |x, bit: usize| x ^ directions[bit])
        };
        (0..dimensions).map(coordinate).collect()
    }

    /// Point `index` in \[0, 1), after a digital shift: an exclusive or with random bits.
    pub(super) fn shifted(index: u32, shift: &[u32]) -> Vec<f64> {
        let point = Self::point(index, shift.len()).into_iter().zip(shift);
        point.map(|(bits, shift)| f64::from(bits ^ shift) / 2_f64.powi(32)).collect()
    }
}

/// The 32 direction numbers of a dimension, that of the lowest bit of the Gray code first.
fn directions(dimension: usize) -> [u32; 32] {
    let mut v = [0_u32; 32];
    let Some((coefficients, first)) = dimension.checked_sub(1).map(|k| POLYNOMIALS[k]) else {
        return std::array::from_fn(|i| 1 << (31 - i));
    };
    let degree = first.len();
    for i in 0..32 {
        v[i] = match first.get(i) {
            Some(m) => m << (31 - i),
            None => (1..degree).fold(v[i - degree] ^ (v[i - degree] >> degree), |x, k| {
                if coefficients >> (degree - 1 - k) & 1 == 1 { x ^ v[i - k] } else { x }
            }),
        };
    }
    v
}

impl Sampler for Sobol {
    fn suggest(&self, known: Known<'_>, number: u64) -> Params {
        let mut rng = known.seed.stream(Purpose::Search, STREAM);
        let shift: Vec<u32> = (0..known.space.len()).map(|_| rng.random()).collect();
        known.space.at(&Self::shifted(number as u32, &shift))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Distribution, Space, Value};
    use init::Seed;

    #[test]
    fn each_32nd_of_an_axis_holds_one_of_32_consecutive_trials() {
        let unit = Distribution::Uniform { low: 0.0, high: 1.0 };
        let space = Space::of((0..11).map(|k| (format!("x{k}"), unit.clone())));
        let known = Known { space: &space, finished: &[], pending: &[], seed: Seed::new(5) };
        let mut seen = vec![[0; 32]; 11];
        for number in 64..96 {
            for ((_, value), seen) in Sobol.suggest(known, number).iter().zip(&mut seen) {
                let Value::Float(x) = value else { panic!("not real") };
                seen[(x * 32.0) as usize] += 1;
            }
        }
        assert_eq!(seen, vec![[1; 32]; 11]);
    }
}
