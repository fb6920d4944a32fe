//! 6.2.2 and 6.2.3: how activations are spread over five layers.

use experiments::cli::Result;
use experiments::findings::{Findings, Measurements, Metric, Series, significant};
use experiments::lab::{Lab, Unit};
use experiments::report::{Lesson, RunReport, Table};
use init::{Initialize, Initializer, Purpose, Seed};
use layers::{Activation, Mode};
use nalgebra::DMatrix;
use rayon::prelude::*;
use tensor_ops::{Operand::Plain, matmul};
use training::Real;
use viz::{Axis, Color, Figure, Histogram, Note, Panel};

use crate::flags::ActivationFlags;

/// The name of the part.
pub const ACTIVATIONS: &str = "activations";
/// The sizes of the experiment of 6.2.2.
const INPUTS: usize = 1000;
const UNITS: usize = 100;
const LAYERS: usize = 5;
const BINS: usize = 30;
/// Higher bars are cut off, and their height is written in the panel.
const SHOWN_COUNT: f64 = 20_000.0;

/// An activation, its colour in figures, and the three initialisers shown with it.
type Shown = (Activation, Color, [Initializer; 3]);

/// The figures of 6.2.2 and 6.2.3.
const SHOWN: [Shown; 3] = [
    (Activation::Sigmoid, Color::BLUE, [ONE, SMALL, Initializer::Xavier]),
    (Activation::Tanh, Color::GREEN, [ONE, SMALL, Initializer::Xavier]),
    (Activation::Relu, Color::VERMILLION, [SMALL, Initializer::Xavier, Initializer::He]),
];
const ONE: Initializer = Initializer::Normal { std: 1.0 };
const SMALL: Initializer = Initializer::Normal { std: 0.01 };

/// The statistics of the values of a layer.
const MEAN: Metric = Metric::new("mean");
const STD: Metric = Metric::new("std");
/// The share of values where the slope of the activation is almost 0.
const SATURATED: Metric = Metric::new("saturated");
/// The share of exact zeros.
const ZERO: Metric = Metric::new("zero");

/// Feeds normal inputs through five layers, for each activation and initialiser.
pub fn run<T: Real>(lab: &Lab, flags: &ActivationFlags, report: &mut RunReport) -> Result<()> {
    let cases: Vec<(Activation, Initializer)> =
        SHOWN.iter().flat_map(|(activation, _, all)| all.map(|one| (*activation, one))).collect();
    let seeds = lab.args.seeds();
    let named = |(activation, initializer): &(Activation, Initializer)| {
        Series::new(format!("{activation}/{initializer}"), Vec::new()).labelled(format!(
            "{}, {}",
            written(*activation),
            label(*initializer)
        ))
    };
    let mut series: Vec<Series> = cases.iter().map(named).collect();
    let mut figures = Vec::new();
    for &seed in &seeds {
        let of_cases = cases.par_iter().enumerate().map(|(case, &what)| {
            let run = lab.seed(seed);
            let weights = Unit::Series(case).of(run);
            let outputs = layer_outputs::<T>(what, flags, Unit::Run.of(run), weights);
            (measure(lab, what.0, &outputs), histograms(what.0, flags, &outputs))
        });
        let (measured, binned): (Vec<_>, Vec<_>) = of_cases.unzip();
        if seed == seeds[0] {
            let rows = binned.chunks(3).zip(measured.chunks(3));
            let drawn = SHOWN.iter().zip(rows);
            figures.extend(drawn.map(|(shown, rows)| draw(lab, flags, shown, rows)));
        }
        series.iter_mut().zip(measured).for_each(|(series, run)| series.runs.push(run));
    }
    let findings = Findings { part: ACTIVATIONS.to_owned(), seeds, series };
    report.lesson(lesson(&findings));
    for (name, figure, reading) in figures {
        report.figure(&name, figure, &reading);
    }
    table(report, &findings)?;
    conclude(report, &findings);
    report.record(findings);
    Ok(())
}

/// The mean over the seeds of a metric in the first and in the last layer.
fn ends(series: &Series, metric: Metric) -> [f64; 2] {
    [0, LAYERS - 1].map(|layer| series.at(metric, layer).mean)
}

