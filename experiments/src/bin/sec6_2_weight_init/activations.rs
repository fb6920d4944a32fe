//! 6.2.2 and 6.2.3: how activations are spread over five layers.

use experiments::text::significant;
use experiments::{Conclusion, Failure, Log, Run};
use init::{Initializer, Purpose, Seed};
use layers::{Activation, Mode};
use nalgebra::DMatrix;
use rayon::prelude::*;
use tensor_ops::{Operand::Plain, matmul};
use training::Real;
use viz::{Axis, Color, Corner, Figure, Histogram, Note, Panel};

use crate::Flags;

/// The part's name.
pub const ACTIVATIONS: &str = "activations";
/// The experiment of 6.2.2: samples, units a layer, layers, bins.
const INPUTS: usize = 1000;
const UNITS: usize = 100;
const LAYERS: usize = 5;
const BINS: usize = 30;
/// Higher bars are cut, and their height written beside them.
const SHOWN_COUNT: f64 = 20_000.0;

/// An activation, its colour in figures, and three initialisers.
type Shown = (Activation, Color, [Initializer; 3]);

/// What 6.2.2 and 6.2.3 show.
const SHOWN: [Shown; 3] = [
    (Activation::Sigmoid, Color::BLUE, [ONE, SMALL, Initializer::Xavier]),
    (Activation::Tanh, Color::GREEN, [ONE, SMALL, Initializer::Xavier]),
    (Activation::Relu, Color::VERMILLION, [SMALL, Initializer::Xavier, Initializer::He]),
];
const ONE: Initializer = Initializer::Normal { std: 1.0 };
const SMALL: Initializer = Initializer::Normal { std: 0.01 };

/// Sigmoid saturates or says nothing, ReLU needs He.
pub fn conclusions(run: &Run) -> Vec<Conclusion> {
    let last = |series: &str, metric| {
        let steps = run.metrics().bands(ACTIVATIONS, series, metric);
        steps.last().map_or(f64::NAN, |(_, band)| band.mean)
    };
    let saturated = last("sigmoid/1", "saturated");
    let saturates = Conclusion::new(
        "sigmoid with std 1 saturates",
        saturated > 0.5,
        format!("{:.0} % of the last layer within 0.05 of 0 or 1", 100.0 * saturated),
    );
    let spread = last("sigmoid/0.01", "std");
    let alike = Conclusion::new(
        "sigmoid with std 0.01 gives almost the same value everywhere",
        spread < 0.05,
        format!("standard deviation {spread:.3} in the last layer"),
    );
    let [small, xavier, he] =
        ["relu/0.01", "relu/xavier", "relu/he"].map(|series| last(series, "std"));
    let spread_out = Conclusion::new(
        "with ReLU only He keeps the activations spread through the layers",
        he > 0.5 && xavier < 0.5 * he && small < 1e-3,
        format!(
            "standard deviation in the last layer: 0.01 {small:.1e}, Xavier {xavier:.2}, He \
                     {he:.2}"
        ),
    );
    vec![saturates, alike, spread_out]
}

/// Feeds normal inputs through five layers, for each activation and initialiser.
///
/// # Errors
/// If the table cannot be written.
pub fn run<T: Real>(run: &mut Run, flags: &Flags) -> Result<(), Failure> {
    let cases: Vec<(Activation, Initializer)> =
        SHOWN.iter().flat_map(|(activation, _, all)| all.map(|one| (*activation, one))).collect();
    for &root in &run.args().seeds() {
        let outputs: Vec<Outputs> = cases
            .par_iter()
            .enumerate()
            .map(|(unit, &case)| layer_outputs::<T>(case, flags, Seed::new(root), unit as u64))
            .collect();
        let logs: Vec<Log> =
            cases.par_iter().zip(&outputs).map(|(case, all)| measure(run, case.0, all)).collect();
        for ((activation, initializer), log) in cases.iter().zip(logs) {
            run.record(ACTIVATIONS, &format!("{activation}/{initializer}"), root, log)?;
        }
        if root == run.args().seed {
            for (shown, outputs) in SHOWN.iter().zip(outputs.chunks(3)) {
                draw_activations(run, flags, shown, outputs);
            }
        }
    }
    run.say("layer: mean, standard deviation, share saturated, share of zeros")?;
    for (activation, _, initializers) in SHOWN {
        for initializer in initializers {
            let series = format!("{activation}/{initializer}");
            let [mean, std, saturated, zero] = ["mean", "std", "saturated", "zero"]
                .map(|metric| run.metrics().bands(ACTIVATIONS, &series, metric));
            for layer in 0..LAYERS {
                let [mean, std, saturated, zero] =
                    [&mean, &std, &saturated, &zero].map(|bands| bands[layer].1.mean);
                run.say(&format!(
                    "{series} layer {}: {}, {}, {saturated:.3}, {zero:.3}",
                    layer + 1,
                    significant(mean),
                    significant(std),
                ))?;
            }
        }
    }
    Ok(())
}

/// The values of each layer.
type Outputs = Vec<Vec<f64>>;

