//! Drawing a grid of 16 panels with two curves each, as SVG and as PNG.

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

#[allow(dead_code)]
#[path = "../examples/gallery.rs"]
mod gallery;

fn grid_of_16_panels(c: &mut Criterion) {
    let figure = gallery::grid();
    let svg = figure.to_svg();
    let mut group = c.benchmark_group("grid of 16 panels");
    group.throughput(Throughput::Elements(16));
    group.bench_function("SVG", |b| b.iter(|| figure.to_svg()));
    group.bench_function("PNG at 2×", |b| b.iter(|| viz::svg_to_png(&svg, 2.0)));
    group.finish();
}

criterion_group!(benches, grid_of_16_panels);
criterion_main!(benches);
