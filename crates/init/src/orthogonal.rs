//! Random orthogonal matrices.

use kernels::Scalar;
use nalgebra::DMatrix;
use rand::{Rng, RngExt};
use rand_distr::StandardNormal;

/// Fills `weights` with orthogonal columns (rows, if there are more columns) of length `gain`,
/// uniform over all such matrices.
///
/// The Q of a QR decomposition of normal draws, each column's sign set by R's diagonal: without
/// that, the distribution would depend on the decomposition's choice of signs (Mezzadri 2007).
pub(crate) fn orthogonal<T: Scalar>(weights: &mut DMatrix<T>, gain: f64, rng: &mut impl Rng) {
    let (rows, columns) = weights.shape();
    if weights.is_empty() {
        return;
    }
    let (long, short) = (rows.max(columns), rows.min(columns));
    let normal = DMatrix::from_fn(long, short, |_, _| rng.sample::<f64, _>(StandardNormal));
    let (q, r) = normal.qr().unpack();
    let signed = |i: usize, j: usize| if r[(j, j)] < 0.0 { -q[(i, j)] } else { q[(i, j)] };
    for j in 0..columns {
        for i in 0..rows {
            let value = if rows >= columns { signed(i, j) } else { signed(j, i) };
            weights[(i, j)] = T::of(gain * value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Purpose, Seed};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_short_side_is_orthogonal_with_the_gain_as_length(
            rows in 1..12usize, columns in 1..12usize, gain in 0.1..3.0f64, index: u64,
        ) {
            let mut w = DMatrix::<f64>::zeros(rows, columns);
            orthogonal(&mut w, gain, &mut Seed::new(3).stream(Purpose::Weights, index));
            let gram = if rows >= columns { w.transpose() * &w } else { &w * w.transpose() };
            let n = rows.min(columns);
            let identity = DMatrix::<f64>::identity(n, n) * (gain * gain);
            prop_assert!((gram - identity).amax() < 1e-12 * gain * gain * 10.0);
        }
    }

    /// Entries of a uniformly random orthogonal matrix have mean 0; with QR's own signs the
    /// diagonal would not.
    #[test]
    fn signs_are_not_biased() {
        let mut sum = 0.0;
        for index in 0..2000 {
            let mut w = DMatrix::<f64>::zeros(3, 3);
            orthogonal(&mut w, 1.0, &mut Seed::new(3).stream(Purpose::Weights, index));
            sum += w[(0, 0)];
        }
        // The standard error is √(1/3/2000) = 0.013; five of them.
        assert!((sum / 2000.0).abs() < 0.065, "{}", sum / 2000.0);
    }
}
