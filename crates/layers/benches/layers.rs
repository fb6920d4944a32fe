//! Each layer forward and backward on a batch of 128, the losses, and whole networks that classify
//! 10,000 images in blocks. f32, one thread.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use init::{Initializer, Purpose, Seed};
use kernels::ByteRows;
use layers::{
    Activation, Affine, BatchNorm, Convolution, Dropout, DropoutScaling, Fold, Layer, Loss,
    LossFunction, MaxPooling, Mode, MultiLayerNet, Targets,
};
use nalgebra::DMatrix;
use tensor_ops::{ImageShape, Sparse, Window};

/// Aligns matrices to cache lines, as the programs in `experiments` do, so that timings do not
/// depend on where a matrix is allocated.
#[global_allocator]
static ALLOCATOR: kernels::LineAllocator = kernels::LineAllocator;

const BATCH: usize = 128;

fn passes(c: &mut Criterion) {
    let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    let image = ImageShape { channels: 1, height: 28, width: 28 };
    let window = Window::new(5, 5).pad(2);
    let pool = Window::new(2, 2).stride(2);
    let fits = "the window fits";
    let dropout =
        Dropout::new(0.2, DropoutScaling::AtEvaluation, Seed::new(1).stream(Purpose::Dropout, 0));
    let cases: Vec<(&str, usize, Box<dyn Layer<f32>>)> = vec![
        ("affine 784-100", 784, Box::new(Affine::new(784, 100, Initializer::He, &mut rng))),
        ("affine 100-100", 100, Box::new(Affine::new(100, 100, Initializer::He, &mut rng))),
        ("relu 100", 100, Activation::Relu.layer()),
        ("sigmoid 100", 100, Activation::Sigmoid.layer()),
        ("tanh 100", 100, Activation::Tanh.layer()),
        ("gelu 100", 100, Activation::Gelu.layer()),
        ("batch norm 100", 100, Box::new(BatchNorm::new(100))),
        ("dropout 100", 100, Box::new(dropout.expect("0.2 is a ratio"))),
        (
            "convolution 1x28x28, 8 of 5x5",
            784,
            Box::new(Convolution::new(image, 8, window, Initializer::He, &mut rng).expect(fits)),
        ),
        ("max pooling 2x2", 784, Box::new(MaxPooling::new(image, pool).expect(fits))),
    ];
    for direction in ["forward", "backward"] {
        let mut group = c.benchmark_group(format!("{direction}, batch 128, f32"));
        for (name, inputs, layer) in &cases {
            let outputs = layer.outputs(*inputs).expect("the layer fits its input");
            let x = DMatrix::from_fn(BATCH, *inputs, |i, j| ((i * 7 + j * 3) % 11) as f32 - 5.0);
            let (mut y, mut dx) = (DMatrix::zeros(BATCH, outputs), x.clone());
            let mut layer = layer.boxed_clone();
            layer.forward((&x).into(), &mut y, Mode::Train);
            let dy = y.clone();
            group.throughput(Throughput::Elements((BATCH * inputs) as u64));
            group.bench_function(BenchmarkId::from_parameter(name), |b| match direction {
                "forward" => b.iter(|| layer.forward((&x).into(), &mut y, Mode::Train)),
                _ => b.iter(|| layer.backward((&x).into(), &y, &dy, Some(&mut dx))),
            });
            let fold = Fold { output: true, ..Fold::default() };
            if direction == "forward" && layer.fold_relu(fold) {
                let name = format!("{name} with fused relu");
                group.bench_function(BenchmarkId::from_parameter(name), |b| {
                    b.iter(|| layer.forward((&x).into(), &mut y, Mode::Train));
                });
            }
        }
        group.finish();
    }
}

fn losses(c: &mut Criterion) {
    let mut group = c.benchmark_group("loss and gradient 128x10, f32");
    let scores = DMatrix::from_fn(BATCH, 10, |i, j| ((i * 7 + j * 3) % 11) as f32 - 5.0);
    let labels: Vec<usize> = (0..BATCH).map(|i| i % 10).collect();
    let (mut gradient, mut scratch) = (scores.clone(), Vec::new());
    group.throughput(Throughput::Elements(scores.len() as u64));
    for (name, loss) in
        [("cross entropy", Loss::CrossEntropy), ("exact cross entropy", Loss::ExactCrossEntropy)]
    {
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| {
                loss.evaluate(&scores, Targets::Labels(&labels), &mut gradient, &mut scratch)
            });
        });
    }
    group.finish();
}

/// Rows per block, as in `training::Blocks`.
const BLOCK: usize = 256;

fn evaluation(c: &mut Criterion) {
    let mut group = c.benchmark_group("evaluate 10,000 images, f32");
    let images = 10_000;
    group.throughput(Throughput::Elements(images as u64));
    let pixel = |at: usize| (at / 784 * 31 + at % 784 * 7).is_multiple_of(5);
    let pixels: Vec<u8> = (0..images * 784).map(|at| 153 * u8::from(pixel(at))).collect();
    let pixels = ByteRows::new(pixels.chunks_exact(784));
    let rows: Vec<usize> = (0..images).collect();
    let block = |rows: &[usize]| {
        let mut x = Sparse::default();
        x.gather(&pixels, rows.iter().copied(), |byte| f32::from(byte) / 255.0);
        (x, rows.iter().map(|i| i % 10).collect())
    };
    let blocks: Vec<(Sparse<f32>, Vec<usize>)> = rows.chunks(BLOCK).map(block).collect();
    let plain = MultiLayerNet::new(784, &[100; 6], 10);
    let dropout = plain.clone().dropout(0.2, DropoutScaling::AtEvaluation);
    let cases = [
        ("784-100x4-10", MultiLayerNet::new(784, &[100; 4], 10)),
        ("784-100x5-10, batch norm", MultiLayerNet::new(784, &[100; 5], 10).batch_norm(true)),
        ("784-100x6-10", plain),
        ("784-100x6-10, dropout", dropout),
    ];
    for (name, network) in cases {
        let mut network = network.build::<f32>(Seed::new(1)).expect("fixed settings are valid");
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| -> usize {
                blocks.iter().map(|(x, labels)| network.count_correct(x, labels)).sum()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, passes, losses, evaluation);
criterion_main!(benches);
