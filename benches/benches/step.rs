//! One training step of the chapter's networks, one thread: forward, backward, update, and the
//! second forward for the loss after it.

use benches::step::{Pixels, Step, flop};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use kernels::Scalar;
use layers::{DropoutScaling, MultiLayerNet};
use optimizers::{AdaGrad, Adam, Momentum, Optimizer, Rule, Sgd};

/// (name, hidden layers, batch, network, optimizer)
type Case<T> = (&'static str, usize, usize, MultiLayerNet, Box<dyn Optimizer<T>>);

fn steps<T: Scalar>(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("step 784-100xDEPTH-10, {}", T::NAME));
    let net = |depth: usize| MultiLayerNet::new(784, &vec![100; depth], 10);
    let expected = "the book's defaults are valid";
    let sgd = || Sgd::default().build().expect(expected);
    let cases: [Case<T>; 7] = [
        ("6.1.8 sgd", 4, 128, net(4), sgd()),
        ("6.1.8 momentum", 4, 128, net(4), Momentum::default().build().expect(expected)),
        ("6.1.8 adagrad", 4, 128, net(4), AdaGrad::default().build().expect(expected)),
        ("6.1.8 adam", 4, 128, net(4), Adam::default().build().expect(expected)),
        ("6.3 batch norm", 5, 100, net(5).batch_norm(true), sgd()),
        ("6.4 weight decay", 6, 100, net(6).weight_decay(0.1), sgd()),
        ("6.4 dropout", 6, 100, net(6).dropout(0.2, DropoutScaling::AtEvaluation), sgd()),
    ];
    for (name, depth, batch, network, optimizer) in cases {
        let widths = [&[784][..], &vec![100; depth], &[10]].concat();
        let mut step = Step::<T>::new(network, optimizer, batch);
        group.throughput(Throughput::Elements(flop(&widths, batch, Pixels::Sparse) as u64));
        group.bench_function(BenchmarkId::from_parameter(name), |b| b.iter(|| step.run()));
    }
    group.finish();
}

criterion_group!(benches, steps::<f32>, steps::<f64>);
criterion_main!(benches);
