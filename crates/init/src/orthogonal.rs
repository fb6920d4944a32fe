//! Random orthogonal matrices.

use kernels::Scalar;
use nalgebra::DMatrix;
use rand::Rng;

use crate::normal::standard_normal;

/// Fills `weights` with orthogonal columns (rows, if it has more columns than rows) of length
/// `gain`, uniformly distributed over all such matrices.
///
/// The values are the Q of a QR decomposition of normal draws, with the sign of each column from
/// R's diagonal. Without the signs, the distribution would depend on which signs the decomposition
/// chooses (Mezzadri 2007).
pub(crate) fn orthogonal<T: Scalar>(weights: &mut DMatrix<T>, gain: f64, rng: &mut impl Rng) {
    let (rows, columns) = weights.shape();
    let (long, short) = (rows.max(columns), rows.min(columns));
    let normal = DMatrix::from_fn(long, short, |_, _| standard_normal(rng));
    let (mut q, r) = normal.qr().unpack();
    for (mut column, &r) in q.column_iter_mut().zip(&r.diagonal()) {
        column *= if r < 0.0 { -gain } else { gain };
    }
    let q = if rows >= columns { q } else { q.transpose() };
    for (w, &q) in weights.as_mut_slice().iter_mut().zip(q.as_slice()) {
        *w = T::of(q);
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

    /// Entries of a uniformly random orthogonal matrix have mean 0; with the signs of the QR
    /// decomposition, those on the diagonal do not.
    #[test]
    fn signs_are_not_biased() {
        let mut sum = 0.0;
        for index in 0..2000 {
            let mut w = DMatrix::<f64>::zeros(3, 3);
            orthogonal(&mut w, 1.0, &mut Seed::new(3).stream(Purpose::Weights, index));
            sum += w[(0, 0)];
        }
        // Five standard errors of √(1/3/2000) = 0.013.
        assert!((sum / 2000.0).abs() < 0.065, "{}", sum / 2000.0);
    }
}
