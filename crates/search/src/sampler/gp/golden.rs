//! Golden values from scikit-learn, scikit-optimize and SciPy (`docs/reference/search.py`).

use approx::assert_relative_eq;
use nalgebra::DMatrix;
use serde::Deserialize;

use super::{Matern52, Regression, expected_improvement, rows};
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

impl Process {
    fn regression(&self) -> Regression {
        let kernel = Matern52 { lengths: self.lengths.clone(), variance: self.variance };
        Regression::new(kernel, self.noise, rows(&self.points), &self.values).unwrap()
    }
}

/// Posterior mean and standard deviation at one point.
fn at(process: &Regression, point: &[f64]) -> (f64, f64) {
    process.at(DMatrix::from_row_slice(1, point.len(), point))[0]
}

const TOLERANCE: f64 = 1e-8;

#[test]
fn likelihood_posterior_and_expected_improvement_are_scikit_learns() {
    for golden in goldens().processes {
        let process = golden.regression();
        let close = |a: f64, b: f64| {
            assert_relative_eq!(a, b, epsilon = TOLERANCE, max_relative = TOLERANCE);
        };
        close(process.log_likelihood(), golden.log_likelihood);
        let gradient = process.log_likelihood_gradient();
        assert_eq!(gradient.len(), golden.log_likelihood_gradient.len());
        for (a, b) in gradient.iter().zip(&golden.log_likelihood_gradient) {
            close(*a, *b);
        }
        for (i, (mean, deviation)) in process.at(rows(&golden.at)).into_iter().enumerate() {
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
        let process = golden.regression();
        for point in &golden.at {
            let posterior = process.posterior(point);
            let (mean, deviation) = at(&process, point);
            assert_relative_eq!(posterior.mean, mean, epsilon = TOLERANCE);
            assert_relative_eq!(posterior.deviation, deviation, epsilon = TOLERANCE);
            let (_, [by_mean, by_deviation]) = expected_improvement(mean, deviation, golden.best);
            for k in 0..point.len() {
                let beside = |h: f64| {
                    let mut beside = point.clone();
                    beside[k] += h;
                    let (mean, deviation) = at(&process, &beside);
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
