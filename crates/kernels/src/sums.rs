//! Sums, means and variances of slices, accumulated in `f64` so that sums of many `f32` keep their
//! precision. The order of summation vectorises and is the same on every machine.

use crate::scalar::Scalar;
use crate::wide::with_wide_registers;

/// The sum of a slice, accumulated in `f64` as 16 interleaved partial sums (a fixed order).
///
/// # Example
/// ```
/// assert_eq!(kernels::sum_slice(&[0.1_f32; 100_000]), 10_000.0); // f32 alone: 10,000.0176
/// ```
#[inline]
pub fn sum_slice<T: Scalar>(values: &[T]) -> T {
    T::of(lanes(values, T::f64))
}

/// The mean of a slice, computed in `f64` and rounded once; NaN if the slice is empty.
///
/// # Example
/// ```
/// assert_eq!(kernels::mean_slice(&[1_234_567.1_f32; 1000]), 1_234_567.1);
/// ```
#[inline]
pub fn mean_slice<T: Scalar>(values: &[T]) -> T {
    T::of(lanes(values, T::f64) * (1.0 / values.len() as f64))
}

/// Σ(x − centre)² over a slice, accumulated as in [`sum_pairs`].
///
/// # Example
/// ```
/// assert_eq!(kernels::sum_squares_about(&[1.0, 3.0], 2.0), 2.0);
/// ```
#[inline]
pub fn sum_squares_about<T: Scalar>(values: &[T], centre: T) -> T {
    T::of(squares(values, centre))
}

/// The biased variance Σ(x − mean)²/n of a slice, accumulated as in [`sum_pairs`]; NaN if the slice
/// is empty.
///
/// # Example
/// ```
/// assert_eq!(kernels::variance_slice(&[1.0, 3.0], 2.0), 1.0);
/// ```
#[inline]
pub fn variance_slice<T: Scalar>(values: &[T], mean: T) -> T {
    T::of(squares(values, mean) * (1.0 / values.len() as f64))
}

#[inline]
fn squares<T: Scalar>(values: &[T], centre: T) -> f64 {
    let of_block = |block| lanes(block, |value: T| (value - centre) * (value - centre));
    values.chunks(BLOCK).map(|block| of_block(block).f64()).sum()
}

/// Σ f(aᵢ, bᵢ) over two slices of equal length: a dot product is `sum_pairs(a, b, |a, b| a * b)`.
/// Blocks of 256 terms are accumulated in `T`, and the sums of the blocks in `f64`.
///
/// # Panics
/// If the lengths differ.
///
/// # Example
/// ```
/// use kernels::sum_pairs;
///
/// assert_eq!(sum_pairs(&[1.0, 2.0], &[3.0, 4.0], |a, b| a * b), 11.0);
/// ```
#[inline]
#[track_caller]
pub fn sum_pairs<T: Scalar>(a: &[T], b: &[T], f: impl Fn(T, T) -> T) -> T {
    assert_eq!(a.len(), b.len(), "sum_pairs: slices of equal length");
    let of_block = |(a, b): (&[T], &[T])| {
        let (wide_a, rest_a) = a.as_chunks::<LANES>();
        let (wide_b, rest_b) = b.as_chunks::<LANES>();
        let mut partial = [T::zero(); LANES];
        for (a, b) in wide_a.iter().zip(wide_b) {
            for lane in 0..LANES {
                partial[lane] += f(a[lane], b[lane]);
            }
        }
        for (lane, (&a, &b)) in rest_a.iter().zip(rest_b).enumerate() {
            partial[lane] += f(a, b);
        }
        fold(partial).f64()
    };
    T::of(a.chunks(BLOCK).zip(b.chunks(BLOCK)).map(of_block).sum())
}

/// The number of interleaved partial sums.
const LANES: usize = 16;
/// Terms accumulated in their own type: a register holds twice as many `f32` as `f64`, and a
/// partial sum of only 16 terms loses little precision. The book's mini-batches of 100 fit one
/// block.
const BLOCK: usize = 16 * LANES;

/// Σ f(x) in [`LANES`] interleaved partial sums.
#[inline]
fn lanes<T: Scalar, A: Scalar>(values: &[T], f: impl Fn(T) -> A) -> A {
    let (wide, rest) = values.as_chunks::<LANES>();
    with_wide_registers(|| {
        let mut partial = [A::zero(); LANES];
        for chunk in wide {
            for lane in 0..LANES {
                partial[lane] += f(chunk[lane]);
            }
        }
        for (lane, &value) in rest.iter().enumerate() {
            partial[lane] += f(value);
        }
        fold(partial)
    })
}

/// Adds the partial sums pairwise.
#[inline]
fn fold<T: Scalar>(mut partial: [T; LANES]) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            let other = partial[lane + width];
            partial[lane] += other;
        }
        width /= 2;
    }
    partial[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sum_pairs_agrees_with_its_definition(
            pairs in prop::collection::vec((-5.0..5.0, -5.0..5.0), 0..70)
        ) {
            let (a, b): (Vec<f64>, Vec<f64>) = pairs.iter().copied().unzip();
            let expected: f64 = pairs.iter().map(|(a, b)| a * b).sum();
            assert_relative_eq!(sum_pairs(&a, &b, |a, b| a * b), expected, epsilon = 1e-11);
        }
    }
}
