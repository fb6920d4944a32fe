//! Filling the weights of the chapter's layers: 784-100 and 100-100.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use init::{Initialize, Initializer, Purpose, Seed};
use kernels::Scalar;
use nalgebra::DMatrix;

fn fill<T: Scalar>(c: &mut Criterion) {
    for (inputs, outputs) in [(784, 100), (100, 100)] {
        let mut group = c.benchmark_group(format!("fill {inputs}x{outputs} {}", T::NAME));
        let mut w = DMatrix::<T>::zeros(inputs, outputs);
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
}

criterion_group!(benches, fill::<f32>, fill::<f64>);
criterion_main!(benches);
