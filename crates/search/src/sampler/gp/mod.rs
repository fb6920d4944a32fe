//! Bayesian optimisation.

mod acquisition;
mod ascent;
mod factor;
mod features;
mod fit;
mod kernel;
mod memo;
mod regression;

#[cfg(test)]
mod golden;

use init::Purpose;
use nalgebra::DMatrix;
use rand::RngExt;
use rayon::prelude::*;

use super::{Known, Sampler, Sobol};
use crate::Params;
use acquisition::expected_improvement;
use ascent::climb;
use features::Features;
use fit::{Explanation, chosen, refitted};
use kernel::Matern52;
use memo::{FitData, Memo};
use regression::Regression;

/// Bayesian optimisation: a Gaussian process predicts the value at each point of the space, and the
/// next trial is where the expected improvement over the best point is largest.
///
/// - **Process**: Matérn 5/2 with a length scale per hyperparameter, on the unit cube (log scales
///   are linear there). Length scales, variance and noise are the most probable ones for the
///   finished trials; Snoek et al. average over them instead. They are fitted anew after each of
///   the first 40 trials, then whenever there are a twentieth more, to the trials up to then.
/// - **Start**: the first 2·d + 1 trials are a [`Sobol`] design.
/// - **Best**: the highest posterior mean at a tried point, since the largest value is often a
///   lucky one.
/// - **Diverged trials** count as the worst value; for pruned ones, see
///   [`observations`](crate::observations).
/// - **Running trials** count as if they had ended with the predicted mean, without noise, so that
///   trials suggested together lie apart ("kriging believer", Ginsbourger et al. 2010).
///
/// It remembers the last fit, which saves time and changes no suggestion: without it, the same fit
/// is made again. Where trials are pruned, values of earlier trials change with those of later
/// ones, and each trial needs a fit of its own.
///
/// At most [`Sobol::DIMENSIONS`] dimensions. In six of them, 100 trials are suggested in half a
/// second and 400 in seven, on one core; two share the work.
///
/// Reference: Snoek, Larochelle & Adams 2012, *Practical Bayesian Optimization of Machine Learning
/// Algorithms* (arXiv:1206.2944).
///
/// ```
/// use search::sampler::{GaussianProcess, Known, Observation, Sampler};
/// use search::{Space, Value};
///
/// let space = Space::parse(["lr=log:1e-6:1"])?;
/// let (sampler, mut finished) = (GaussianProcess::default(), Vec::new());
/// for number in 0..15 {
///     let seed = init::Seed::new(7);
///     let known = Known { space: &space, finished: &finished, pending: &[], seed };
///     let params = sampler.suggest(known, number);
///     let Some(Value::Float(lr)) = params.get("lr") else { unreachable!("a real number") };
///     let value = -(lr.log10() + 2.0).powi(2); // highest at lr = 0.01
///     finished.push(Observation { number, params, value });
/// }
/// let best = finished.iter().map(|trial| trial.value).fold(f64::NEG_INFINITY, f64::max);
/// assert!(best > -0.001);
/// # Ok::<(), search::SpaceError>(())
/// ```
#[derive(Debug, Default)]
pub struct GaussianProcess {
    memo: Memo,
}

/// The number of points all over the space at which the improvement is evaluated.
const CANDIDATES: u32 = 512;
/// The number of further points around the best one, at each of these distances.
const NEAR: usize = 32;
const DISTANCES: [f64; 3] = [0.1, 0.01, 0.001];
/// The number of candidates that a thread evaluates at a time, in matrix products.
const TOGETHER: usize = 76;
/// The number of best candidates from which the improvement is maximised.
const CLIMBERS: usize = 5;

impl Sampler for GaussianProcess {
    fn suggest(&self, known: Known<'_>, number: u64) -> Params {
        let learned =
            (number > 2 * known.space.len() as u64).then(|| self.improve(known, number)).flatten();
        learned.unwrap_or_else(|| Sobol.suggest(known, number))
    }

    fn learns(&self) -> bool {
        true
    }
}

