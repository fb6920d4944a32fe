//! Ten updates of a 784-100×4-10 network on batches of 128 images as sparse as digits, one network
//! and four side by side, and an evaluation of section 6.4: 10,300 images by 784-100×6-10.

use std::hint::black_box;
use std::ops::ControlFlow;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use init::Seed;
use kernels::ByteRows;
use layers::MultiLayerNet;
use optimizers::OptimizerKind;
use training::{Contestant, Plan, Samples, train};

/// Aligns matrices to cache lines, as the programs in `experiments` do.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

const PIXELS: usize = 784;

fn digits(count: usize) -> Samples {
    // A fifth of the pixels of a digit are not zero, and they are in runs.
    let pixel = |at: usize| {
        if (at / PIXELS + 3 * (at % PIXELS / 7)).is_multiple_of(5) { 153 } else { 0 }
    };
    let bytes: Vec<u8> = (0..count * PIXELS).map(pixel).collect();
    let labels = (0..count).map(|i| (i % 10) as u8).collect();
    Samples::new(ByteRows::new(bytes.chunks_exact(PIXELS)), labels)
}

fn updates(criterion: &mut Criterion) {
    let samples = digits(10_000);
    let network = MultiLayerNet::new(PIXELS, &[100; 4], 10);
    for count in [1, 4] {
        let new = |i| {
            let seed = Seed::new(1).unit(i);
            Contestant::<f32>::new(&network, OptimizerKind::Sgd, seed).expect("fixed settings")
        };
        criterion.bench_function(&format!("10 updates/{count}"), |bencher| {
            // New ones each time: updates that a contestant has done are passed over.
            let contestants = || (0..count).map(new).collect::<Vec<_>>();
            let once = |mut contestants: Vec<_>| {
                let plan = Plan::updates(10, 128);
                let observe = |moment: training::Moment<'_, f32>| {
                    black_box(moment.loss);
                    ControlFlow::Continue(())
                };
                let ended = train(&mut contestants, &samples, plan, Seed::new(2), &observe);
                (contestants, ended)
            };
            bencher.iter_batched(contestants, once, BatchSize::LargeInput);
        });
    }
}

fn evaluation(criterion: &mut Criterion) {
    let images = digits(10_300);
    let network = MultiLayerNet::new(PIXELS, &[100; 6], 10);
    let mut network = network.build::<f32>(Seed::new(1)).expect("fixed settings");
    for threads in [1, 2] {
        criterion.bench_function(&format!("10,300 images/{threads} threads"), |bencher| {
            bencher.iter(|| images.accuracy(&mut network, threads));
        });
    }
}

criterion_group!(benches, updates, evaluation);
criterion_main!(benches);
