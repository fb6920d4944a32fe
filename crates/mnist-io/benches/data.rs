//! Benchmarks of parsing, gathering and drawing.
//!
//! `parse`: an uncompressed file of 10,000 images of 28×28. `gather`: a batch of 128 (section
//! 6.1.8) or 100 (sections 6.3 to 6.5) out of 10,000 images, with new indices every time, as in
//! training. `synthetic`: 1,000 synthetic digits.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use mnist_io::{Images, Number, Scale, idx, synthetic};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

const COUNT: usize = 10_000;

fn parse(c: &mut Criterion, images: &Images) {
    let mut file = vec![0, 0, 8, 3, 0, 0, 0x27, 0x10, 0, 0, 0, 28, 0, 0, 0, 28];
    file.extend(images.pixels());
    let mut group = c.benchmark_group("parse");
    group.throughput(Throughput::Bytes(file.len() as u64));
    group
        .bench_function("10000x28x28", |b| b.iter(|| idx::parse_images(black_box(&file)).unwrap()));
    group.finish();
}

fn gather<T: Number + Default>(c: &mut Criterion, images: &Images, scalar: &str) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for batch in [128, 100] {
        let mut out = vec![T::default(); batch * images.features()];
        let mut group = c.benchmark_group(format!("gather {batch}x784"));
        group.throughput(Throughput::Elements(out.len() as u64));
        for (name, scale) in [("unit", Scale::Unit), ("raw", Scale::Raw)] {
            group.bench_function(format!("{scalar}/{name}"), |b| {
                b.iter_batched_ref(
                    || -> Vec<usize> {
                        (0..batch).map(|_| rng.next_u32() as usize % images.count()).collect()
                    },
                    |indices| images.gather(indices, scale, black_box(&mut out)),
                    BatchSize::SmallInput,
                );
            });
        }
        group.finish();
    }
}

fn draw(c: &mut Criterion) {
    let mut group = c.benchmark_group("synthetic");
    group.throughput(Throughput::Elements(1000));
    group.bench_function("1000", |b| b.iter(|| synthetic(black_box(1), 1000, 0)));
    group.finish();
}

fn all(c: &mut Criterion) {
    let images = synthetic(1, COUNT, 0).train.images;
    parse(c, &images);
    gather::<f32>(c, &images, "f32");
    gather::<f64>(c, &images, "f64");
    draw(c);
}

criterion_group!(benches, all);
criterion_main!(benches);