impl GaussianProcess {
    /// The parameters with the largest expected improvement; `None` if there are too few values.
    fn improve(&self, known: Known<'_>, number: u64) -> Option<Params> {
        let features = Features::of(known.space);
        let point = |params| Some(features.of_unit(&known.space.unit(params)?));
        let points = known.finished.iter().map(|trial| point(&trial.params));
        let points: Vec<Vec<f64>> = points.collect::<Option<_>>()?;
        let values: Vec<f64> = known.finished.iter().map(|trial| trial.value).collect();
        let explanation = self.explain(&points, &values, &features.groups)?;
        let Explanation { kernel, noise } = explanation;
        let mut process = Regression::new(kernel, noise, rows(&points), &standardised(&values)?)?;
        let means = process.fitted().enumerate();
        let (best_index, best) = means.max_by(|a, b| a.1.total_cmp(&b.1))?;
        for params in known.pending {
            process = process.believing(&point(params)?)?;
        }
        let incumbent = known.space.unit(&known.finished[best_index].params)?;
        let candidates = candidates(known, number, &incumbent);
        let evaluated = candidates.par_chunks(TOGETHER).flat_map_iter(|units| {
            let points: Vec<Vec<f64>> = units.iter().map(|unit| features.of_unit(unit)).collect();
            process.at(rows(&points)).into_iter().zip(units)
        });
        let improvement = |((mean, deviation), unit): ((f64, f64), &Vec<f64>)| {
            (expected_improvement(mean, deviation, best).0, unit.clone())
        };
        let mut ranked: Vec<_> = evaluated.map(improvement).collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        ranked.truncate(CLIMBERS);
        // Late in a search, improvements are tiny: the ascent sees them in units of the largest.
        let scale = ranked.first()?.0.max(1e-100);
        let ascent = |unit: &[f64]| {
            let posterior = process.posterior(&features.of_unit(unit));
            let (value, [by_mean, by_deviation]) =
                expected_improvement(posterior.mean, posterior.deviation, best);
            let slopes = posterior.mean_gradient.iter().zip(&posterior.deviation_gradient);
            let slopes: Vec<f64> =
                slopes.map(|(m, d)| (by_mean * m + by_deviation * d) / scale).collect();
            Some((value / scale, features.to_unit(&slopes)))
        };
        let climbed = ranked.par_iter().filter_map(|(_, start)| {
            // Integers and choices keep the candidate's value.
            let dimensions = known.space.dimensions().iter().zip(start);
            let bounds = dimensions.map(|((_, d), &u)| d.count().map_or((0.0, 1.0), |_| (u, u)));
            climb(ascent, start, &bounds.collect::<Vec<_>>(), 50, 0.1)
        });
        let climbed: Vec<(f64, Vec<f64>)> = climbed.collect();
        let first = (ranked[0].0 / scale, ranked.swap_remove(0).1);
        let top = climbed.into_iter().fold(first, |top, h| if h.0 > top.0 { h } else { top });
        Some(known.space.at(&top.1))
    }

    /// Kernel and noise, fitted to the trials up to the last refit.
    fn explain(
        &self,
        points: &[Vec<f64>],
        values: &[f64],
        groups: &[usize],
    ) -> Option<Explanation> {
        let values = standardised(&values[..refitted(values.len())])?;
        let chosen = chosen(&values);
        let points: Vec<Vec<f64>> = chosen.iter().map(|&i| points[i].clone()).collect();
        let values = chosen.iter().map(|&i| values[i]).collect();
        self.memo.fit(FitData { points: rows(&points), values, groups: groups.to_vec() })
    }
}

/// A matrix with these rows.
fn rows(points: &[Vec<f64>]) -> DMatrix<f64> {
    DMatrix::from_fn(points.len(), points[0].len(), |i, j| points[i][j])
}

