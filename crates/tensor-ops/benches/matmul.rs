//! The matrix products of one training step of 784-100-…-10 at batch 128 (and the first of one at
//! batch 100, of sections 6.3 to 6.5), and of a block in evaluation; one thread.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nalgebra::DMatrix;
use tensor_ops::{
    Operand::{self, Plain, Transposed},
    Scalar, matmul,
};

/// As in programs that train networks, and so that a measurement does not depend on where a matrix begins.
#[global_allocator]
static ALLOCATOR: tensor_ops::LineAllocator = tensor_ops::LineAllocator;

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

fn products<T: Scalar>(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("matmul {}", T::NAME));
    for (name, m, k, n, ta, tb) in PRODUCTS {
        let fill = |r, c| DMatrix::from_fn(r, c, |i, j| T::of(((i * 7 + j * 3) % 11) as f64 - 5.0));
        let a = if ta { fill(k, m) } else { fill(m, k) };
        let b = if tb { fill(n, k) } else { fill(k, n) };
        let mut out = DMatrix::zeros(m, n);
        let op = |t, x| -> Operand<'_, T> { if t { Transposed(x) } else { Plain(x) } };
        group.throughput(Throughput::Elements((2 * m * k * n) as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |bench| {
            bench.iter(|| matmul(op(ta, &a), op(tb, &b), None, &mut out));
        });
    }
    group.finish();
}

criterion_group!(benches, products::<f32>, products::<f64>);
criterion_main!(benches);
