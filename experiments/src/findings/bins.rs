//! Histograms of parameters and activations.

use serde::{Deserialize, Serialize};
use training::Real;

/// How many bins a histogram has.
pub const BINS: usize = 30;

/// A histogram with [`BINS`] bins of equal width from the smallest to the largest number. As in
/// `np.histogram(values, 30)`, a bin includes its left edge, and the last one both edges.
///
/// NaN and infinities are left out. If all numbers are equal, the bins have no width and the last
/// one holds everything; NumPy would widen the range by 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bins {
    low: f64,
    high: f64,
    /// How many numbers each bin holds.
    pub counts: [u32; BINS],
    /// The sum of the numbers.
    pub sum: f64,
    /// The sum of their squares.
    pub sum_of_squares: f64,
}

impl Bins {
    /// The histogram of these numbers; `None` if none is finite.
    pub fn of<T: Real>(values: &[T]) -> Option<Self> {
        let finite = || values.iter().map(|value| value.f64()).filter(|value| value.is_finite());
        let (low, high) = (finite().reduce(f64::min)?, finite().reduce(f64::max)?);
        let mut histogram = Self { low, high, counts: [0; BINS], sum: 0.0, sum_of_squares: 0.0 };
        let edges = histogram.edges();
        for value in finite() {
            let bin = edges[1..BINS].partition_point(|edge| *edge <= value);
            histogram.counts[bin] += 1;
            histogram.sum += value;
            histogram.sum_of_squares += value * value;
        }
        Some(histogram)
    }

    /// The edges of the bins from left to right.
    pub fn edges(&self) -> [f64; BINS + 1] {
        // Halved, which is exact, since high − low can overflow.
        let (low, high) = (self.low / 2.0, self.high / 2.0);
        let width = (high - low) / BINS as f64;
        let mut edges = std::array::from_fn(|edge| (edge as f64 * width + low) * 2.0);
        (edges[0], edges[BINS]) = (self.low, self.high);
        edges
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_finite_number_is_in_the_bin_between_its_edges() {
        let mut values: Vec<f64> = (0..=60).map(|i| f64::from(i) / 2.0).collect();
        values.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY]);
        let histogram = Bins::of(&values).unwrap();
        let mut counts = [2; BINS];
        counts[BINS - 1] = 3; // 29, 29.5 and 30, the right edge
        assert_eq!(histogram.counts, counts);
        assert_eq!(histogram.edges(), std::array::from_fn(|edge| edge as f64));
        assert_eq!((histogram.sum, histogram.sum_of_squares), (915.0, 18_452.5));
    }

    /// The width once overflowed: most edges were infinite or NaN.
    #[test]
    fn the_widest_range_of_numbers_has_edges() {
        for (low, high) in [(f64::MIN, f64::MAX), (-1e308, 1e308), (0.0, 1e-317)] {
            let histogram = Bins::of(&[low, 0.0, high]).unwrap();
            let edges = histogram.edges();
            assert!(edges.is_sorted() && edges[0] == low && edges[BINS] == high, "{edges:?}");
            assert_eq!(histogram.counts[BINS - 1], 1);
        }
    }

    #[test]
    fn equal_numbers_stand_in_the_last_bin_and_no_numbers_have_no_histogram() {
        let zeros = Bins::of(&[0.0_f32; 4]).unwrap();
        assert_eq!((zeros.counts[BINS - 1], zeros.edges()), (4, [0.0; BINS + 1]));
        assert_eq!(Bins::of::<f32>(&[]), None);
        assert_eq!(Bins::of(&[f32::NAN]), None);
    }
}
