//! The path of an optimizer on a function of two variables, as CSV.
//!
//! ```text
//! cargo run -p optimizers --example path                 # Adam at its default rate
//! cargo run -p optimizers --example path -- momentum 0.1
//! ```
//!
//! Change `f`, `gradient` and `START` for a function of your own.

use std::env::args;
use std::error::Error;
use std::process::ExitCode;

use optimizers::{OptimizerKind, Slot};

const START: [f64; 2] = [-7.0, 2.0];
const POINTS: usize = 30;

/// The ravine of the book's section 6.1.7.
fn f([x, y]: [f64; 2]) -> f64 {
    x * x / 20.0 + y * y
}

fn gradient([x, y]: [f64; 2]) -> [f64; 2] {
    [x / 10.0, 2.0 * y]
}

fn run() -> Result<(), Box<dyn Error>> {
    let kind: OptimizerKind = args().nth(1).as_deref().unwrap_or("adam").parse()?;
    let mut optimizer = kind.build()?;
    if let Some(lr) = args().nth(2) {
        optimizer.set_lr(lr.parse().map_err(|e| format!("learning rate {lr:?}: {e}"))?)?;
    }

    println!("step,x,y,f");
    let mut point = START;
    for step in 0..POINTS {
        println!("{step},{},{},{}", point[0], point[1], f(point));
        let mut grad = gradient(point);
        optimizer.step(&mut [Slot { value: &mut point, grad: &mut grad, decay: true }])?;
    }
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("path: {error}");
            ExitCode::from(2)
        }
    }
}
