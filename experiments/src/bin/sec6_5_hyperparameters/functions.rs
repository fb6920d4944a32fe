//! Functions with known minima, to judge samplers by.

use std::f64::consts::{PI, TAU};

use search::{Distribution, Params, Space, Value};

/// A function of real numbers with a known minimum.
pub struct TestFunction {
    /// Its name in figures.
    pub title: &'static str,
    /// Its name in `metrics.csv`.
    pub name: &'static str,
    /// The number of evaluations.
    pub trials: u64,
    /// Lower and upper end of each argument.
    pub bounds: &'static [(f64, f64)],
    /// Its minimum within the bounds.
    pub least: f64,
    /// The function.
    pub value: fn(&[f64]) -> f64,
}

impl TestFunction {
    /// Its domain as a space.
    pub fn space(&self) -> Space {
        let dimension = |(k, &(low, high)): (usize, &(f64, f64))| {
            (format!("x{}", k + 1), Distribution::Uniform { low, high })
        };
        Space::of(self.bounds.iter().enumerate().map(dimension))
    }

    /// The value at `params` less the minimum.
    pub fn regret(&self, params: &Params) -> f64 {
        let real = |value: &Value| match value {
            Value::Float(x) => *x,
            other => unreachable!("a space of real numbers, found {other}"),
        };
        let x: Vec<f64> = params.iter().map(|(_, value)| real(value)).collect();
        (self.value)(&x) - self.least
    }
}

/// Branin's function of two arguments with three global minima, and Hartmann's of six arguments
/// with six local minima, as in Snoek et al. 2012 and most papers since; constants from Dixon &
/// Szegő 1978.
pub const FUNCTIONS: [TestFunction; 2] = [
    TestFunction {
        title: "Branin",
        name: "branin",
        trials: 40,
        bounds: &[(-5.0, 10.0), (0.0, 15.0)],
        least: 0.397_887_357_729_738_1,
        value: branin,
    },
    TestFunction {
        title: "Hartmann-6",
        name: "hartmann6",
        trials: 60,
        bounds: &[(0.0, 1.0); 6],
        least: -3.322_368_011_415_512,
        value: hartmann6,
    },
];

fn branin(x: &[f64]) -> f64 {
    let b = 5.1 / (4.0 * PI * PI);
    let bowl = x[1] - b * x[0] * x[0] + 5.0 / PI * x[0] - 6.0;
    bowl * bowl + 10.0 * (1.0 - 1.0 / (4.0 * TAU)) * libm::cos(x[0]) + 10.0
}

const ALPHA: [f64; 4] = [1.0, 1.2, 3.0, 3.2];
const A: [[f64; 6]; 4] = [
    [10.0, 3.0, 17.0, 3.5, 1.7, 8.0],
    [0.05, 10.0, 17.0, 0.1, 8.0, 14.0],
    [3.0, 3.5, 1.7, 10.0, 17.0, 8.0],
    [17.0, 8.0, 0.05, 10.0, 0.1, 14.0],
];
const P: [[f64; 6]; 4] = [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

fn hartmann6(x: &[f64]) -> f64 {
    let hump = |((alpha, a), p): ((&f64, &[f64; 6]), &[f64; 6])| {
        let squares = a.iter().zip(p).zip(x).map(|((a, p), x)| a * (x - p) * (x - p));
        alpha * libm::exp(-squares.sum::<f64>())
    };
    -ALPHA.iter().zip(&A).zip(&P).map(hump).sum::<f64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_values_are_where_the_literature_has_them() {
        let hartmann = [0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573];
        let places: [&[&[f64]]; 2] =
            [&[&[-PI, 12.275], &[PI, 2.275], &[9.42478, 2.475]], &[&hartmann]];
        for (function, places) in FUNCTIONS.iter().zip(places) {
            for place in places {
                let regret = (function.value)(place) - function.least;
                assert!((-1e-12..1e-5).contains(&regret), "{}: {regret}", function.name);
            }
        }
    }
}