/// The values, diverged trials (NaN) with the worst one, scaled to mean 0 and variance 1; `None` if
/// fewer than two are finite.
fn standardised(values: &[f64]) -> Option<Vec<f64>> {
    let numbers = || values.iter().copied().filter(|v| v.is_finite());
    let worst = numbers().reduce(f64::min).filter(|_| numbers().nth(1).is_some())?;
    let finite = |&v: &f64| if v.is_finite() { v } else { worst };
    let mut values: Vec<f64> = values.iter().map(finite).collect();
    // The squares of such numbers would overflow, or vanish.
    let largest = values.iter().fold(0.0_f64, |largest, v| largest.max(v.abs()));
    if largest > 0.0 && !(1e-140..1e140).contains(&largest) {
        values.iter_mut().for_each(|v| *v /= largest);
    }
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
    let deviation = if variance > 0.0 { variance.sqrt() } else { 1.0 };
    values.iter_mut().for_each(|v| *v = (*v - mean) / deviation);
    Some(values)
}

/// Points of the unit cube: a Sobol sequence with its own digital shift for each trial, and points
/// around the best one.
fn candidates(known: Known<'_>, number: u64, incumbent: &[f64]) -> Vec<Vec<f64>> {
    let mut rng = known.seed.stream(Purpose::Search, number);
    let shift: Vec<u32> = incumbent.iter().map(|_| rng.random()).collect();
    let mut candidates: Vec<_> = (0..CANDIDATES).map(|i| Sobol::shifted(i, &shift)).collect();
    for distance in DISTANCES {
        for _ in 0..NEAR {
            let step = |u: &f64| u + distance * rng.random_range(-1.0..1.0);
            candidates.push(incumbent.iter().map(step).collect());
        }
    }
    for candidate in &mut candidates {
        for (u, (_, distribution)) in candidate.iter_mut().zip(known.space.dimensions()) {
            // Integers and choices move to the middle of their cells.
            *u = distribution.unit(&distribution.at(*u)).expect("a value of the distribution");
        }
    }
    candidates
}

#[cfg(test)]
mod tests {
    use init::Seed;

    use super::*;
    use crate::sampler::{Observation, Random};
    use crate::{Distribution, Space, Value};

    /// A hill on a log scale with its top at lr = 10⁻³ and depth 4, higher with tanh.
    fn value(params: &Params) -> f64 {
        let Some(Value::Float(lr)) = params.get("lr") else { panic!("no lr") };
        let Some(Value::Integer(depth)) = params.get("depth") else { panic!("no depth") };
        let tanh = params.get("activation") == Some(&Value::Text("tanh".to_owned()));
        let distance = (libm::log10(*lr) + 3.0).powi(2) + (*depth as f64 - 4.0).powi(2) / 4.0;
        f64::from(u8::from(tanh)) - distance
    }

    fn space() -> Space {
        let flags = ["lr=log:1e-6:1", "depth=int:1:8", "activation=choice:relu,tanh,gelu"];
        Space::parse(flags).unwrap()
    }

    fn search(sampler: &dyn Sampler, seed: u64, together: usize) -> Vec<Observation> {
        let space = space();
        let mut finished: Vec<Observation> = Vec::new();
        for start in (0..30).step_by(together) {
            let mut pending = Vec::new();
            for number in start..(start + together as u64).min(30) {
                let seed = Seed::new(seed);
                let known = Known { space: &space, finished: &finished, pending: &pending, seed };
                pending.push(sampler.suggest(known, number));
            }
            for params in pending {
                let value = value(&params);
                finished.push(Observation { number: finished.len() as u64, params, value });
            }
        }
        finished
    }

    fn best(trials: &[Observation]) -> f64 {
        trials.iter().map(|trial| trial.value).fold(f64::NEG_INFINITY, f64::max)
    }

    #[test]
    fn it_finds_the_top_of_a_hill_where_random_search_does_not() {
        for seed in 0..5 {
            let found = best(&search(&GaussianProcess::default(), seed, 1));
            assert!(found > 0.999, "seed {seed}: {found}");
            assert!(best(&search(&GaussianProcess::default(), seed, 4)) > 0.99);
            assert!(best(&search(&Random, seed, 1)) < 0.99);
        }
    }

