//! How much each hyperparameter matters.

use std::f64::consts::SQRT_2;

use crate::{Distribution, Observation, Space, Value};

/// The share of trials that count as good: PED-ANOVA asks in what they differ from the rest.
const TARGET: f64 = 0.1;
/// The number of cells into which a range of real numbers is divided.
const CELLS: usize = 50;

/// How much each dimension of the space decides whether a trial is among the best tenth, by
/// PED-ANOVA. The shares sum to 1; they are all 0 if fewer than two trials have a finite value.
///
/// For each dimension, p is a density estimate over the best tenth of the trials and q one over all
/// trials. The importance is the Pearson divergence Σ q·(p/q − 1)², times a factor that is the same
/// for all dimensions and cancels in the normalisation. Interactions between dimensions are not
/// seen. With fewer than about fifty trials, fewer than five of them good, it is only a hint.
///
/// Reference: Watanabe, Bansal & Hutter 2023, *PED-ANOVA* (arXiv:2304.10255). Grid, bandwidth and
/// weights are those of `PedAnovaImportanceEvaluator` in Optuna 5.0, and the results agree with it.
///
/// ```
/// use search::{Observation, Space, importance};
///
/// let space = Space::parse(["lr=log:1e-6:1e-2", "weight_decay=log:1e-8:1e-4"])?;
/// let trial = |number: u64| {
///     let (a, b) = (number % 10, number / 10);
///     let params = space.at(&[(a as f64 + 0.5) / 10.0, (b as f64 + 0.5) / 10.0]);
///     Observation { number, params, value: a as f64 } // only the learning rate matters
/// };
/// let trials: Vec<Observation> = (0..100).map(trial).collect();
/// let shares = importance(&space, &trials);
/// assert!(shares[0] > 0.99 && shares[1] < 0.01);
/// # Ok::<(), search::SpaceError>(())
/// ```
pub fn importance(space: &Space, trials: &[Observation]) -> Vec<f64> {
    let trials: Vec<&Observation> = trials.iter().filter(|t| t.value.is_finite()).collect();
    if trials.len() < 2 {
        return vec![0.0; space.len()];
    }
    let divergences = divergences(space, &trials);
    let sum: f64 = divergences.iter().sum();
    let equal = 1.0 / space.len() as f64;
    divergences.into_iter().map(|d| if sum > 0.0 { d / sum } else { equal }).collect()
}

/// The Pearson divergence of the best tenth from all trials, for each dimension.
fn divergences(space: &Space, trials: &[&Observation]) -> Vec<f64> {
    let mut values: Vec<f64> = trials.iter().map(|trial| trial.value).collect();
    values.sort_by(|a, b| b.total_cmp(a));
    let least = values[(TARGET * values.len() as f64).ceil() as usize - 1];
    let best: Vec<&Observation> = trials.iter().copied().filter(|t| t.value >= least).collect();
    let divergence = |(name, distribution): &(String, Distribution)| {
        if distribution.count() == Some(1) {
            return 0.0;
        }
        let density = |trials: &[&Observation]| {
            let mut counts = vec![0; cells(distribution)];
            for value in trials.iter().filter_map(|trial| trial.params.get(name)) {
                if let Some(cell) = cell(distribution, value, counts.len()) {
                    counts[cell] += 1;
                }
            }
            let ordered = distribution.choices().is_empty();
            if ordered { smooth_density(&counts) } else { categorical_density(&counts) }
        };
        let pairs = density(&best).into_iter().zip(density(trials));
        let pairs = pairs.map(|(p, q)| (p + 1e-12, q + 1e-12));
        pairs.map(|(p, q)| q * (p / q - 1.0).powi(2)).sum()
    };
    space.dimensions().iter().map(divergence).collect()
}

/// The number of cells into which a dimension is divided.
fn cells(distribution: &Distribution) -> usize {
    let Some(count) = distribution.count() else { return CELLS };
    match distribution {
        Distribution::Categorical { .. } => count as usize,
        Distribution::Integer { log: true, .. } => {
            CELLS.min(libm::log2(count as f64).ceil() as usize + 1)
        }
        _ => CELLS.min(count as usize),
    }
}

/// The cell whose centre is nearest to `value`, the lower one if two are equally near.
fn cell(distribution: &Distribution, value: &Value, cells: usize) -> Option<usize> {
    let (x, low, high, log) = match (distribution, value) {
        (&Distribution::Uniform { low, high }, &Value::Float(x)) => (x, low, high, false),
        (&Distribution::LogUniform { low, high }, &Value::Float(x)) => (x, low, high, true),
        (&Distribution::Integer { low, high, log }, &Value::Integer(x)) => {
            (x as f64, low as f64, high as f64, log)
        }
        (Distribution::Categorical { choices }, Value::Text(x)) => {
            return choices.iter().position(|choice| choice == x);
        }
        _ => return None,
    };
    let scale = |x: f64| if log { libm::log(x) } else { x };
    let step = (scale(high) - scale(low)) / (cells - 1) as f64;
    let cell = ((scale(x) - scale(low)) / step - 0.5).ceil();
    Some((cell.max(0.0) as usize).min(cells - 1))
}

