//! The matrix products of a training step of a 784-100-…-10 network at batch 128, of evaluation in
//! blocks of 256, and of the first layer at batch 100 (sections 6.3 to 6.5). One thread.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kernels::{Epilogue, MatrixRef, Scalar, matmul};

/// As in programs that train networks. It also makes timings independent of where a matrix begins.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

/// (name, m, k, n, transposed a, transposed b)
const PRODUCTS: [(&str, usize, usize, usize, bool, bool); 8] = [
    ("forward 128x784x100", 128, 784, 100, false, false),
    ("forward 128x100x100", 128, 100, 100, false, false),
    ("weights 784x128x100", 784, 128, 100, true, false),
    ("weights 100x128x100", 100, 128, 100, true, false),
    ("input 128x100x100", 128, 100, 100, false, true),
    ("evaluate 256x784x100", 256, 784, 100, false, false),
    ("scores 128x100x10", 128, 100, 10, false, false),
    ("forward 100x784x100", 100, 784, 100, false, false),
];

fn factor<T: Scalar>(values: &[T], shape: (usize, usize), transposed: bool) -> MatrixRef<'_, T> {
    if transposed {
        MatrixRef::row_major(values, shape)
    } else {
        MatrixRef::column_major(values, shape)
    }
}

fn products<T: Scalar>(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("matmul {}", T::NAME));
    for (name, m, k, n, ta, tb) in PRODUCTS {
        let fill = |count| -> Vec<T> { (0..count).map(|i| T::of((i % 11) as f64 - 5.0)).collect() };
        let (a, b, mut out) = (fill(m * k), fill(k * n), fill(m * n));
        let (a, b) = (factor(&a, (m, k), ta), factor(&b, (k, n), tb));
        group.throughput(Throughput::Elements((2 * m * k * n) as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |bench| {
            bench.iter(|| matmul(a, b, None, Epilogue::None, &mut out));
        });
    }
    group.finish();
}

criterion_group!(benches, products::<f32>, products::<f64>);
criterion_main!(benches);
