//! How many updates a network takes to a loss that is low for good, and the median of that over
//! seeds.

use statrs::distribution::{Binomial, DiscreteCDF};

/// The number of updates after which a curve of losses stays below `target` to its end; infinite if
/// the last one is not below.
///
/// ```
/// use experiments::findings::time_to_target;
///
/// let losses = [2.3, 0.2, 0.4, 0.2, 0.1];
/// assert_eq!(time_to_target(&losses, 0.3), 4.0); // it stays below from the fourth value on
/// assert_eq!(time_to_target(&losses, 0.1), f64::INFINITY);
/// ```
pub fn time_to_target(losses: &[f64], target: f64) -> f64 {
    match losses.iter().rev().take_while(|&&loss| loss < target).count() {
        0 => f64::INFINITY,
        below => (losses.len() - below + 1) as f64,
    }
}

/// The median of a sample that may hold infinite values, with its 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SampleMedian {
    /// The median; infinite if half of the values or more are.
    pub median: f64,
    /// The k-th smallest and the k-th largest value, with the largest k for which they enclose the
    /// median of the population with a probability of at least 95 %, whatever its distribution:
    /// P(B < k) ≤ 2.5 % for B from the binomial distribution of n trials at ½. `None` below six
    /// values, of which even the whole range falls short of that.
    pub interval: Option<(f64, f64)>,
}

impl SampleMedian {
    /// The median of these values.
    ///
    /// # Panics
    /// If there are none.
    ///
    /// ```
    /// use experiments::findings::SampleMedian;
    ///
    /// let never = f64::INFINITY;
    /// let SampleMedian { median, interval } = SampleMedian::of(&[40., 90., never, 20., 50., 80.]);
    /// assert_eq!((median, interval), (65.0, Some((20.0, never))));
    /// ```
    #[track_caller]
    pub fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len();
        let binomial = Binomial::new(0.5, n as u64).expect("a half is a probability");
        // Counted from 1, so that 0 means that there is none.
        let k = binomial.inverse_cdf(0.025) as usize;
        Self {
            median: (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0,
            interval: (k > 0).then(|| (sorted[k - 1], sorted[n - k])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `scipy.stats.quantile_test` on 1, 4, 9, … n²: docs/reference/median.py.
    #[test]
    fn the_interval_of_a_median_agrees_with_scipy() {
        for (n, median, interval) in [
            (1, 1.0, None),
            (5, 9.0, None),
            (6, 12.5, Some((1.0, 36.0))),
            (9, 25.0, Some((4.0, 64.0))),
            (10, 30.5, Some((4.0, 81.0))),
            (25, 169.0, Some((64.0, 324.0))),
        ] {
            let values: Vec<f64> = (1..=n).rev().map(|i| f64::from(i * i)).collect();
            assert_eq!(SampleMedian::of(&values), SampleMedian { median, interval }, "{n}");
        }
    }

    #[test]
    fn a_curve_is_below_its_target_from_the_last_time_it_crosses_it() {
        assert_eq!(time_to_target(&[0.1, 0.1], 0.3), 1.0);
        assert_eq!(time_to_target(&[0.1, 0.3, 0.2], 0.3), 3.0);
        assert_eq!(time_to_target(&[0.1, f64::NAN, 0.2], 0.3), 3.0);
        assert_eq!(time_to_target(&[0.1, f64::NAN], 0.3), f64::INFINITY);
    }
}
