//! A mini-batch of images is gathered into a sparse matrix and multiplied by the first layer's
//! weights. One thread.
//!
//! The images match MNIST in number, size and sparsity, and their non-zeros form runs like the
//! strokes of digits. Every mini-batch has new images, so that they are read from memory, not from
//! cache.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use kernels::{ByteRows, Scalar};
use nalgebra::DMatrix;
use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use tensor_ops::{Sparse, Workspace};

/// As in programs that train networks. It also makes timings independent of where a matrix begins.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

const IMAGES: usize = 60_000;
const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;
const BATCH: usize = 128;
const UNITS: usize = 100;

/// Each image has 20 lines with a run of 5 to 10 non-zeros.
fn images() -> ByteRows {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut pixels = vec![0; IMAGES * PIXELS];
    for image in pixels.chunks_exact_mut(PIXELS) {
        for line in image.chunks_exact_mut(SIDE).skip(4).take(20) {
            let start = rng.random_range(4..16);
            let length = rng.random_range(5..=10);
            line[start..start + length].fill(rng.random_range(1..=255));
        }
    }
    ByteRows::new(pixels.chunks_exact(PIXELS))
}

fn gather<T: Scalar>(batch: &mut Sparse<T>, images: &ByteRows, rows: &[usize]) {
    batch.gather(images, rows.iter().copied(), |byte| T::of(f64::from(byte)) / T::of(255.0));
}

fn sparse<T: Scalar>(c: &mut Criterion, images: &ByteRows) {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut draw = || -> Vec<usize> { (0..BATCH).map(|_| rng.random_range(0..IMAGES)).collect() };
    let mut x = Sparse::<T>::default();
    gather(&mut x, images, &draw());
    let mut group = c.benchmark_group(format!("sparse {}", T::NAME));

    group.throughput(Throughput::Elements((BATCH * PIXELS) as u64));
    group.bench_function("gather 128x784", |bench| {
        let mut batch = Sparse::<T>::default();
        let mut once = |rows: Vec<usize>| gather(black_box(&mut batch), images, &rows);
        bench.iter_batched(&mut draw, &mut once, BatchSize::SmallInput);
    });

    let fill = |r, c| DMatrix::from_fn(r, c, |i, j| T::of(((i * 7 + j * 3) % 11) as f64 - 5.0));
    let (w, bias, dy) = (fill(PIXELS, UNITS), vec![T::one(); UNITS], fill(BATCH, UNITS));
    let (mut y, mut dw) = (DMatrix::zeros(BATCH, UNITS), DMatrix::zeros(PIXELS, UNITS));
    let mut work = Workspace::default();
    group.throughput(Throughput::Elements((2 * x.non_zeros() * UNITS) as u64));
    group.bench_function("forward 128x784x100", |bench| {
        bench.iter(|| x.matmul(black_box(&w), Some(&bias), &mut work, &mut y));
    });
    group.bench_function("weights 784x128x100", |bench| {
        bench.iter(|| x.tr_matmul(black_box(&dy), &mut work, &mut dw));
    });
    group.finish();
}

fn all(c: &mut Criterion) {
    let images = images();
    sparse::<f32>(c, &images);
    sparse::<f64>(c, &images);
}

criterion_group!(benches, all);
criterion_main!(benches);
