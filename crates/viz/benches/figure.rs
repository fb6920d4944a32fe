//! Figures of every kind that the sections draw, as SVG and as PNG.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

#[allow(dead_code)]
#[path = "../examples/gallery.rs"]
mod gallery;

/// Names in the gallery: section 6.3's grid of 16 panels, losses, paths in the ravine, its surface
/// and gradient field, histograms, and the search's scatter plot.
const KINDS: [&str; 7] = ["grid", "curves", "paths", "surface", "gradient", "histograms", "search"];

fn figures(c: &mut Criterion) {
    let figures: Vec<_> =
        gallery::figures().into_iter().filter(|(name, _)| KINDS.contains(name)).collect();
    assert_eq!(figures.len(), KINDS.len(), "the gallery has them all");
    let mut group = c.benchmark_group("figure as SVG");
    for (name, figure) in &figures {
        group.throughput(Throughput::Bytes(figure.to_svg().len() as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |b| b.iter(|| figure.to_svg()));
    }
    group.finish();
    let mut group = c.benchmark_group("SVG as PNG at 2×");
    group.sample_size(10);
    for (name, figure) in &figures {
        let svg = figure.to_svg();
        group.throughput(Throughput::Bytes(svg.len() as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| viz::svg_to_png(&svg, 2.0).expect("the figure is drawn"));
        });
    }
    group.finish();
}

criterion_group!(benches, figures);
criterion_main!(benches);