/// Which initialiser keeps at least half of the spread through five layers of ReLU: the answer if
/// it is a single one.
fn lesson(findings: &Findings) -> Lesson<'static> {
    let relu = &findings.series[6..9];
    let spread: Vec<[f64; 2]> = relu.iter().map(|series| ends(series, STD)).collect();
    let keep: Vec<usize> = (0..3).filter(|&k| spread[k][1] >= 0.5 * spread[k][0]).collect();
    let [small, xavier, he] = [0, 1, 2].map(|k: usize| spread[k].map(significant));
    Lesson {
        question: "Random inputs pass through five layers of ReLU. Which initial weights keep the values as \
                   spread out in the last layer as in the first?",
        choices: &["std 0.01", "Xavier", "He"],
        answer: if let [only] = keep[..] { Some(only) } else { None },
        see: format!(
            "From the first to the last layer of ReLU, the standard deviation goes from {} to {} with std 0.01, \
             from {} to {} with Xavier, from {} to {} with He: means of all seeds. The figures show the first.",
            small[0], small[1], xavier[0], xavier[1], he[0], he[1]
        ),
        why: "A layer of n inputs multiplies their mean square by n times the variance of its weights. Xavier's \
              variance of 1/n keeps it, up to the activation function. Sigmoid and tanh are flatter than the \
              line y = x and shrink the spread a little; ReLU sets half of the values to 0, which halves the \
              mean square, and He's variance of 2/n makes up for that. Larger weights push sigmoid and tanh to \
              their ends, where the slope is almost 0, so that gradients vanish.",
        formula: FORMULA,
        exercise: "The notebook draws all histograms between 0 and 1: what does that hide?",
        flags: "--part activations --book-range",
    }
}

const FORMULA: &str = "<math display=\"block\"><mtext>Xavier</mtext><mspace width=\".5em\"/><mi>σ</mi>\
    <mo>=</mo><msqrt><mn>1</mn><mo>/</mo><mi>n</mi></msqrt></math>\
    <math display=\"block\"><mtext>He</mtext><mspace width=\".5em\"/><mi>σ</mi><mo>=</mo><msqrt><mn>2</mn><mo>/</mo><mi>n</mi></msqrt></math>";

/// The first and the last layer of each case; `--table full` prints all layers.
fn table(report: &mut RunReport, findings: &Findings) -> Result<()> {
    let share = |share: f64| format!("{:.0} %", 100.0 * share);
    let cases = SHOWN.iter().flat_map(|(activation, _, initializers)| {
        initializers.iter().map(|initializer| [written(*activation), label(*initializer)])
    });
    let row = |(case, series): ([String; 2], &Series)| -> Vec<String> {
        let [first, last] = ends(series, STD).map(significant);
        let [saturated, zero] = [SATURATED, ZERO].map(|metric| share(series.last(metric).mean));
        case.into_iter().chain([first, last, saturated, zero]).collect()
    };
    let columns = [
        "function",
        "initial weights",
        "std in layer 1",
        "std in layer 5",
        "saturated there",
        "zeros there",
    ];
    let (title, rows) =
        ("Standard deviation (std) of the activations", cases.zip(&findings.series));
    report.results(Table::new(title, columns, rows.map(row)), || each_layer(findings))
}

fn each_layer(findings: &Findings) -> Vec<String> {
    let mut lines =
        vec!["layer: mean, standard deviation, share saturated, share of zeros".to_owned()];
    for series in &findings.series {
        let numbers = [MEAN, STD, SATURATED, ZERO].map(|metric| series.spreads(metric));
        for layer in 0..LAYERS {
            let [mean, std, saturated, zero] =
                numbers.each_ref().map(|spreads| spreads[layer].1.mean);
            lines.push(format!(
                "{} layer {}: {}, {}, {saturated:.3}, {zero:.3}",
                series.name,
                layer + 1,
                significant(mean),
                significant(std),
            ));
        }
    }
    lines
}

