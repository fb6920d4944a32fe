//! What the machine allows and how near a training step comes to it, as a line of JSON: the peak of
//! multiply-adds of a core, the products of a step of 784-100×4-10 at batch 128 alone, with all
//! pixels and with those that are not zero, and whole steps, which take the latter.
//!
//! A rate counts the multiplications and additions that were asked for: with zeros left out, fewer.
//!
//! Everything is on one thread and measured by turns, the best of many tries: whatever else runs
//! only slows a try down.

use std::time::Instant;

use benches::peak;
use benches::step::{Pixels, Step, flop, products_seconds};
use kernels::{Instructions, Scalar};
use layers::MultiLayerNet;
use optimizers::{Adam, Optimizer, Rule, Sgd};
use serde_json::{Value, json};

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
    let [mut dense, mut products, mut with_sgd, mut with_adam] = [f64::INFINITY; 4];
    let mut gflops = 0.0;
    for _ in 0..ROUNDS {
        gflops = peak().max(gflops);
        dense = products_seconds::<T>(&WIDTHS, BATCH, Pixels::Dense, TRIES).min(dense);
        products = products_seconds::<T>(&WIDTHS, BATCH, Pixels::Sparse, TRIES).min(products);
        with_sgd = best(|| sgd.run()).min(with_sgd);
        with_adam = best(|| adam.run()).min(with_adam);
    }
    let rate = |pixels, seconds| flop(&WIDTHS, BATCH, pixels) as f64 / seconds / 1e9;
    let (of_dense, of_sparse) = (rate(Pixels::Dense, dense), rate(Pixels::Sparse, products));
    json!({
        "peak_gflops": gflops,
        "dense_products_us": dense * 1e6,
        "dense_products_gflops": of_dense,
        "dense_products_share_of_peak": of_dense / gflops,
        "products_us": products * 1e6,
        "products_gflops": of_sparse,
        "products_share_of_peak": of_sparse / gflops,
        "sgd_step_us": with_sgd * 1e6,
        "products_share_of_sgd_step": products / with_sgd,
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
        "instructions": Instructions::best().name(),
        "f32": measure::<f32>(|| peak::gflops().0),
        "f64": measure::<f64>(|| peak::gflops().1),
    });
    println!("{report}");
}