/// The activations of each of the five layers for 1,000 standard normal inputs.
fn layer_outputs<T: Real>(
    (activation, initializer): (Activation, Initializer),
    flags: &Flags,
    seed: Seed,
    unit: u64,
) -> Outputs {
    let mut x = DMatrix::<T>::zeros(INPUTS, UNITS);
    // The inputs are the same for every case of a seed.
    ONE.fill(&mut x, &mut seed.stream(Purpose::Inputs, 0));
    let mut function = activation.layer::<T>();
    let mut outputs = Vec::new();
    for layer in 0..LAYERS {
        let stream = if flags.same_weights { 0 } else { layer as u64 };
        let mut weights = DMatrix::zeros(UNITS, UNITS);
        initializer.fill(&mut weights, &mut seed.unit(unit).stream(Purpose::Weights, stream));
        let mut a = DMatrix::zeros(INPUTS, UNITS);
        matmul(Plain(&x), Plain(&weights), None, &mut a);
        function.forward(&a, &mut x, Mode::Eval);
        outputs.push(x.iter().map(|value| value.f64()).collect());
    }
    outputs
}

/// The numbers of each layer, and its histogram where one is wanted.
fn measure(run: &Run, activation: Activation, outputs: &Outputs) -> Log {
    let mut log = Log::new();
    for (layer, values) in outputs.iter().enumerate() {
        let numbers = statistics(activation, values);
        log.extend(numbers.map(|(metric, value)| (layer, metric, value)));
        if run.watches(layer, LAYERS - 1) {
            log.spread(layer, "activations".to_owned(), values);
        }
    }
    log
}

/// Mean, standard deviation, the share of saturated values (where the slope is all but gone), and
/// the share of exact zeros.
fn statistics(activation: Activation, values: &[f64]) -> [(&'static str, f64); 4] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
    let share = |test: &dyn Fn(f64) -> bool| values.iter().filter(|v| test(**v)).count() as f64 / n;
    let saturated = match activation {
        Activation::Sigmoid => share(&|v| !(0.05..=0.95).contains(&v)),
        Activation::Tanh => share(&|v| v.abs() > 0.95),
        _ => 0.0,
    };
    [
        ("mean", mean),
        ("std", variance.sqrt()),
        ("saturated", saturated),
        ("zero", share(&|v| v == 0.0)),
    ]
}

/// A row of five histograms for each initialiser, of the first seed.
fn draw_activations(
    run: &mut Run,
    flags: &Flags,
    &(activation, color, initializers): &Shown,
    outputs: &[Outputs],
) {
    let (low, high) = match activation {
        _ if flags.book_range => (0.0, 1.0),
        Activation::Tanh => (-1.0, 1.0),
        Activation::Relu => (0.0, 3.0),
        _ => (0.0, 1.0),
    };
    // ReLU's peak is at the left, the others' in the middle or at both ends.
    let corner =
        if activation == Activation::Relu { Corner::UpperRight } else { Corner::UpperLeft };
    let mut panels = Vec::new();
    let mut outside = 0;
    for (initializer, outputs) in initializers.iter().zip(outputs) {
        for (layer, values) in outputs.iter().enumerate() {
            let (edges, counts, missed) = histogram(values, low, high);
            outside += missed;
            let highest = counts.iter().copied().fold(0.0, f64::max);
            let mut panel = Panel::new(format!("{}, layer {}", label(*initializer), layer + 1))
                .x_axis(Axis::linear("activation", low, high))
                .y_axis(Axis::linear("values", 0.0, SHOWN_COUNT))
                .mark(Histogram::new(color, edges, counts));
            if highest > SHOWN_COUNT {
                let text = format!("peak {:.0}k", highest / 1000.0);
                panel = panel.mark(Note::corner(corner, &text));
            }
            panels.push(panel);
        }
    }
    let figure = Figure::new(format!("Activations of five layers: {activation}"))
        .subtitle(format!(
            "1,000 standard normal inputs, 100 units a layer: 100,000 values a panel; seed {}",
            run.args().seed
        ))
        .grid(3, LAYERS)
        .panels(panels);
    let what = match activation {
        Activation::Sigmoid => {
            "With std 1 the values crowd at 0 and 1, where the slope is 0; with 0.01 at 0.5, where \
             all units say the same; Xavier spreads them."
        }
        Activation::Tanh => {
            "With std 1 the values crowd at −1 and 1; with 0.01 at 0; Xavier keeps a bell through \
             the layers."
        }
        _ => {
            "With 0.01 everything is 0 after a layer or two; with Xavier the spread shrinks layer by \
             layer; He keeps it."
        }
    };
    let total = initializers.len() * LAYERS * INPUTS * UNITS;
    let share = 100.0 * outside as f64 / total as f64;
    let reading = match outside {
        0 => what.to_owned(),
        _ => format!("{what} {share:.1} % of all values lie outside the range shown."),
    };
    run.figure(&format!("sec6_2_{activation}"), figure, &reading);
}

/// Edges, counts, and how many values lie outside.
fn histogram(values: &[f64], low: f64, high: f64) -> (Vec<f64>, Vec<f64>, usize) {
    let width = (high - low) / BINS as f64;
    let edges = (0..=BINS).map(|i| low + width * i as f64).collect();
    let mut counts = vec![0.0; BINS];
    let mut outside = 0;
    for &value in values {
        if (low..=high).contains(&value) {
            // The last bin includes its right edge, as np.histogram's does.
            counts[(((value - low) / width) as usize).min(BINS - 1)] += 1.0;
        } else {
            outside += 1;
        }
    }
    (edges, counts, outside)
}

fn label(initializer: Initializer) -> String {
    match initializer {
        Initializer::Normal { std } => format!("std {std}"),
        Initializer::Xavier => "Xavier".to_owned(),
        Initializer::He => "He".to_owned(),
        other => other.to_string(),
    }
}
