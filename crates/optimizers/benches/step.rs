//! One step of every rule on the parameters of a 784-100-100-100-100-10 network in f32.
//!
//! The throughput counts each read and each write of an array. `memory bound` moves the four arrays
//! of Adam with almost no arithmetic, which shows the limit of the machine.

use std::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use num_traits::Float;
use optimizers::{
    AdaDelta, AdaGrad, AdaMax, Adam, AmsGrad, Decay, Lion, Momentum, NAdam, Nesterov, RAdam, Range,
    RmsProp, Rule, Sgd, Slot, clip_total_norm,
};
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

/// Aligns every array to a cache line, as in programs that train networks, so that measurements do
/// not depend on where an array happens to begin.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

const WIDTHS: [usize; 6] = [784, 100, 100, 100, 100, 10];

/// Reads g, reads and writes W, m and v, as Adam does.
#[derive(Debug, Clone)]
struct MemoryBound {
    lr: f64,
}

impl Rule<2> for MemoryBound {
    const NAME: &'static str = "memory bound";
    const STATE: [&'static str; 2] = ["m", "v"];

    fn lr(&mut self) -> &mut f64 {
        &mut self.lr
    }

    fn hyperparameters(&mut self) -> Vec<(&'static str, &mut f64, Range)> {
        Vec::new()
    }

    fn update<T: Float + 'static>(&self, _t: u64) -> impl Fn(&mut [T], &[T], [&mut [T]; 2]) {
        |value, grad, [m, v]| {
            for (((w, &g), m), v) in value.iter_mut().zip(grad).zip(m).zip(v) {
                *m = *m + g;
                *v = *v - g;
                *w = *w + g;
            }
        }
    }
}

/// Values and gradients of the network's weights and biases, layer by layer.
struct Network(Vec<(Vec<f32>, Vec<f32>)>);

impl Network {
    fn new() -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(6);
        let mut array = |len| (0..len).map(|_| rng.random_range(-1.0..1.0)).collect::<Vec<f32>>();
        let lens = WIDTHS.windows(2).flat_map(|w| [w[0] * w[1], w[1]]);
        Self(lens.map(|len| (array(len), array(len))).collect())
    }

    fn slots(&mut self) -> Vec<Slot<'_, f32>> {
        let arrays = self.0.iter_mut().enumerate();
        arrays.map(|(i, (value, grad))| Slot { value, grad, decay: i % 2 == 0 }).collect()
    }

    fn bytes(&self, arrays_touched: usize) -> Throughput {
        let parameters: usize = self.0.iter().map(|(value, _)| value.len()).sum();
        Throughput::Bytes((parameters * arrays_touched * size_of::<f32>()) as u64)
    }
}

fn bench<R: Rule<N>, const N: usize>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    rule: R,
    decay: Decay,
) {
    let mut network = Network::new();
    let mut optimizer = rule.build_with::<f32>(decay).unwrap();
    group.throughput(network.bytes(3 + 2 * N));
    let mut slots = network.slots();
    group.bench_function(name, |b| b.iter(|| optimizer.step(black_box(&mut slots)).unwrap()));
}

fn step(c: &mut Criterion) {
    let mut group = c.benchmark_group("step 784-100x4-10 f32");
    let group = &mut group;
    bench(group, "memory bound", MemoryBound { lr: 0.0 }, Decay::None);
    bench(group, "sgd", Sgd::default(), Decay::None);
    bench(group, "momentum", Momentum::default(), Decay::None);
    bench(group, "nesterov", Nesterov::default(), Decay::None);
    bench(group, "adagrad", AdaGrad::default(), Decay::None);
    bench(group, "rmsprop", RmsProp::default(), Decay::None);
    bench(group, "adadelta", AdaDelta::default(), Decay::None);
    bench(group, "adam", Adam::default(), Decay::None);
    bench(group, "adam, L2", Adam::default(), Decay::L2(1e-4));
    bench(group, "adamw", Adam::default(), Decay::Decoupled(1e-2));
    bench(group, "adamax", AdaMax::default(), Decay::None);
    bench(group, "amsgrad", AmsGrad::default(), Decay::None);
    bench(group, "nadam", NAdam::default(), Decay::None);
    bench(group, "radam", RAdam::default(), Decay::None);
    bench(group, "lion", Lion::default(), Decay::None);
}

fn clip(c: &mut Criterion) {
    let mut group = c.benchmark_group("clip 784-100x4-10 f32");
    let mut network = Network::new();
    group.throughput(network.bytes(1));
    let mut slots = network.slots();
    group.bench_function("total norm", |b| {
        b.iter(|| clip_total_norm(black_box(&mut slots), 1e9).unwrap());
    });
}

criterion_group!(benches, step, clip);
criterion_main!(benches);
