//! Golden values from scikit-learn, scikit-optimize and SciPy (`docs/reference/search.py`).

use approx::assert_relative_eq;
use serde::Deserialize;

use super::{Matern52, Regression, expected_improvement};
use crate::sampler::Sobol;

#[derive(Deserialize)]
struct Goldens {
    processes: Vec<Process>,
    sobol: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Process {
    lengths: Vec<f64>,
    variance: f64,
    noise: f64,
    points: Vec<Vec<f64>>,
    values: Vec<f64>,
    log_likelihood: f64,
    log_likelihood_gradient: Vec<f64>,
    at: Vec<Vec<f64>>,
    mean: Vec<f64>,
    deviation: Vec<f64>,
    best: f64,
    expected_improvement: Vec<f64>,
}

fn goldens() -> Goldens {
    serde_json::from_str(include_str!("../../goldens/search.json")).unwrap()
}

const TOLERANCE: f64 = 1e-8;

#[test]
fn likelihood_posterior_and_expected_improvement_are_scikit_learns() {
    for golden in goldens().processes {
        let kernel = Matern52 { lengths: golden.lengths, variance: golden.variance };
        let process = Regression::new(kernel, golden.noise, golden.points, &golden.values).unwrap();
        let close = |a: f64, b: f64| {
            assert_relative_eq!(a, b, epsilon = TOLERANCE, max_relative = TOLERANCE);
        };
        close(process.log_likelihood(), golden.log_likelihood);
        let gradient = process.log_likelihood_gradient();
        assert_eq!(gradient.len(), golden.log_likelihood_gradient.len());
        for (a, b) in gradient.iter().zip(&golden.log_likelihood_gradient) {
            close(*a, *b);
        }
        for (i, point) in golden.at.iter().enumerate() {
            let (mean, deviation) = process.at(point);
            close(mean, golden.mean[i]);
            close(deviation, golden.deviation[i]);
            let (improvement, _) = expected_improvement(mean, deviation, golden.best);
            close(improvement, golden.expected_improvement[i]);
        }
    }
}

#[test]
fn gradients_are_those_of_central_differences() {
    const H: f64 = 1e-6;
    for golden in goldens().processes {
        let kernel = Matern52 { lengths: golden.lengths, variance: golden.variance };
        let process = Regression::new(kernel, golden.noise, golden.points, &golden.values).unwrap();
        for point in &golden.at {
            let posterior = process.posterior(point);
            let (mean, deviation) = process.at(point);
            assert_eq!((posterior.mean, posterior.deviation), (mean, deviation));
            let (_, [by_mean, by_deviation]) = expected_improvement(mean, deviation, golden.best);
            for k in 0..point.len() {
                let beside = |h: f64| {
                    let mut beside = point.clone();
                    beside[k] += h;
                    let (mean, deviation) = process.at(&beside);
                    (mean, deviation, expected_improvement(mean, deviation, golden.best).0)
                };
                let (above, below) = (beside(H), beside(-H));
                let slope = |a: f64, b: f64| (a - b) / (2.0 * H);
                let (m, d) = (posterior.mean_gradient[k], posterior.deviation_gradient[k]);
                let close = |a: f64, b: f64| {
                    assert_relative_eq!(a, b, epsilon = 1e-6, max_relative = 1e-6);
                };
                close(m, slope(above.0, below.0));
                close(d, slope(above.1, below.1));
                close(by_mean * m + by_deviation * d, slope(above.2, below.2));
            }
        }
    }
}

#[test]
fn the_sobol_sequence_is_scipys() {
    let golden = goldens().sobol;
    for (index, expected) in golden.iter().enumerate() {
        let point = Sobol::point(index as u32, Sobol::DIMENSIONS);
        let point: Vec<f64> = point.iter().map(|&x| f64::from(x) / 2_f64.powi(32)).collect();
        assert_eq!(&point, expected, "point {index}");
    }
}
