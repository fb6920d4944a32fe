//! Each layer forward and backward on a batch of 128, f32, one thread.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use init::{Initializer, Purpose, Seed};
use layers::{
    Activation, Affine, BatchNorm, Convolution, Dropout, DropoutScaling, Layer, MaxPooling, Mode,
};
use nalgebra::DMatrix;
use tensor_ops::{ImageShape, Window};

const BATCH: usize = 128;

fn passes(c: &mut Criterion) {
    let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    let image = ImageShape { channels: 1, height: 28, width: 28 };
    let window = Window { height: 5, width: 5, stride: 1, pad: 2 };
    let pool = Window { height: 2, width: 2, stride: 2, pad: 0 };
    let fits = "the window fits";
    let dropout =
        Dropout::new(0.2, DropoutScaling::AtEvaluation, Seed::new(1).stream(Purpose::Dropout, 0));
    let cases: Vec<(&str, usize, Box<dyn Layer<f32>>)> = vec![
        ("affine 784-100", 784, Box::new(Affine::new(784, 100, Initializer::He, &mut rng))),
        ("affine 100-100", 100, Box::new(Affine::new(100, 100, Initializer::He, &mut rng))),
        ("relu 100", 100, Activation::Relu.layer()),
        ("sigmoid 100", 100, Activation::Sigmoid.layer()),
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
            layer.forward(&x, &mut y, Mode::Train);
            let dy = y.clone();
            group.throughput(Throughput::Elements((BATCH * inputs) as u64));
            group.bench_function(BenchmarkId::from_parameter(name), |b| match direction {
                "forward" => b.iter(|| layer.forward(&x, &mut y, Mode::Train)),
                _ => b.iter(|| layer.backward(&x, &y, &dy, Some(&mut dx))),
            });
        }
        group.finish();
    }
}

criterion_group!(benches, passes);
criterion_main!(benches);