/// Sigmoid saturates or all units agree; ReLU needs He.
fn conclude(report: &mut RunReport, findings: &Findings) {
    // In the order of `SHOWN`: three initialisers an activation.
    let sigmoid_one = |findings: &Findings| findings.series[0].last(SATURATED).mean;
    let sigmoid_small = |findings: &Findings| findings.series[1].last(STD).mean;
    let relu =
        |findings: &Findings| [6, 7, 8].map(|case: usize| findings.series[case].last(STD).mean);
    let saturated = sigmoid_one(findings);
    report.conclude(
        "sigmoid with std 1 saturates",
        "more than half of the last layer lies within 0.05 of 0 or 1",
        &findings.each_seed(|one| sigmoid_one(one) > 0.5),
        format!("{:.0} % of the last layer within 0.05 of 0 or 1", 100.0 * saturated),
    );
    let spread = sigmoid_small(findings);
    report.conclude(
        "sigmoid with std 0.01 gives almost the same value everywhere",
        "the standard deviation in the last layer is below 0.05",
        &findings.each_seed(|one| sigmoid_small(one) < 0.05),
        format!("standard deviation {spread:.3} in the last layer"),
    );
    let [small, xavier, he] = relu(findings);
    let held = findings.each_seed(|one| {
        let [small, xavier, he] = relu(one);
        he > 0.5 && xavier < 0.5 * he && small < 1e-3
    });
    report.conclude(
        "with ReLU only He keeps the activations spread through the layers",
        "the standard deviation in the last layer is above 0.5 with He, less than half of that with \
         Xavier, below 0.001 with 0.01",
        &held,
        format!(
            "standard deviation in the last layer: 0.01 {small:.1e}, Xavier {xavier:.2}, He {he:.2}"
        ),
    );
}

/// The values of each layer.
type Outputs = Vec<Vec<f64>>;

/// The activations of each of the five layers for 1,000 standard normal inputs.
fn layer_outputs<T: Real>(
    (activation, initializer): (Activation, Initializer),
    flags: &ActivationFlags,
    run: Seed,
    weights_seed: Seed,
) -> Outputs {
    let mut x = DMatrix::<T>::zeros(INPUTS, UNITS);
    // The inputs are the same for every case of a seed.
    ONE.fill(&mut x, &mut run.stream(Purpose::Inputs, 0));
    let mut function = activation.layer::<T>();
    let mut outputs = Vec::new();
    for layer in 0..LAYERS {
        let stream = if flags.same_weights { 0 } else { layer as u64 };
        let mut weights = DMatrix::zeros(UNITS, UNITS);
        initializer.fill(&mut weights, &mut weights_seed.stream(Purpose::Weights, stream));
        let mut a = DMatrix::zeros(INPUTS, UNITS);
        matmul(Plain(&x), Plain(&weights), None, &mut a);
        function.forward((&a).into(), &mut x, Mode::Eval);
        outputs.push(x.iter().map(|value| value.f64()).collect());
    }
    outputs
}

/// The statistics of each layer, and its histogram if one is wanted.
fn measure(lab: &Lab, activation: Activation, outputs: &Outputs) -> Measurements {
    let mut measured = Measurements::default();
    for (layer, values) in outputs.iter().enumerate() {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        let share =
            |test: &dyn Fn(f64) -> bool| values.iter().filter(|v| test(**v)).count() as f64 / n;
        let saturated = match activation {
            Activation::Sigmoid => share(&|v| !(0.05..=0.95).contains(&v)),
            Activation::Tanh => share(&|v| v.abs() > 0.95),
            _ => 0.0,
        };
        measured.push(layer, MEAN, mean);
        measured.push(layer, STD, variance.sqrt());
        measured.push(layer, SATURATED, saturated);
        measured.push(layer, ZERO, share(&|v| v == 0.0));
        if lab.watches(layer, LAYERS - 1) {
            measured.histogram(layer, "activations".to_owned(), values);
        }
    }
    measured
}

/// The range of the histograms of an activation.
fn range(activation: Activation, flags: &ActivationFlags) -> (f64, f64) {
    match activation {
        _ if flags.book_range => (0.0, 1.0),
        Activation::Tanh => (-1.0, 1.0),
        Activation::Relu => (0.0, 3.0),
        _ => (0.0, 1.0),
    }
}

