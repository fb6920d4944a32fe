//! The probability of something that happened in some of a few seeds.

use statrs::distribution::{Beta, ContinuousCDF};

/// The 95 % confidence interval of Clopper and Pearson for the probability of a success, after k
/// `successes` in n independent `trials`: from B⁻¹(0.025; k, n − k + 1) to
/// B⁻¹(0.975; k + 1, n − k), with the quantiles B⁻¹ of the beta distribution; from 0 if k = 0, to 1
/// if k = n.
///
/// It is exact: whatever the probability is, at least 95 % of such intervals contain it.
///
/// ```
/// use experiments::findings::confidence_interval;
///
/// let (low, high) = confidence_interval(10, 10);
/// assert_eq!((format!("{low:.2}"), high), ("0.69".to_owned(), 1.0));
/// ```
///
/// # Panics
/// If there are more successes than trials.
pub fn confidence_interval(successes: usize, trials: usize) -> (f64, f64) {
    let (k, n) = (successes, trials);
    assert!(k <= n, "{k} successes in {n} trials");
    let quantile = |share: f64, a: usize, b: usize| {
        let beta = Beta::new(a as f64, b as f64).expect("both parameters are at least 1");
        beta.inverse_cdf(share)
    };
    let low = if k == 0 { 0.0 } else { quantile(0.025, k, n - k + 1) };
    let high = if k == n { 1.0 } else { quantile(0.975, k + 1, n - k) };
    (low, high)
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    #[test]
    fn intervals_are_those_of_scipy() {
        let goldens: Vec<(usize, usize, f64, f64)> =
            serde_json::from_str(include_str!("goldens/binomial.json")).unwrap();
        for (successes, trials, low, high) in goldens {
            let found = confidence_interval(successes, trials);
            assert_relative_eq!(found.0, low, max_relative = 1e-9);
            assert_relative_eq!(found.1, high, max_relative = 1e-9);
        }
    }

    #[test]
    fn what_never_or_always_happened_may_have_a_probability_of_0_or_1() {
        for trials in [1, 10, 1000] {
            assert_eq!(confidence_interval(0, trials).0, 0.0);
            assert_eq!(confidence_interval(trials, trials).1, 1.0);
        }
        assert_eq!(confidence_interval(0, 0), (0.0, 1.0), "nothing is known without trials");
    }

    #[test]
    fn failures_and_successes_are_treated_alike() {
        for (k, n) in [(0, 1), (1, 3), (7, 10), (500, 1000)] {
            let ((low, high), (other_low, other_high)) =
                (confidence_interval(k, n), confidence_interval(n - k, n));
            assert_relative_eq!(low, 1.0 - other_high, epsilon = 1e-9);
            assert_relative_eq!(high, 1.0 - other_low, epsilon = 1e-9);
        }
    }
}
