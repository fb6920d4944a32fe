//! The operations other than matrix products: reductions, softmax, im2col and col2im. `f32`, one
//! thread.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use nalgebra::DMatrix;
use tensor_ops::reduce::{self, Over};
use tensor_ops::softmax::{log_sum_exp, softmax};
use tensor_ops::{ImageShape, Window, col2im, im2col};

/// As in programs that train networks. It also makes timings independent of where a matrix begins.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

const BATCH: usize = 128;

fn matrix(rows: usize, columns: usize) -> DMatrix<f32> {
    DMatrix::from_fn(rows, columns, |i, j| ((i * 7 + j * 3) % 11) as f32 - 5.0)
}

/// Sums and variances of a mini-batch, for bias gradients and batch normalisation; then a
/// classifier's scores.
fn reductions(c: &mut Criterion) {
    let mut group = c.benchmark_group("reduce 128x100 f32");
    let x = matrix(BATCH, 100);
    group.throughput(Throughput::Elements(x.len() as u64));
    let (mut means, mut out) = (vec![0.0; 100], vec![0.0; 100]);
    group.bench_function("sum", |b| b.iter(|| reduce::sum(black_box(&x), Over::Rows, &mut out)));
    reduce::mean(&x, Over::Rows, &mut means);
    group.bench_function("variance", |b| {
        b.iter(|| reduce::variance(black_box(&x), Over::Rows, &means, &mut out));
    });
    group.finish();

    let mut group = c.benchmark_group("scores 128x10 f32");
    let scores = matrix(BATCH, 10);
    group.throughput(Throughput::Elements(scores.len() as u64));
    let (mut probabilities, mut out) = (scores.clone(), vec![0.0; BATCH]);
    let mut classes = vec![0; BATCH];
    group.bench_function("softmax", |b| b.iter(|| softmax(&mut probabilities, &mut out)));
    group.bench_function("log-sum-exp", |b| b.iter(|| log_sum_exp(black_box(&scores), &mut out)));
    group.bench_function("argmax", |b| {
        b.iter(|| reduce::argmax(black_box(&scores), Over::Columns, &mut classes));
    });
    group.finish();
}

fn windows(c: &mut Criterion) {
    let mut group = c.benchmark_group("windows of 128 images 1x28x28, f32");
    let image = ImageShape { channels: 1, height: 28, width: 28 };
    let x = matrix(BATCH, image.features());
    let fits = "the window fits";
    for (name, window) in
        [("5x5, pad 2", Window::new(5, 5).pad(2)), ("2x2, stride 2", Window::new(2, 2).stride(2))]
    {
        let (mut columns, mut back) = (matrix(0, 0), x.clone());
        im2col(.., &x, image, window, 0.0, &mut columns).expect(fits);
        group.throughput(Throughput::Elements(columns.len() as u64));
        group.bench_function(BenchmarkId::new("im2col", name), |b| {
            b.iter(|| im2col(.., black_box(&x), image, window, 0.0, &mut columns).expect(fits));
        });
        group.bench_function(BenchmarkId::new("col2im", name), |b| {
            b.iter(|| col2im(.., black_box(&columns), image, window, &mut back).expect(fits));
        });
    }
    group.finish();
}

criterion_group!(benches, reductions, windows);
criterion_main!(benches);
