//! How the cost of a training step grows with the width, the batch, the depth, and the number of
//! networks trained side by side, against the least that its products can take:
//!
//!     cargo run --release -p benches --bin growth [-- FOLDER [NAME]]
//!
//! writes `NAME.svg`, `.png` and `.csv` (`growth` in `benches/record` by default).

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use benches::peak;
use benches::step::{Pixels, Step, flop};
use clap::Parser;
use layers::MultiLayerNet;
use optimizers::{Adam, Rule, Sgd};
use rayon::prelude::*;
use viz::{Axis, Color, Figure, Line, LineStyle, Marker, Panel};

const BATCH: usize = 128;
const WIDTH: usize = 100;
const DEPTH: usize = 4;
const WIDTHS: [usize; 7] = [50, 100, 200, 400, 800, 1200, 2000];
const BATCHES: [usize; 8] = [16, 32, 64, 128, 256, 512, 1024, 2048];
const DEPTHS: [usize; 6] = [1, 2, 4, 8, 16, 32];
const TRIALS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];
/// Rounds through all points, so that what else the machine does for a while spoils none of them.
/// Each point is the best of its rounds.
const ROUNDS: usize = 5;
/// A round takes the best of as many steps of a point as fit in this time, but of two at least.
const TIME: Duration = Duration::from_millis(80);

/// A point: what grew, seconds with SGD and Adam, the bound.
struct Point {
    size: usize,
    sgd: f64,
    adam: f64,
    bound: f64,
}

fn networks(width: usize, depth: usize, batch: usize, adam: bool, count: usize) -> Vec<Step<f32>> {
    let one = |_| {
        let expected = "the book's defaults are valid";
        let optimizer = match adam {
            true => Adam::default().build().expect(expected),
            false => Sgd::default().build().expect(expected),
        };
        Step::new(MultiLayerNet::new(784, &vec![width; depth], 10), optimizer, batch)
    };
    (0..count).map(one).collect()
}

/// Seconds of a step of one network, `count` of them side by side.
fn seconds(steps: &mut [Step<f32>]) -> f64 {
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let started = Instant::now();
    let (mut best, mut tries) = (f64::INFINITY, 0);
    while tries < 2 || started.elapsed() < TIME {
        // Several steps a network, as in training, so that a thread is not started for one.
        let repeats = if steps.len() == 1 { 1 } else { 10 };
        let start = Instant::now();
        if let [one] = &mut *steps {
            // Wide layers would share their products among threads; the bound is that of one.
            alone.install(|| std::hint::black_box(one.run()));
        } else {
            steps.par_iter_mut().for_each(|step| {
                for _ in 0..repeats {
                    std::hint::black_box(step.run());
                }
            });
        }
        best = (start.elapsed().as_secs_f64() / (repeats * steps.len()) as f64).min(best);
        tries += 1;
    }
    best
}

fn point(size: usize, [width, depth, batch, count]: [usize; 4], gflops: f64) -> Point {
    let widths = [&[784][..], &vec![width; depth], &[10]].concat();
    let side_by_side = count.min(rayon::current_num_threads()) as f64;
    Point {
        size,
        sgd: seconds(&mut networks(width, depth, batch, false, count)),
        adam: seconds(&mut networks(width, depth, batch, true, count)),
        bound: flop(&widths, batch, Pixels::Sparse) as f64 / (gflops * 1e9) / side_by_side,
    }
}

fn panel(title: &str, label: &str, points: &[Point]) -> Panel {
    let sizes = || points.iter().map(|point| point.size as f64);
    let values = || points.iter().flat_map(|p| [p.sgd, p.adam, p.bound]).map(|s| s * 1e6);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(0.0, f64::max);
    let (first, last) = (sizes().next().unwrap_or(1.0), sizes().next_back().unwrap_or(1.0));
    let line = |color, of: fn(&Point) -> f64| {
        Line::new(color, points.iter().map(move |point| (point.size as f64, of(point) * 1e6)))
    };
    Panel::new(title)
        .x_axis(Axis::log(label, first, last))
        .y_axis(Axis::log("µs a step and network", low / 1.3, high * 1.3))
        .mark(line(Color::BLUE, |p| p.adam).marker(Marker::Diamond, 1).named("step, Adam"))
        .mark(line(Color::VERMILLION, |p| p.sgd).marker(Marker::Circle, 1).named("step, SGD"))
        .mark(line(Color::INK, |p| p.bound).style(LineStyle::Dashed).named("products at peak"))
}

/// How the cost of a training step grows with width, batch, depth and the number of networks: a
/// figure and a CSV file, in a minute
#[derive(Parser)]
struct Args {
    /// Folder for the files
    #[arg(default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/record"))]
    folder: PathBuf,
    /// Their name, without .svg, .png and .csv
    #[arg(default_value = "growth")]
    name: String,
}

fn main() -> ExitCode {
    let Args { folder, name } = Args::parse();
    let (gflops, _) = peak::gflops();
    let sweep = |sizes: &[usize], at: fn(usize) -> [usize; 4]| -> Vec<Point> {
        sizes.iter().map(|&size| point(size, at(size), gflops)).collect()
    };
    let round = || {
        [
            ("width", "units of a hidden layer", sweep(&WIDTHS, |n| [n, DEPTH, BATCH, 1])),
            ("batch", "samples of a mini-batch", sweep(&BATCHES, |n| [WIDTH, DEPTH, n, 1])),
            ("depth", "hidden layers", sweep(&DEPTHS, |n| [WIDTH, n, BATCH, 1])),
            ("networks", "networks side by side", sweep(&TRIALS, |n| [WIDTH, DEPTH, BATCH, n])),
        ]
    };
    let mut sweeps = round();
    for _ in 1..ROUNDS {
        let points = sweeps.iter_mut().flat_map(|(.., points)| points);
        let again = round().into_iter().flat_map(|(.., points)| points);
        for (point, again) in points.zip(again) {
            point.sgd = point.sgd.min(again.sgd);
            point.adam = point.adam.min(again.adam);
        }
    }
    let mut csv = "sweep,size,sgd_us,adam_us,bound_us\n".to_owned();
    for (what, _, points) in &sweeps {
        for Point { size, sgd, adam, bound } in points {
            let _ = writeln!(
                csv,
                "{what},{size},{:.1},{:.1},{:.1}",
                sgd * 1e6,
                adam * 1e6,
                bound * 1e6
            );
        }
    }
    let cores = rayon::current_num_threads();
    let figure = Figure::new("Time of a training step, and the least its products can take")
        .subtitle(format!(
            "784-100×4-10, batch 128, f32 where nothing else is said; one thread of {gflops:.0} \
             GFLOP/s; networks side by side on {cores}"
        ))
        .grid(2, 2)
        .panels(sweeps.iter().map(|(what, label, points)| panel(what, label, points)));
    let written = std::fs::create_dir_all(&folder)
        .and_then(|()| std::fs::write(folder.join(format!("{name}.csv")), &csv))
        .map_err(|error| error.to_string())
        .and_then(|()| figure.save(&folder, &name).map_err(|error| error.to_string()));
    match written {
        Ok(files) => {
            print!("{csv}");
            files.iter().for_each(|file| eprintln!("written: {}", file.display()));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot write to {}: {error}", folder.display());
            ExitCode::from(5)
        }
    }
}
