//! Measures what wide registers gain on this processor.
//!
//! ```text
//! cargo run --release -p kernels --example registers
//! ```
//!
//! Replace the loops by your own. A loop that waits for memory, over arrays larger than the caches,
//! gains nothing.

use std::hint::black_box;
use std::time::Instant;

use kernels::{Instructions, each_with_root, with_wide_registers};

/// Three arrays of this length fit the L1 cache.
const COUNT: usize = 2048;

/// Nanoseconds per number in the fastest of 1000 runs.
fn time(mut work: impl FnMut()) -> f64 {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..1000).map(once).fold(f64::INFINITY, f64::min) * 1e9 / COUNT as f64
}

/// Always inlined: only code inlined into `with_wide_registers` is compiled for wide registers.
#[inline(always)]
fn momentum(w: &mut [f32], v: &mut [f32], grad: &[f32]) {
    for ((w, v), g) in w.iter_mut().zip(v).zip(grad) {
        *v = 0.9 * *v - 0.01 * g;
        *w += *v;
    }
}

fn main() {
    let grad = black_box(vec![0.5_f32; COUNT]);
    let (mut w, mut h) = (vec![1.0_f32; COUNT], vec![0.0_f32; COUNT]);

    let plain = time(|| momentum(&mut w, &mut h, &grad));
    let wide = time(|| with_wide_registers(|| momentum(&mut w, &mut h, &grad)));

    h.fill(1.0);
    let adagrad = time(|| {
        with_wide_registers(|| {
            for ((w, h), g) in w.iter_mut().zip(&mut h).zip(&grad) {
                *h += g * g;
                *w -= 0.01 * g / h.sqrt();
            }
        });
    });
    let square = |g: f32, [_, h]: [&mut f32; 2]| {
        *h += g * g;
        *h
    };
    let step = |g: f32, [w, _]: [&mut f32; 2], root: f32| *w -= 0.01 * g / root;
    let roots = time(|| each_with_root(&grad, [&mut w, &mut h], square, step));

    println!("{}, nanoseconds per number:", Instructions::best().name());
    println!("momentum  plain loop           {plain:.3}");
    println!("          with_wide_registers  {wide:.3}");
    println!("AdaGrad   with_wide_registers  {adagrad:.3}");
    println!("          each_with_root       {roots:.3}");
}
