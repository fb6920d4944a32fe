//! exp, exp_m1 and tanh of 1000 numbers, which fit the L1 cache: ours in vector registers, and the
//! C library's one at a time.
#![allow(clippy::disallowed_methods)]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use kernels::{Scalar, exp, exp_m1, tanh, with_wide_registers};

fn functions<T: Scalar>(c: &mut Criterion) {
    let mut group = c.benchmark_group(format!("1000 {}", T::NAME));
    let x: Vec<T> = (0..1000).map(|i| T::of(i as f64 / 100.0 - 5.0)).collect();
    let mut y = x.clone();
    macro_rules! compare {
        ($($name:ident),*) => { $(
            group.bench_function(BenchmarkId::new(stringify!($name), "ours"), |b| b.iter(|| {
                with_wide_registers(|| y.iter_mut().zip(&x).for_each(|(y, &x)| *y = $name(x)));
            }));
            group.bench_function(BenchmarkId::new(stringify!($name), "C library"), |b| b.iter(|| {
                y.iter_mut().zip(&x).for_each(|(y, &x)| *y = x.$name());
            }));
        )* };
    }
    compare!(exp, exp_m1, tanh);
    group.finish();
}

criterion_group!(benches, functions::<f32>, functions::<f64>);
criterion_main!(benches);