/// A kernel density estimate on ordered cells: a normal kernel with Scott's bandwidth per count,
/// and a prior kernel as wide as the range that weighs one count, all truncated to the range.
fn smooth_density(counts: &[usize]) -> Vec<f64> {
    let hit: Vec<(f64, f64)> = hits(counts).map(|(cell, n)| (cell as f64, n as f64)).collect();
    let total: f64 = hit.iter().map(|(_, n)| n).sum();
    let (low, high) = (-0.5, counts.len() as f64 - 0.5);
    let mean = hit.iter().map(|(x, n)| x * n).sum::<f64>() / total;
    let squares: f64 = hit.iter().map(|(x, n)| (x - mean).powi(2) * n).sum();
    let deviation = (squares / (total - 1.0).max(1.0)).sqrt();
    let cumulative = hit.iter().scan(0.0, |sum, (_, n)| {
        *sum += n;
        Some(*sum)
    });
    let cumulative: Vec<f64> = cumulative.collect();
    // The interquartile range, in cells.
    let first = cumulative.partition_point(|&sum| sum < (total / 4.0).floor());
    let third = cumulative.partition_point(|&sum| sum <= (total * 3.0 / 4.0).floor());
    let range = hit[third.min(hit.len() - 1)].0 - hit[first].0;
    let scott = 1.059 * (range / 1.34).min(deviation) * libm::pow(total, -0.2);
    // At least so wide that nine tenths of a kernel lie within its own cell.
    let width = scott.max(0.5 / 1.64);
    let kernels = hit.iter().map(|&(x, n)| (x, width, n));
    let prior = ((counts.len() - 1) as f64 / 2.0, counts.len() as f64, 1.0);
    let mut density = vec![0.0; counts.len()];
    for (centre, width, weight) in kernels.chain([prior]) {
        let mass = |a: f64, b: f64| normal_mass((a - centre) / width, (b - centre) / width);
        let whole = mass(low, high);
        for (cell, density) in density.iter_mut().enumerate() {
            let middle = cell as f64;
            *density += weight / (total + 1.0) * mass(middle - 0.5, middle + 0.5) / whole;
        }
    }
    density
}

/// A density estimate on choices, which have no order: a softened kernel per count, and a uniform
/// prior that weighs one count.
fn categorical_density(counts: &[usize]) -> Vec<f64> {
    let kernels = hits(counts).count() + 1;
    let (choices, total) = (counts.len() as f64, counts.iter().sum::<usize>() as f64);
    let soft = 1.0 / kernels as f64;
    let whole = 1.0 + choices * soft;
    let density = |cell: usize| {
        let kernel = |(hit, n): (usize, usize)| {
            n as f64 * if hit == cell { 1.0 + soft } else { soft } / whole
        };
        (hits(counts).map(kernel).sum::<f64>() + 1.0 / choices) / (total + 1.0)
    };
    (0..counts.len()).map(density).collect()
}

/// The cells with a count above 0, and their counts.
fn hits(counts: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    counts.iter().copied().enumerate().filter(|&(_, n)| n > 0)
}

/// The standard normal probability of \[a, b\], from the tail that avoids cancellation.
fn normal_mass(a: f64, b: f64) -> f64 {
    let above = |z: f64| 0.5 * libm::erfc(z / SQRT_2);
    if a > 0.0 { above(a) - above(b) } else { above(-b) - above(-a) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use approx::assert_relative_eq;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Goldens {
        importances: Vec<Golden>,
    }

    #[derive(Deserialize)]
    struct Golden {
        space: BTreeMap<String, String>,
        trials: Vec<Trial>,
        normalised: BTreeMap<String, f64>,
        raw: BTreeMap<String, f64>,
    }

    #[derive(Deserialize)]
    struct Trial {
        params: BTreeMap<String, Value>,
        value: f64,
    }

    #[test]
    fn importances_are_optunas() {
        let goldens: Goldens = serde_json::from_str(include_str!("goldens/search.json")).unwrap();
        for golden in goldens.importances {
            let flags = golden.space.iter().map(|(name, d)| format!("{name}={d}"));
            let flags: Vec<String> = flags.collect();
            let space = Space::parse(flags.iter().map(String::as_str)).unwrap();
            let observation = |(number, trial): (usize, &Trial)| {
                let unit = space.dimensions().iter().map(|(name, d)| {
                    d.unit(&trial.params[name]).expect("the script's trials are of its space")
                });
                let params = space.at(&unit.collect::<Vec<f64>>());
                Observation { number: number as u64, params, value: trial.value }
            };
            let trials: Vec<Observation> =
                golden.trials.iter().enumerate().map(observation).collect();
            let all: Vec<&Observation> = trials.iter().collect();
            let (shares, raw) = (importance(&space, &trials), divergences(&space, &all));
            // Optuna multiplies all dimensions by the square of the share of good trials.
            let good = (TARGET * trials.len() as f64).ceil() / trials.len() as f64;
            for (k, (name, _)) in space.dimensions().iter().enumerate() {
                assert_relative_eq!(shares[k], golden.normalised[name], max_relative = 1e-8);
                assert_relative_eq!(raw[k] * good * good, golden.raw[name], max_relative = 1e-8);
            }
        }
    }

    #[test]
    fn too_few_trials_and_equal_ones_are_no_importance() {
        let space = Space::parse(["x=uniform:0:1", "y=uniform:0:1"]).unwrap();
        let trial = |number| Observation { number, params: space.at(&[0.5, 0.5]), value: 1.0 };
        assert_eq!(importance(&space, &[trial(0)]), [0.0, 0.0]);
        assert_eq!(importance(&space, &[trial(0), trial(1)]), [0.5, 0.5]);
    }
}
