//! Compares optimizers with their default settings on the same batches of synthetic digits.
//!
//! `cargo run -p training --example race -- sgd adam lion`

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::sync::Mutex;

use init::Seed;
use kernels::ByteRows;
use layers::MultiLayerNet;
use optimizers::OptimizerKind;
use training::{Contestant, Moment, Plan, Samples, train};

const EVERY: usize = 25;

fn run() -> Result<(), Box<dyn std::error::Error>> {
    let names: Vec<String> = std::env::args().skip(1).collect();
    let names = if names.is_empty() {
        ["sgd", "momentum", "adam"].map(str::to_owned).to_vec()
    } else {
        names
    };
    let kinds = names.iter().map(|name| name.parse()).collect::<Result<Vec<OptimizerKind>, _>>()?;

    let digits = mnist_io::synthetic(1, 2000, 1).train;
    let rows = (0..digits.labels.len()).map(|i| digits.images.image(i));
    let samples = Samples::new(ByteRows::new(rows), digits.labels);

    let network = MultiLayerNet::new(samples.features(), &[100, 100], 10);
    let contestant = |&kind| Contestant::new(&network, kind, Seed::new(1));
    let mut contestants = kinds.iter().map(contestant).collect::<Result<Vec<_>, _>>()?;

    let plan = Plan::updates(200, 100);
    let losses = Mutex::new(vec![vec![0.0; kinds.len()]; plan.iterations() / EVERY]);
    let observe = |moment: Moment<'_, f32>| {
        if moment.iteration.is_multiple_of(EVERY) {
            let mut losses = losses.lock().expect("no observer panics");
            losses[moment.iteration / EVERY][moment.contestant] = moment.loss;
        }
        ControlFlow::Continue(())
    };
    let _never_ended = train(&mut contestants, &samples, plan, Seed::new(7), &observe);

    print!("{:>8}", "update");
    kinds.iter().for_each(|kind| print!("{kind:>10}"));
    for (row, losses) in losses.into_inner()?.iter().enumerate() {
        print!("\n{:>8}", row * EVERY);
        losses.iter().for_each(|loss| print!("{loss:>10.3}"));
    }
    print!("\naccuracy");
    for contestant in &mut contestants {
        print!("{:>10.3}", samples.accuracy(&mut contestant.network, 1));
    }
    println!();
    Ok(())
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
