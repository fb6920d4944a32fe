//! A single run among many: how unusual its whole curve is.

use super::standard::standardised;

/// The place of one curve among others by its distance from the mean of the rest. A curve of the
/// same distribution ranks as far with a chance of `rank / of`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Farthest {
    /// How many of all curves, itself among them, lie at least as far from the mean of the rest.
    pub rank: usize,
    /// How many curves there are.
    pub of: usize,
}

/// Ranks `one` among the curves of `others`. Each curve's distance from the mean of all others is
/// taken at every step in standard deviations, squared and summed up, so that `one` is treated as
/// every other curve is.
pub fn farthest(one: &[f64], others: &[Vec<f64>]) -> Farthest {
    let all: Vec<&[f64]> = std::iter::once(one).chain(others.iter().map(Vec::as_slice)).collect();
    let curves = standardised(&all);
    let count = curves.len() as f64;
    let steps = curves[0].len();
    let mean: Vec<f64> =
        (0..steps).map(|step| curves.iter().map(|c| c[step]).sum::<f64>() / count).collect();
    // The distance from the mean of the others is n/(n − 1) times that from the mean of all.
    let distance = |curve: &Vec<f64>| -> f64 {
        curve.iter().zip(&mean).map(|(x, mean)| (x - mean).powi(2)).sum()
    };
    let own = distance(&curves[0]) * (1.0 - 1e-12);
    let rank = curves.iter().filter(|curve| distance(curve) >= own).count();
    Farthest { rank, of: curves.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_farthest_curve_is_first_and_the_middle_one_last() {
        let others: Vec<Vec<f64>> =
            (0..9).map(|x| vec![f64::from(x), 2.0 * f64::from(x)]).collect();
        let found = [vec![20.0, 40.0], vec![4.0, 8.0]].map(|one| farthest(&one, &others));
        assert_eq!(found[0], Farthest { rank: 1, of: 10 });
        assert_eq!(found[1].rank, 10);
    }
}
