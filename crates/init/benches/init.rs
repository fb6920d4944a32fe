//! Filling the weights of 784-100: 78,400 draws each.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use init::{Initializer, Purpose, Seed};
use nalgebra::DMatrix;

fn fill(c: &mut Criterion) {
    let mut group = c.benchmark_group("fill 784x100 f32");
    let mut w = DMatrix::<f32>::zeros(784, 100);
    group.throughput(Throughput::Elements(w.len() as u64));
    for name in ["he", "he-uniform", "orthogonal"] {
        let initializer: Initializer = name.parse().expect("a name from the table");
        let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| initializer.fill(&mut w, &mut rng));
        });
    }
    group.finish();
}

criterion_group!(benches, fill);
criterion_main!(benches);
