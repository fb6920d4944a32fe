//! Draws synthetic digits into a folder of four IDX files that any MNIST reader opens.
//!
//! ```text
//! cargo run --release -p mnist-io --example make_digits -- DIR [SEED [TRAIN TEST]]
//! ```
//!
//! Defaults: seed 1, 60,000 training and 10,000 test images, as in MNIST.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize, default: u64| arguments.get(at).map_or(Ok(default), |a| a.parse());
    let (Some(dir), Ok(seed), Ok(train), Ok(test)) =
        (arguments.first(), number(1, 1), number(2, 60_000), number(3, 10_000))
    else {
        eprintln!("usage: make_digits DIR [SEED [TRAIN TEST]]");
        return ExitCode::from(2);
    };
    let digits = mnist_io::synthetic(seed, train as usize, test as usize);
    match mnist_io::save(Path::new(dir), &digits) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(5)
        }
    }
}