/// Of each layer: the edges of the bins, their counts, and how many values lie outside.
type Histograms = Vec<(Vec<f64>, Vec<f64>, usize)>;

fn histograms(activation: Activation, flags: &ActivationFlags, outputs: &Outputs) -> Histograms {
    let (low, high) = range(activation, flags);
    outputs.iter().map(|values| histogram(values, low, high)).collect()
}

/// A row of five histograms for each initialiser, for the first seed: name, figure and caption.
fn draw(
    lab: &Lab,
    flags: &ActivationFlags,
    &(activation, color, initializers): &Shown,
    (binned, measured): (&[Histograms], &[Measurements]),
) -> (String, Figure, String) {
    let (low, high) = range(activation, flags);
    let of = |case: usize, layer: usize, metric: Metric| {
        let mut numbers = measured[case].numbers().iter();
        let found = numbers.find(|(step, measured, _)| (*step, *measured) == (layer, metric));
        found.map_or(f64::NAN, |(.., value)| *value)
    };
    let mut panels = Vec::new();
    let mut outside = 0;
    for (case, (initializer, binned)) in initializers.iter().zip(binned).enumerate() {
        for (layer, (edges, counts, missed)) in binned.iter().enumerate() {
            outside += missed;
            let highest = counts.iter().copied().fold(0.0, f64::max);
            let mut note = format!("σ {}", significant(of(case, layer, STD)));
            if highest > SHOWN_COUNT {
                note.push_str(&format!("\npeak {:.0}k", highest / 1000.0));
            }
            // The columns are named above the first row, the rows at their left.
            let title = if case == 0 { format!("layer {}", layer + 1) } else { String::new() };
            let row = format!("{}: values", label(*initializer));
            panels.push(
                Panel::new(title)
                    .x_axis(Axis::linear("activation", low, high))
                    .y_axis(Axis::linear(row, 0.0, SHOWN_COUNT))
                    .mark(Histogram::new(color, edges.clone(), counts.clone()))
                    .mark(Note::free(&note)),
            );
        }
    }
    let figure = Figure::new(format!("Activations of five layers: {}", written(activation)))
        .subtitle(format!(
            "1,000 standard normal inputs, 100 units a layer: 100,000 values a panel; σ: their standard deviation; \
             seed {}",
            lab.args.seed
        ))
        .grid(3, LAYERS)
        .panels(panels);
    let last = |case: usize, metric| of(case, LAYERS - 1, metric);
    let [std0, std1, std2] = [0, 1, 2].map(|case| significant(last(case, STD)));
    let share = format!("{:.0}", 100.0 * last(0, SATURATED));
    let what = match activation {
        Activation::Sigmoid => format!(
            "With std 1, {share} % of the last layer's values lie within 0.05 of 0 or 1, where the slope is \
             almost 0. Their standard deviation is {std1} with std 0.01, and {std2} with Xavier."
        ),
        Activation::Tanh => format!(
            "With std 1, {share} % of the last layer's values lie within 0.05 of −1 or 1, where the slope is \
             almost 0. Their standard deviation is {std1} with std 0.01, and {std2} with Xavier."
        ),
        _ => format!(
            "The standard deviation of the last layer's values is {std0} with std 0.01, {std1} with Xavier, \
             {std2} with He."
        ),
    };
    let total = initializers.len() * LAYERS * INPUTS * UNITS;
    let share = 100.0 * outside as f64 / total as f64;
    let reading = match outside {
        0 => what,
        _ => format!("{what} {share:.1} % of all values lie outside the range shown."),
    };
    (format!("sec6_2_{activation}"), figure, reading)
}

/// Edges and counts, and the number of values outside the range.
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

/// An activation as people write it.
fn written(activation: Activation) -> String {
    match activation {
        Activation::Relu => "ReLU".to_owned(),
        other => other.to_string(),
    }
}

fn label(initializer: Initializer) -> String {
    match initializer {
        Initializer::Normal { std } => format!("std {std}"),
        Initializer::Xavier => "Xavier".to_owned(),
        Initializer::He => "He".to_owned(),
        other => other.to_string(),
    }
}
