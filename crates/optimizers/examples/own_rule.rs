//! An optimizer of one's own beside Adam, on two functions of two variables: a ravine and
//! Rosenbrock's valley. A rule is its hyperparameters and its formula; steps, state, weight decay
//! and checks come with it. Each gets the best of five learning rates.
//!
//! ```text
//! cargo run -p optimizers --example own_rule
//! ```

use num_traits::Float;
use optimizers::{Adam, Optimizer, OptimizerError, Range, Rule, Slot};

/// Signum: v := α·v + (1−α)·g, W := W − η·sign(v). (Bernstein et al. 2018, arXiv:1802.04434)
#[derive(Clone, Debug)]
struct Signum {
    lr: f64,
    momentum: f64,
}

impl Rule<1> for Signum {
    const NAME: &'static str = "signum";
    const STATE: [&'static str; 1] = ["v"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        vec![("momentum", &mut self.momentum, Range::FRACTION)]
    }

    fn update<T: Float + 'static>(&self, _: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 1]) {
        let [lr, alpha] = [self.lr, self.momentum].map(|x| T::from(x).unwrap_or_else(T::nan));
        move |w, g, [v]| {
            for ((w, &g), v) in w.iter_mut().zip(g).zip(v) {
                *v = alpha * *v + (T::one() - alpha) * g;
                *w = *w - lr * v.signum();
            }
        }
    }
}

/// The function's name, start, value and gradient.
type Function = (&'static str, [f64; 2], fn([f64; 2]) -> f64, fn([f64; 2]) -> [f64; 2]);

const FUNCTIONS: [Function; 2] = [
    ("ravine", [-7.0, 2.0], |[x, y]| x * x / 20.0 + y * y, |[x, y]| [x / 10.0, 2.0 * y]),
    (
        "rosenbrock",
        [-1.0, 1.0],
        |[x, y]| (1.0 - x).powi(2) + 100.0 * (y - x * x).powi(2),
        |[x, y]| [2.0 * (x - 1.0) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)],
    ),
];

/// The values reached by Signum and Adam, function by function.
pub fn compare(steps: usize) -> Result<Vec<[f64; 2]>, OptimizerError> {
    let reached = |&(_, start, f, gradient): &Function, mut optimizer: Box<dyn Optimizer<f64>>| {
        let mut point = start;
        for _ in 0..steps {
            let mut grad = gradient(point);
            optimizer.step(&mut [Slot { value: &mut point, grad: &mut grad, decay: false }])?;
        }
        Ok(f(point))
    };
    let mut table = Vec::new();
    println!("{:<12}{:>10}{:>10}", "", Signum::NAME, Adam::NAME);
    for function in &FUNCTIONS {
        let mut best = [f64::INFINITY; 2];
        for lr in [0.001, 0.01, 0.03, 0.1, 0.3] {
            let rules =
                [Signum { lr, momentum: 0.9 }.build()?, Adam { lr, ..Adam::default() }.build()?];
            for (best, rule) in best.iter_mut().zip(rules) {
                *best = best.min(reached(function, rule)?);
            }
        }
        println!("{:<12}{:>10.1e}{:>10.1e}", function.0, best[0], best[1]);
        table.push(best);
    }
    Ok(table)
}

fn main() -> Result<(), OptimizerError> {
    compare(300).map(|_| ())
}
