//! One training step of the chapter's networks, one thread: forward, backward, update, and the
//! second forward for the loss after it.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use init::Seed;
use layers::{Mode, MultiLayerNet};
use nalgebra::DMatrix;
use optimizers::{Adam, Optimizer, Rule, Sgd};

const BATCH: usize = 128;

fn steps(c: &mut Criterion) {
    let mut group = c.benchmark_group("step 784-100x4-10, batch 128, f32");
    group.throughput(Throughput::Elements(BATCH as u64));
    // About as many pixels of a digit are not 0.
    let pixel = |i: usize, j: usize| if (i * 31 + j * 7).is_multiple_of(5) { 0.6 } else { 0.0 };
    let x = DMatrix::<f32>::from_fn(BATCH, 784, pixel);
    let labels: Vec<usize> = (0..BATCH).map(|i| i % 10).collect();
    let plain = MultiLayerNet::new(784, &[100; 4], 10);
    let cases: [(&str, MultiLayerNet, Box<dyn Optimizer<f32>>); 3] = [
        ("sgd", plain.clone(), Sgd::default().build().expect("the book's default")),
        ("adam", plain.clone(), Adam::default().build().expect("the book's default")),
        (
            "sgd, batch norm",
            plain.batch_norm(true),
            Sgd::default().build().expect("the book's default"),
        ),
    ];
    for (name, network, mut optimizer) in cases {
        let mut network = network.build::<f32>(Seed::new(1)).expect("fixed settings are valid");
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| {
                network.gradient(&x, &labels);
                optimizer.step(&mut network).expect("the same network in every step");
                network.loss(&x, &labels, Mode::Eval)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, steps);
criterion_main!(benches);
