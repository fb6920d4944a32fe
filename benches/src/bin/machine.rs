//! What the machine allows and how near a training step comes to it, as a line of JSON: the peak of
//! multiply-adds of a core, the products of a step of 784-100×4-10 at batch 128 alone, and whole steps.
//!
//! Everything is on one thread and measured by turns, the best of many tries: whatever else runs only
//! slows a try down.

use std::time::Instant;

use benches::peak;
use benches::step::{Step, flop, products_seconds};
use layers::MultiLayerNet;
use optimizers::{Adam, Optimizer, Rule, Sgd};
use serde_json::{Value, json};
use tensor_ops::Scalar;

const WIDTHS: [usize; 6] = [784, 100, 100, 100, 100, 10];
const BATCH: usize = 128;
const ROUNDS: usize = 10;
const TRIES: usize = 100;

fn measure<T: Scalar>(peak: impl Fn() -> f64) -> Value {
    let step = |optimizer: Box<dyn Optimizer<T>>| {
        Step::<T>::new(MultiLayerNet::new(784, &WIDTHS[1..5], 10), optimizer, BATCH)
    };
    let expected = "the book's defaults are valid";
    let mut sgd = step(Sgd::default().build().expect(expected));
    let mut adam = step(Adam::default().build().expect(expected));
    let [mut gflops, mut products, mut with_sgd, mut with_adam] =
        [0.0, f64::INFINITY, f64::INFINITY, f64::INFINITY];
    for _ in 0..ROUNDS {
        gflops = peak().max(gflops);
        products = products_seconds::<T>(&WIDTHS, BATCH, TRIES).min(products);
        with_sgd = best(|| sgd.run()).min(with_sgd);
        with_adam = best(|| adam.run()).min(with_adam);
    }
    let rate = flop(&WIDTHS, BATCH) as f64 / products / 1e9;
    json!({
        "peak_gflops": gflops,
        "products_gflops": rate,
        "products_share_of_peak": rate / gflops,
        "products_us": products * 1e6,
        "sgd_step_us": with_sgd * 1e6,
        "adam_step_us": with_adam * 1e6,
    })
}

fn best<R>(mut run: impl FnMut() -> R) -> f64 {
    let once = |_| {
        let start = Instant::now();
        std::hint::black_box(run());
        start.elapsed().as_secs_f64()
    };
    (0..TRIES).map(once).fold(f64::INFINITY, f64::min)
}

fn main() {
    let report = json!({
        "instructions": tensor_ops::instructions(),
        "f32": measure::<f32>(|| peak::gflops().0),
        "f64": measure::<f64>(|| peak::gflops().1),
    });
    println!("{report}");
}
