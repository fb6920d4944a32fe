//! The variance over runs, with its confidence interval.

use statrs::distribution::{ChiSquared, ContinuousCDF};

use super::Spread;

/// A variance with its 95 % confidence interval.
///
/// ```
/// use experiments::findings::{Spread, Variance};
///
/// let variance = Variance::of(&Spread::of(&[1.0, 2.0, 3.0]));
/// assert_eq!(variance.value, 1.0);
/// assert!(variance.low < 0.3 && variance.high > 39.0); // three runs say little
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variance {
    /// The estimate s².
    pub value: f64,
    /// The lower end of the interval.
    pub low: f64,
    /// The upper end of the interval.
    pub high: f64,
}

impl Variance {
    /// The variance of independent runs. The interval assumes a normal distribution: (n − 1)·s²/σ²
    /// follows the chi-square law of n − 1 degrees of freedom.
    ///
    /// # Panics
    /// If there are fewer than two runs.
    #[track_caller]
    pub fn of(spread: &Spread) -> Self {
        let freedom = (spread.runs - 1) as f64;
        let law = ChiSquared::new(freedom).expect("at least two runs");
        // The mean of equal numbers is rounded, and their standard deviation not quite 0.
        let value = if spread.min == spread.max { 0.0 } else { spread.std * spread.std };
        let [low, high] = [0.975, 0.025].map(|p| value * freedom / law.inverse_cdf(p));
        Self { value, low, high }
    }

    /// What these variances leave of this one, σ² − Σσₖ²: where several causes of variation are
    /// varied one at a time, what they do together and not alone. It is negative if they cancel.
    ///
    /// The interval combines those of the variances (the method of variance estimates recovery:
    /// Zou and Donner 2008, doi:10.1002/sim.3095), as if they were independent: its lower end is
    /// L − √((s² − l)² + Σ(uₖ − sₖ²)²) with L = s² − Σsₖ², and its upper end the mirror image.
    pub fn less(&self, parts: &[Self]) -> Self {
        let value = self.value - parts.iter().map(|part| part.value).sum::<f64>();
        let square = |width: f64| width * width;
        let below = |one: &Self| square(one.value - one.low);
        let above = |one: &Self| square(one.high - one.value);
        let [down, up] = [
            below(self) + parts.iter().map(above).sum::<f64>(),
            above(self) + parts.iter().map(below).sum::<f64>(),
        ];
        Self { value, low: value - down.sqrt(), high: value + up.sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;

    use super::*;

    fn variance(runs: usize, std: f64) -> Variance {
        Variance::of(&Spread { runs, mean: 0.0, std, min: -std, max: std })
    }

    fn assert_close(found: Variance, wanted: [f64; 3]) {
        let found = [found.value, found.low, found.high];
        for (found, wanted) in found.into_iter().zip(wanted) {
            assert_relative_eq!(found, wanted, max_relative = 1e-9);
        }
    }

    /// The quantiles of `scipy.stats.chi2`: docs/reference/variance.py.
    #[test]
    fn intervals_agree_with_scipy() {
        assert_close(variance(2, 0.5), [0.25, 0.0497622738014, 254.56456743]);
        assert_close(variance(10, 0.01), [0.0001, 4.73117271643e-05, 0.000333285253852]);
        assert_close(variance(100, 3.0), [9.0, 6.93806418518, 12.1454045889]);
        let less = variance(10, 1.0).less(&[variance(10, 0.6), variance(10, 0.5)]);
        assert_close(less, [0.39, -0.760240068464, 2.73425445838]);
    }

    #[test]
    fn equal_runs_have_no_variance() {
        let none = Variance::of(&Spread::of(&[0.118; 10]));
        assert_eq!(none, Variance { value: 0.0, low: 0.0, high: 0.0 });
        let Variance { value, low, high } = variance(10, 0.5);
        assert_close(variance(10, 0.5).less(&[none]), [value, low, high]);
    }
}