    #[test]
    fn trials_that_are_suggested_together_lie_apart() {
        let trials = search(&GaussianProcess::default(), 1, 5);
        for batch in trials[10..].chunks(5) {
            assert_apart(batch.iter().map(|trial| trial.params.clone()).collect());
        }
        // Also where the values are mostly noise.
        let space = space();
        let mut rng = Seed::new(3).stream(Purpose::Search, 0);
        let noisy = |trial: &Observation| Observation {
            value: 0.1 * trial.value + rng.random_range(-1.0..1.0),
            ..trial.clone()
        };
        let finished: Vec<Observation> = trials.iter().map(noisy).collect();
        let mut pending = Vec::new();
        for number in 30..38 {
            let known =
                Known { space: &space, finished: &finished, pending: &pending, seed: Seed::new(1) };
            pending.push(GaussianProcess::default().suggest(known, number));
        }
        assert_apart(pending);
    }

    fn assert_apart(suggested: Vec<Params>) {
        for (i, params) in suggested.iter().enumerate() {
            assert!(!suggested[..i].contains(params), "twice: {params:?}");
        }
    }

    #[test]
    fn a_suggestion_follows_from_the_history_and_survives_failures_in_it() {
        let space = space();
        let mut finished = search(&GaussianProcess::default(), 2, 1);
        let suggest = |finished: &[Observation]| {
            let seed = Seed::new(2);
            let known = Known { space: &space, finished, pending: &[], seed };
            GaussianProcess::default().suggest(known, 30)
        };
        assert_eq!(suggest(&finished), suggest(&finished));
        finished[3].value = f64::NAN;
        assert!(space.unit(&suggest(&finished)).is_some());
        finished.iter_mut().for_each(|trial| trial.value = f64::NAN);
        assert!(space.unit(&suggest(&finished)).is_some());
        finished.iter_mut().for_each(|trial| trial.value = 1.0);
        assert!(space.unit(&suggest(&finished)).is_some());
        finished.iter_mut().for_each(|trial| trial.params = space.at(&[0.5; 3]));
        assert!(space.unit(&suggest(&finished)).is_some());
        // More trials may be suggested together than the start has.
        assert!(space.unit(&suggest(&[])).is_some());
    }

    #[test]
    fn neither_what_is_remembered_nor_the_number_of_threads_changes_a_suggestion() {
        let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        let (space, trials) = (space(), search(&GaussianProcess::default(), 4, 1));
        for trial in &trials {
            let (finished, seed) = (&trials[..trial.number as usize], Seed::new(4));
            let known = Known { space: &space, finished, pending: &[], seed };
            let suggest = || GaussianProcess::default().suggest(known, trial.number);
            assert_eq!(one_thread.install(suggest), trial.params);
        }
    }

    /// With an overflow, no suggestion came to an end.
    #[test]
    fn values_of_any_size_are_learned_from_alike() {
        let of_size =
            |size: f64| standardised(&[-1.0, 0.25, f64::NAN, 0.5].map(|v| v * size)).unwrap();
        let expected = of_size(1.0);
        for size in [1e-320, 1e-170, 1e150, f64::MAX] {
            for (value, expected) in of_size(size).iter().zip(&expected) {
                assert!((value - expected).abs() < 1e-3, "{size}: {value}, not {expected}");
            }
        }
    }

    #[test]
    fn a_single_dimension_of_any_kind_works() {
        for distribution in ["uniform:0:1", "int:2:2", "choice:a,b"] {
            let distribution: Distribution = distribution.parse().unwrap();
            let space = Space::of([("x", distribution)]);
            let mut finished = Vec::new();
            for number in 0..12 {
                let seed = Seed::new(1);
                let known = Known { space: &space, finished: &finished, pending: &[], seed };
                let params = GaussianProcess::default().suggest(known, number);
                finished.push(Observation { number, params, value: number as f64 });
            }
        }
    }
}
