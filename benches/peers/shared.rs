//! What the Rust peers share: arguments, MNIST, mini-batches, the training loop, the printed line.

use std::env;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::time::Instant;

pub const BATCH: usize = 128;
pub const WIDTHS: [usize; 6] = [784, 100, 100, 100, 100, 10];

/// A network and what trains it.
pub trait Network {
    /// A mini-batch as the library wants it.
    type Batch;
    fn step(&mut self, batch: &Self::Batch);
    /// Of the mini-batch, after the step.
    fn loss(&mut self, batch: &Self::Batch) -> f64;
    /// How many of these are classified rightly.
    fn correct(&mut self, x: &[f32], labels: &[i64]) -> usize;
}

pub struct Args {
    pub workload: String,
    pub variant: String,
    pub threads: usize,
    share: f64,
}

impl Args {
    pub fn parse() -> Self {
        let mut args =
            Self { workload: "sgd".into(), variant: String::new(), threads: 1, share: 1.0 };
        let mut words = env::args().skip(1);
        while let Some(word) = words.next() {
            let value = words.next().expect("a value after each flag");
            match word.as_str() {
                "--workload" => args.workload = value,
                "--variant" => args.variant = value,
                "--threads" => args.threads = value.parse().expect("a number of threads"),
                "--share" => args.share = value.parse().expect("a part of the iterations"),
                "--precision" => assert_eq!(value, "f32", "this peer measures f32"),
                "--trials" => {}
                other => panic!("{other}: no such flag"),
            }
        }
        args
    }

    /// The optimizers of the workload: one, or the four of section 6.1.8.
    fn rules(&self) -> Vec<&str> {
        match self.workload.as_str() {
            "6.1.8" => vec!["sgd", "momentum", "adagrad", "adam"],
            one => vec![one],
        }
    }
}

pub fn rate(rule: &str) -> f64 {
    if rule == "adam" { 0.001 } else { 0.01 }
}

pub struct Samples {
    pub x: Vec<f32>,
    pub labels: Vec<i64>,
}

fn read(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env::var_os("MNIST_DIR").expect("MNIST_DIR, the folder of MNIST"));
    match fs::read(folder.join(format!("{name}.gz"))) {
        Ok(packed) => {
            let mut bytes = Vec::new();
            flate2::read::MultiGzDecoder::new(&packed[..]).read_to_end(&mut bytes).expect("gzip");
            bytes
        }
        Err(_) => fs::read(folder.join(name)).expect("the file, gzip or plain"),
    }
}

pub fn load(split: &str) -> Samples {
    let images = read(&format!("{split}-images-idx3-ubyte"));
    let labels = read(&format!("{split}-labels-idx1-ubyte"));
    Samples {
        x: images[16..].iter().map(|&p| f32::from(p) / 255.0).collect(),
        labels: labels[8..].iter().map(|&l| i64::from(l)).collect(),
    }
}

impl Samples {
    /// The chosen samples as one row-major matrix, and their labels.
    #[allow(dead_code)] // libtorch gathers with an operation of its own
    pub fn gather(&self, chosen: &[i64]) -> (Vec<f32>, Vec<i64>) {
        let mut x = Vec::with_capacity(chosen.len() * 784);
        for &i in chosen {
            x.extend_from_slice(&self.x[i as usize * 784..][..784]);
        }
        (x, chosen.iter().map(|&i| self.labels[i as usize]).collect())
    }
}

/// SplitMix64: enough to draw mini-batches.
pub struct Draws(pub u64);

impl Draws {
    pub fn below(&mut self, n: usize) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((u128::from(z ^ (z >> 31)) * n as u128) >> 64) as i64
    }
}

/// Trains, times and prints the line that the harness reads. `batch` gathers the chosen samples.
pub fn run<N: Network>(
    args: &Args,
    about: &str,
    train: &Samples,
    mut batch: impl FnMut(&[i64]) -> N::Batch,
    mut network: impl FnMut(&str) -> N,
) {
    let test = load("t10k");
    let iterations = ((2000.0 * args.share).round() as usize).max(100);
    let mut draws = Draws(1);
    let mut draw = || -> Vec<i64> { (0..BATCH).map(|_| draws.below(train.labels.len())).collect() };
    // Threads, allocators and lazily made tables.
    let warm = batch(&draw());
    for rule in args.rules() {
        network(rule).step(&warm);
    }
    let start = Instant::now();
    let mut networks: Vec<(&str, N, Vec<f64>)> =
        args.rules().into_iter().map(|rule| (rule, network(rule), Vec::new())).collect();
    for _ in 0..iterations {
        let batch = batch(&draw());
        for (_, network, losses) in &mut networks {
            network.step(&batch);
            losses.push(network.loss(&batch));
        }
    }
    let mut reached = Vec::new();
    for (rule, network, losses) in &mut networks {
        let blocks = test.x.chunks(1000 * 784).zip(test.labels.chunks(1000));
        let correct: usize = blocks.map(|(x, labels)| network.correct(x, labels)).sum();
        let loss = losses[losses.len() - 100..].iter().sum::<f64>() / 100.0;
        let accuracy = correct as f64 / test.labels.len() as f64;
        reached.push(format!("\"{rule} loss\": {loss:.4}, \"{rule} test\": {accuracy:.4}"));
    }
    let seconds = start.elapsed().as_secs_f64();
    let reached = reached.join(", ");
    println!("{{\"seconds\": {seconds}, \"reached\": {{{reached}}}, \"about\": \"{about}\"}}");
}
