//! Sums, means and variances of slices. They are added up in `f64`, so that sums of many `f32` keep their digits, in an
//! order that vectorises and is the same on every machine.

use crate::scalar::Scalar;
use crate::wide::with_wide_registers;

/// The sum of a slice, added up in `f64` in 16 interleaved partial sums (a fixed order that vectorises).
///
/// # Example
/// ```
/// assert_eq!(kernels::sum_slice(&[0.1_f32; 100_000]), 10_000.0); // f32 alone: 10,000.0176
/// ```
#[inline]
pub fn sum_slice<T: Scalar>(values: &[T]) -> T {
    T::of(lanes(values, T::f64))
}

/// The mean of a slice, rounded once; NaN of none.
///
/// # Example
/// ```
/// assert_eq!(kernels::mean_slice(&[1_234_567.1_f32; 1000]), 1_234_567.1);
/// ```
#[inline]
pub fn mean_slice<T: Scalar>(values: &[T]) -> T {
    T::of(lanes(values, T::f64) * (1.0 / values.len() as f64))
}

/// Σ(x − centre)² over a slice, added up as [`sum_pairs`] does.
///
/// # Example
/// ```
/// assert_eq!(kernels::sum_squares_about(&[1.0, 3.0], 2.0), 2.0);
/// ```
#[inline]
pub fn sum_squares_about<T: Scalar>(values: &[T], centre: T) -> T {
    T::of(squares(values, centre))
}

/// The biased variance Σ(x − mean)²/n of a slice, rounded once; NaN of none.
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

/// Σ f(aᵢ, bᵢ) over two slices of equal length: a dot product is `sum_pairs(a, b, |a, b| a * b)`. Added up in the type
/// of the terms within blocks of 256, and these in `f64`.
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

/// Partial sums.
const LANES: usize = 16;
/// Terms that are added up in their own type: each partial sum is of so few that it loses no digit that matters, and
/// twice as many fit a register as in `f64`. A batch of the book's is one block.
const BLOCK: usize = 16 * LANES;

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

/// Halves the partial sums until one is left.
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
