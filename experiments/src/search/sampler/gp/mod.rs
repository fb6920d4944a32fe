//! Bayesian optimisation, to which the notebook points.

mod acquisition;
mod ascent;
mod features;
mod fit;
mod kernel;
mod regression;

#[cfg(test)]
mod golden;

use init::Purpose;
use rand::RngExt;

use super::{Known, Sampler, Sobol};
use crate::search::{Params, Space};
use acquisition::expected_improvement;
use ascent::climb;
use features::Features;
use fit::fit;
use kernel::Matern52;
use regression::Regression;

/// A Gaussian process learns how good each point of the space may be; the next trial is where the
/// expected improvement over the best one is largest.
///
/// The process ([Matérn 5/2](Matern52) with a length scale a hyperparameter, on the unit cube that
/// the space's log scales lead to) is fitted to all finished trials by its most probable length
/// scales, variance and noise; Snoek et al. average over them instead. The first 2·d + 1 trials are a
/// [`Sobol`] design. "Best" is the highest posterior mean at a point that was tried: the largest
/// value seen is often a lucky one. Diverged trials count as the worst value seen. Trials that are
/// still running are taken to come out as the process expects ("kriging believer", Ginsbourger et al.
/// 2010), so that several suggested together lie apart.
///
/// Time grows with the cube of the number of trials: a suggestion after 100 takes about a tenth of a
/// second, after 300 some seconds.
///
/// Reference: Snoek, Larochelle & Adams 2012, *Practical Bayesian Optimization of Machine Learning
/// Algorithms* (arXiv:1206.2944).
#[derive(Clone, Copy, Debug, Default)]
pub struct GaussianProcess;

/// Points at which the improvement is looked at, the best of which lead uphill.
const CANDIDATES: u32 = 512;
/// More of them around the best point: so many, at so many distances.
const NEAR: usize = 32;
const DISTANCES: [f64; 3] = [0.1, 0.01, 0.001];
/// How many go uphill.
const CLIMBERS: usize = 5;

impl Sampler for GaussianProcess {
    fn suggest(&self, known: Known<'_>, number: u64) -> Params {
        let learned =
            (number > 2 * known.space.len() as u64).then(|| improve(known, number)).flatten();
        learned.unwrap_or_else(|| Sobol.suggest(known, number))
    }

    fn learns(&self) -> bool {
        true
    }
}

/// The point of largest expected improvement; `None` if there is nothing to learn from yet.
fn improve(known: Known<'_>, number: u64) -> Option<Params> {
    let features = Features::of(known.space);
    let mut points = Vec::new();
    let mut values = Vec::new();
    for trial in known.finished {
        points.push(features.of_unit(&known.space.unit(&trial.params)?));
        values.push(trial.value);
    }
    standardise(&mut values)?;
    let mut process = fit(&points, &values, features.groups())?;
    let best_at = |process: &Regression| {
        let means = points.iter().enumerate().map(|(i, point)| (process.at(point).0, i));
        means.max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let (best, best_index) = best_at(&process)?;
    for params in known.pending {
        let point = features.of_unit(&known.space.unit(params)?);
        let expected = process.at(&point).0;
        process = process.with(point, expected)?;
    }
    let incumbent = known.space.unit(&known.finished[best_index].params)?;
    let improvement = |unit: &[f64]| {
        let (mean, deviation) = process.at(&features.of_unit(unit));
        expected_improvement(mean, deviation, best).0
    };
    let mut ranked: Vec<(f64, Vec<f64>)> = candidates(known, number, &incumbent)
        .into_iter()
        .map(|unit| (improvement(&unit), unit))
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.truncate(CLIMBERS);
    let bounds = |start: &[f64]| -> Vec<(f64, f64)> {
        let dimensions = known.space.dimensions().iter().zip(start);
        // Whole numbers and choices stay where the candidate has them.
        dimensions.map(|((_, d), &u)| d.count().map_or((0.0, 1.0), |_| (u, u))).collect()
    };
    let ascent = |unit: &[f64]| {
        let posterior = process.posterior(&features.of_unit(unit));
        let (value, [by_mean, by_deviation]) =
            expected_improvement(posterior.mean, posterior.deviation, best);
        let slopes = posterior.mean_gradient.iter().zip(&posterior.deviation_gradient);
        let slopes: Vec<f64> = slopes.map(|(m, d)| by_mean * m + by_deviation * d).collect();
        Some((value, features.to_unit(&slopes)))
    };
    let mut top = ranked.first()?.clone();
    for (_, start) in &ranked {
        if let Some(higher) = climb(ascent, start, &bounds(start), 50).filter(|h| h.0 > top.0) {
            top = higher;
        }
    }
    Some(known.space.at(&top.1))
}

/// Values of mean 0 and variance 1, diverged trials (NaN) as the worst; `None` without two numbers.
fn standardise(values: &mut [f64]) -> Option<()> {
    let numbers = || values.iter().copied().filter(|v| v.is_finite());
    let worst = numbers().reduce(f64::min).filter(|_| numbers().nth(1).is_some())?;
    for value in values.iter_mut().filter(|v| !v.is_finite()) {
        *value = worst;
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
    let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    values.iter_mut().for_each(|v| *v = (*v - mean) / deviation);
    Some(())
}

/// Points all over the space, a Sobol set with a shift of its own for each trial, and points around
/// the best one.
fn candidates(known: Known<'_>, number: u64, incumbent: &[f64]) -> Vec<Vec<f64>> {
    let mut rng = known.seed.stream(Purpose::Search, number);
    let shift: Vec<u32> = incumbent.iter().map(|_| rng.random()).collect();
    let mut candidates: Vec<Vec<f64>> = Vec::new();
    for i in 0..CANDIDATES {
        let bits = Sobol::point(i, shift.len()).into_iter().zip(&shift);
        candidates.push(bits.map(|(x, shift)| f64::from(x ^ shift) / 2_f64.powi(32)).collect());
    }
    for distance in DISTANCES {
        for _ in 0..NEAR {
            let step = |u: &f64| u + distance * rng.random_range(-1.0..1.0);
            candidates.push(incumbent.iter().map(step).collect());
        }
    }
    candidates.iter().map(|unit| snap(known.space, unit)).collect()
}

/// The place of the trial that a point of the cube stands for.
fn snap(space: &Space, unit: &[f64]) -> Vec<f64> {
    space.unit(&space.at(unit)).expect("a point of the space")
}
