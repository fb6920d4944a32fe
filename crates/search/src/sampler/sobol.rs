//! Sobol's low-discrepancy sequence.

use init::Purpose;
use rand::RngExt;

use super::{Known, STREAM, Sampler};
use crate::Params;

/// Points that fill the space more evenly than independent draws: a Sobol sequence, moved by a
/// digital shift that the seed draws.
///
/// Trial k is the k-th point; every 2ᵐ consecutive ones from a multiple of 2ᵐ spread over all
/// dimensions. At most [`Sobol::DIMENSIONS`] dimensions.
///
/// References: Sobol' 1967; Joe & Kuo 2008 (SIAM J. Sci. Comput. 30:2635), whose direction numbers
/// these are, as in SciPy; Matoušek 1998 on shifts.
///
/// ```
/// use search::sampler::Sobol;
///
/// let point: Vec<f64> = Sobol::point(1, 2).into_iter().map(|bits| f64::from(bits) / 2_f64.powi(32)).collect();
/// assert_eq!(point, [0.5, 0.5]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Sobol;

/// Degree, coefficients and first direction numbers of a primitive polynomial, for the second
/// dimension on (`new-joe-kuo-6.21201`).
const POLYNOMIALS: [(u32, u32, &[u32]); 20] = [
    (1, 0, &[1]),
    (2, 1, &[1, 3]),
    (3, 1, &[1, 3, 1]),
    (3, 2, &[1, 1, 1]),
    (4, 1, &[1, 1, 3, 3]),
    (4, 4, &[1, 3, 5, 13]),
    (5, 2, &[1, 1, 5, 5, 17]),
    (5, 4, &[1, 1, 5, 5, 5]),
    (5, 7, &[1, 1, 7, 11, 19]),
    (5, 11, &[1, 1, 5, 1, 1]),
    (5, 13, &[1, 1, 1, 3, 11]),
    (5, 14, &[1, 3, 5, 5, 31]),
    (6, 1, &[1, 3, 3, 9, 7, 49]),
    (6, 13, &[1, 1, 1, 15, 21, 21]),
    (6, 16, &[1, 3, 1, 13, 27, 49]),
    (6, 19, &[1, 1, 1, 15, 7, 5]),
    (6, 22, &[1, 3, 1, 15, 13, 25]),
    (6, 25, &[1, 1, 5, 5, 19, 61]),
    (7, 1, &[1, 3, 7, 11, 23, 15, 103]),
    (7, 4, &[1, 3, 7, 13, 13, 15, 69]),
];

impl Sobol {
    /// The largest number of dimensions.
    pub const DIMENSIONS: usize = POLYNOMIALS.len() + 1;

    /// The `index`-th point of the sequence in Gray-code order, in units of 2⁻³².
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
}

/// The direction numbers of a dimension, the highest bit first.
fn directions(dimension: usize) -> [u32; 32] {
    let mut v = [0_u32; 32];
    let Some((degree, coefficients, first)) = dimension.checked_sub(1).map(|k| POLYNOMIALS[k])
    else {
        return std::array::from_fn(|i| 1 << (31 - i));
    };
    let degree = degree as usize;
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
        let point = Self::point(number as u32, known.space.len());
        let unit: Vec<f64> = point
            .into_iter()
            .map(|bits| f64::from(bits ^ rng.random::<u32>()) / 2_f64.powi(32))
            .collect();
        known.space.at(&unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Distribution, Space, Value};
    use init::Seed;

    #[test]
    fn every_stretch_of_32_trials_has_one_in_each_32nd_of_each_axis() {
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
