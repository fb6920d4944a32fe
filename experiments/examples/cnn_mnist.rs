//! MNIST to 99 %: a small convolutional network, three epochs, ten seeds. It prints the accuracy on
//! the 10,000 test images after each part of the training, and draws it against the seconds of
//! training (evaluations and reading left out), with the range over the seeds.
//!
//! ```sh
//! cargo run --release -p experiments --example cnn_mnist -- data/mnist        # files here
//! cargo run --release -p experiments --example cnn_mnist -- data/mnist OUT 3  # 3 seeds, in OUT
//! ```
//!
//! Two convolutions of 5×5, each followed by max pooling, batch normalisation and ReLU: in this
//! order the last two have a quarter of the pixels to do. Adam with one cycle of the learning rate.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result};
use init::{Purpose, Seed};
use layers::Sequential;
use mnist_io::{DatasetName, Scale, Split, load};
use nalgebra::DMatrix;
use optimizers::schedules::{OneCycle, Schedule};
use optimizers::{Adam, Rule};
use rayon::prelude::*;
use tensor_ops::{permutation, reshape};
use viz::{Area, Axis, Color, Figure, Line, Panel};

const EPOCHS: usize = 3;
const BATCH: usize = 64;
const EVALUATE_EVERY: usize = 100;
const GOAL: f64 = 0.99;

/// (step, seconds of training, test accuracy)
type Point = (usize, f64, f64);

/// Sets `x` to the images with these indices, one per row, and gives their labels.
fn gather(split: &Split, batch: &[usize], x: &mut DMatrix<f32>) -> Vec<u8> {
    reshape(x, batch.len(), split.images.features());
    split.images.gather(batch, Scale::Unit, x.as_mut_slice());
    batch.iter().map(|&i| split.labels[i]).collect()
}

fn train(train: &Split, test: &Split, seed: Seed) -> Result<Vec<Point>> {
    let mut start = Instant::now();
    let net = Sequential::<f32>::images(1, 28, 28);
    let net = net.conv(10, 5).max_pool(2).batch_norm().relu();
    let net = net.conv(20, 5).max_pool(2).batch_norm().relu();
    let mut net = net.affine(10).build(seed)?;
    let mut adam = Adam::default().build()?;
    let per_epoch = train.labels.len() / BATCH;
    let schedule = OneCycle::new(0.01, (EPOCHS * per_epoch) as u64);
    let test_order: Vec<usize> = (0..test.labels.len()).collect();
    let (mut x, mut seconds, mut points) = (DMatrix::zeros(0, 0), 0.0, Vec::new());
    for epoch in 0..EPOCHS {
        let mut rng = seed.stream(Purpose::Shuffle, epoch as u64);
        let order = permutation(train.labels.len(), &mut rng);
        for (i, batch) in order.chunks_exact(BATCH).enumerate() {
            let step = epoch * per_epoch + i;
            let labels = gather(train, batch, &mut x);
            adam.set_lr(schedule.lr(step as u64))?;
            net.gradient(&x, &labels[..]);
            adam.step(&mut net)?;
            if (step + 1).is_multiple_of(EVALUATE_EVERY) || step + 1 == EPOCHS * per_epoch {
                seconds += start.elapsed().as_secs_f64();
                let mut correct = 0;
                for block in test_order.chunks(500) {
                    let labels = gather(test, block, &mut x);
                    correct += net.count_correct(&x, &labels[..]);
                }
                points.push((step + 1, seconds, correct as f64 / test_order.len() as f64));
                start = Instant::now();
            }
        }
    }
    Ok(points)
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    values.sum::<f64>() / count
}

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let folder = args.next().context("usage: cnn_mnist DIR [OUT [SEEDS]]")?;
    let out = args.next().unwrap_or_else(|| ".".to_owned());
    let seeds = args.next().map_or(Ok(10), |text| text.parse::<u64>())?.max(1);
    let data = load(Path::new(&folder), DatasetName::Mnist)?;
    let numbers = (0..seeds).into_par_iter();
    let runs = numbers.map(|seed| train(&data.train, &data.test, Seed::new(seed)));
    let runs: Vec<Vec<Point>> = runs.collect::<Result<_>>()?;

    let mut csv = "seed,step,seconds,accuracy\n".to_owned();
    for (seed, run) in runs.iter().enumerate() {
        for (step, seconds, accuracy) in run {
            csv += &format!("{seed},{step},{seconds:.4},{accuracy}\n");
        }
    }
    let place = |at: usize| {
        let seconds = mean(runs.iter().map(|run| run[at].1));
        let accuracies = runs.iter().map(|run| 100.0 * run[at].2);
        let lowest = accuracies.clone().fold(f64::INFINITY, f64::min);
        let highest = accuracies.clone().fold(f64::NEG_INFINITY, f64::max);
        (seconds, lowest, mean(accuracies), highest)
    };
    let curve: Vec<_> = (0..runs[0].len()).map(place).collect();
    println!("step  seconds  accuracy: lowest, mean, highest of {seeds} seeds, %");
    for (at, (seconds, lowest, mean, highest)) in curve.iter().enumerate() {
        println!("{:<5} {seconds:7.2}  {lowest:.2}  {mean:.2}  {highest:.2}", runs[0][at].0);
    }
    match curve.iter().find(|point| point.2 >= 100.0 * GOAL) {
        Some(point) => println!("mean of 99.0 % after {:.2} s of training on one core", point.0),
        None => println!("the mean stays below 99.0 %"),
    }

    let last = curve.last().map_or(1.0, |point| point.0);
    let panel = Panel::new("")
        .x_axis(Axis::linear("seconds of training, one network on one core", 0.0, last))
        .y_axis(Axis::linear("test accuracy, %", 96.0, 99.5))
        .mark(Area::new(Color::BLUE, curve.iter().map(|p| (p.0, p.1, p.3))).opacity(0.2))
        .mark(Line::new(Color::BLUE, curve.iter().map(|p| (p.0, p.2))).named("mean of the seeds"))
        .mark(Line::new(Color::VERMILLION, [(0.0, 99.0), (last, 99.0)]).named("99.0 %"));
    let figure = Figure::new("MNIST to 99 %")
        .subtitle(format!("two convolutions, {EPOCHS} epochs, {seeds} seeds; range over seeds"))
        .plot_size(560.0, 300.0)
        .panel(panel);
    std::fs::create_dir_all(&out).with_context(|| out.clone())?;
    for (name, text) in [("cnn_mnist.csv", csv), ("cnn_mnist.svg", figure.to_svg())] {
        let path = Path::new(&out).join(name);
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}
