//! Ten updates of a 784-100×4-10 network on batches of 128 images as sparse as digits: one network,
//! and four side by side.

use std::hint::black_box;
use std::ops::ControlFlow;

use criterion::{Criterion, criterion_group, criterion_main};
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
        let mut contestants: Vec<_> = (0..count).map(new).collect();
        criterion.bench_function(&format!("10 updates/{count}"), |bencher| {
            bencher.iter(|| {
                let plan = Plan::updates(10, 128);
                let observe = |moment: training::Moment<'_, f32>| {
                    black_box(moment.loss);
                    ControlFlow::Continue(())
                };
                train(&mut contestants, &samples, plan, Seed::new(2), &observe)
            });
        });
    }
}

criterion_group!(benches, updates);
criterion_main!(benches);
