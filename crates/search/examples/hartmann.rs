//! Minimises Hartmann's function of six variables with a Gaussian process, and prints how far the
//! best value is above the minimum: a search whose trials take no time, to measure the sampler by.
//!
//! ```text
//! cargo run --release -p search --example hartmann -- 400   # the number of trials
//! ```

use std::process::ExitCode;

use init::Seed;
use search::pruner::Never;
use search::sampler::GaussianProcess;
use search::{End, Params, Report, Search, Space, StudyError, Value, ranking};

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
const LEAST: f64 = -3.322_368_011_415_512;

fn hartmann(params: &Params) -> f64 {
    let real = |value: &Value| if let Value::Float(x) = value { *x } else { unreachable!() };
    let x: Vec<f64> = params.iter().map(|(_, value)| real(value)).collect();
    let hill = |i: usize| {
        let square: f64 = (0..6).map(|j| A[i][j] * (x[j] - P[i][j]).powi(2)).sum();
        ALPHA[i] * libm::exp(-square)
    };
    -(0..4).map(hill).sum::<f64>()
}

fn main() -> ExitCode {
    let count = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let Some(count) = count.filter(|&count| count > 0) else {
        eprintln!("give the number of trials, as in: hartmann 400");
        return ExitCode::from(2);
    };
    let flags = ["x1", "x2", "x3", "x4", "x5", "x6"].map(|name| format!("{name}=uniform:0:1"));
    let space = Space::parse(flags.iter().map(String::as_str)).expect("the constant is a space");
    let search = Search {
        space: &space,
        sampler: &GaussianProcess::default(),
        pruner: &Never,
        seed: Seed::new(1),
        steps: 1,
        together: 1,
    };
    let trials = search.run::<StudyError>(
        &[],
        0..count,
        &|_, params, observe| {
            let _ = observe(Report::of(0, -hartmann(params)));
            Ok(End::Complete)
        },
        &|_| Ok(()),
    );
    match trials {
        Ok(trials) => {
            println!("{}", -ranking(&trials)[0].value() - LEAST);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("hartmann: {error}");
            ExitCode::FAILURE
        }
    }
}
