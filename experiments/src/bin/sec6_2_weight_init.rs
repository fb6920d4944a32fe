//! Section 6.2: what the first weights decide.

use std::process::ExitCode;

use experiments::compare_losses::{self, Series, last_hundred};
use experiments::curves::Style;
use experiments::text::significant;
use experiments::{
    Args, Conclusion, Contestant, Failure, Log, Plan, Printed, Real, Run, Section, train,
};
use init::{Initializer, Purpose, Seed};
use layers::{Activation, Mode, MultiLayerNet};
use nalgebra::DMatrix;
use optimizers::{Rule, Sgd};
use tensor_ops::{Operand::Plain, matmul};
use viz::{Axis, Color, Corner, Figure, Histogram, Marker, Note, Panel};

const SYMMETRY: &str = "symmetry";
const ACTIVATIONS: &str = "activations";
/// The experiment of 6.2.2: samples, units a layer, layers, bins.
const INPUTS: usize = 1000;
const UNITS: usize = 100;
const LAYERS: usize = 5;
const BINS: usize = 30;
/// Higher bars are cut, and their height written beside them.
const SHOWN_COUNT: f64 = 20_000.0;

/// Names in files, in the notebook's table, initialisers, colours and markers.
const INITIALIZERS: [(&str, &str, Initializer, Color, Marker); 3] = [
    (
        "std=0.01",
        "std = 0.01",
        Initializer::Normal { std: 0.01 },
        Color::VERMILLION,
        Marker::Circle,
    ),
    ("xavier", "Xavier", Initializer::Xavier, Color::ORANGE, Marker::Square),
    ("he", "He", Initializer::He, Color::BLUE, Marker::Diamond),
];

/// Which initialisers 6.2.2 and 6.2.3 show for each activation.
const SHOWN: [(Activation, Color, [Initializer; 3]); 3] = [
    (Activation::Sigmoid, Color::BLUE, [ONE, SMALL, Initializer::Xavier]),
    (Activation::Tanh, Color::GREEN, [ONE, SMALL, Initializer::Xavier]),
    (Activation::Relu, Color::VERMILLION, [SMALL, Initializer::Xavier, Initializer::He]),
];
const ONE: Initializer = Initializer::Normal { std: 1.0 };
const SMALL: Initializer = Initializer::Normal { std: 0.01 };

/// Flags of this section.
#[derive(Clone, Debug, clap::Args)]
struct Flags {
    /// Draw the histograms over [0, 1] as the notebook does; half of tanh then falls outside
    #[arg(long)]
    book_range: bool,
    /// Use one weight matrix for all five layers, as the notebook does
    #[arg(long)]
    same_weights: bool,
}

struct WeightInit;

impl Section for WeightInit {
    type Flags = Flags;
    const NAME: &'static str = "sec6_2_weight_init";
    const ABOUT: &'static str = "Section 6.2: initial weights, activations and learning";
    const PARTS: &'static [(&'static str, &'static str)] = &[
        (SYMMETRY, "units that start equal stay equal"),
        (ACTIVATIONS, "histograms of the activations of five layers"),
        (compare_losses::PART, "training losses of three initialisers on MNIST, 2,000 iterations"),
    ];

    fn samples(args: &Args) -> (usize, usize) {
        if args.part.as_deref() == Some(ACTIVATIONS) { (1, 1) } else { compare_losses::SAMPLES }
    }

    fn printed() -> Vec<Printed> {
        let text = include_str!("../../../data/reference/sec6_2_mnist_loss.csv");
        compare_losses::printed(text, &INITIALIZERS.map(|(name, ..)| name))
    }

    fn run<T: Real>(run: &mut Run, flags: &Flags) -> Result<(), Failure> {
        if run.wants(SYMMETRY) {
            symmetry::<T>(run)?;
        }
        if run.wants(ACTIVATIONS) {
            activations::<T>(run, flags)?;
        }
        if run.wants(compare_losses::PART) {
            mnist::<T>(run)?;
        }
        Ok(())
    }

    fn conclusions(run: &Run) -> Vec<Conclusion> {
        let mut conclusions = Vec::new();
        if run.wants(SYMMETRY) {
            let distinct = |name: &str| {
                let steps = run.metrics().bands(SYMMETRY, name, "distinct_units");
                steps.iter().map(|(_, band)| band.max).fold(0.0, f64::max)
            };
            let [zeros, constant, he] = ["zeros", "constant", "he"].map(distinct);
            conclusions.push(Conclusion::new(
                "units that start with equal weights stay equal",
                zeros == 1.0 && constant == 1.0 && he == UNITS as f64,
                format!(
                    "distinct units a layer after training: zeros {zeros}, constant {constant}, He \
                     {he}"
                ),
            ));
        }
        if run.wants(ACTIVATIONS) {
            let last = |series: &str, metric| {
                let steps = run.metrics().bands(ACTIVATIONS, series, metric);
                steps.last().map_or(f64::NAN, |(_, band)| band.mean)
            };
            let saturated = last("sigmoid/1", "saturated");
            conclusions.push(Conclusion::new(
                "sigmoid with std 1 saturates",
                saturated > 0.5,
                format!("{:.0} % of the last layer within 0.05 of 0 or 1", 100.0 * saturated),
            ));
            let spread = last("sigmoid/0.01", "std");
            conclusions.push(Conclusion::new(
                "sigmoid with std 0.01 gives almost the same value everywhere",
                spread < 0.05,
                format!("standard deviation {spread:.3} in the last layer"),
            ));
            let [small, xavier, he] =
                ["relu/0.01", "relu/xavier", "relu/he"].map(|series| last(series, "std"));
            conclusions.push(Conclusion::new(
                "with ReLU only He keeps the activations spread through the layers",
                he > 0.5 && xavier < 0.5 * he && small < 1e-3,
                format!(
                    "standard deviation in the last layer: 0.01 {small:.1e}, Xavier {xavier:.2}, He \
                     {he:.2}"
                ),
            ));
        }
        if run.wants(compare_losses::PART) {
            let bands = INITIALIZERS.map(|(name, ..)| last_hundred(run.metrics(), name));
            let numbers = INITIALIZERS.iter().zip(&bands);
            let numbers: Vec<_> =
                numbers.map(|((_, label, ..), band)| format!("{label} {}", band.text(3))).collect();
            let by = format!("mean loss of the last 100 iterations: {}", numbers.join(", "));
            let [small, xavier, he] = bands.map(|band| band.mean);
            conclusions.push(Conclusion::new(
                "std = 0.01 does not learn",
                small > 2.29,
                by.clone(),
            ));
            conclusions.push(Conclusion::new(
                "He learns faster than Xavier with ReLU",
                he < xavier,
                by,
            ));
        }
        conclusions
    }
}

/// Trains three networks that differ in their first weights only, and counts units of each hidden
/// layer that have become different from each other.
fn symmetry<T: Real>(run: &mut Run) -> Result<(), Failure> {
    let constant = Initializer::Constant { value: 0.01 };
    let cases = [("zeros", Initializer::Zeros), ("constant", constant), ("he", Initializer::He)];
    let plan = Plan { iterations: run.scaled(100, 20), batch_size: 100 };
    let seeds = run.args().seeds();
    run.begin("training 3 networks", seeds.len() * cases.len() * plan.iterations);
    let samples = run.data().train.clone().first(1000);
    for &root in &seeds {
        let seed = Seed::new(root);
        let contestant = |(unit, (_, initializer)): (usize, &(&str, Initializer))| {
            let network = MultiLayerNet::new(784, &[UNITS; 2], 10).initializer(*initializer);
            let network = network.build::<T>(seed.unit(unit as u64));
            Contestant {
                network: network.expect("fixed settings are valid"),
                optimizer: Sgd::default().build().expect("the book's default is valid"),
            }
        };
        let mut contestants: Vec<_> = cases.iter().enumerate().map(contestant).collect();
        train(run, &mut contestants, &samples, plan, seed, |_| {})?;
        for ((name, _), contestant) in cases.iter().zip(&contestants) {
            let log: Log = ["0.weight", "2.weight"]
                .iter()
                .enumerate()
                .map(|(layer, weight)| {
                    let weights =
                        &contestant.network.param(weight).expect("two hidden layers").value;
                    (layer, "distinct_units", distinct_columns(weights) as f64)
                })
                .collect();
            run.record(SYMMETRY, name, root, log);
        }
    }
    run.end();
    run.say(&format!("distinct units of {UNITS} after {} updates:", plan.iterations))?;
    for (name, _) in cases {
        let layers = run.metrics().bands(SYMMETRY, name, "distinct_units");
        let layers: Vec<_> = layers.iter().map(|(_, band)| band.text(0)).collect();
        run.say(&format!("weights {name}: layer 1 {}, layer 2 {}", layers[0], layers[1]))?;
    }
    Ok(())
}

/// How many different columns: a column holds the weights into one unit.
fn distinct_columns<T: Real>(weights: &DMatrix<T>) -> usize {
    let mut seen: Vec<_> = Vec::new();
    for column in weights.column_iter() {
        if !seen.contains(&column) {
            seen.push(column);
        }
    }
    seen.len()
}

/// Feeds normal inputs through five layers, for each activation and initialiser.
fn activations<T: Real>(run: &mut Run, flags: &Flags) -> Result<(), Failure> {
    for &root in &run.args().seeds() {
        for (index, (activation, _, initializers)) in SHOWN.iter().enumerate() {
            for (column, initializer) in initializers.iter().enumerate() {
                let unit = (3 * index + column) as u64;
                let outputs =
                    layer_outputs::<T>(*activation, *initializer, flags, Seed::new(root), unit);
                let log = outputs.iter().enumerate().flat_map(|(layer, values)| {
                    statistics(*activation, values).map(|(metric, value)| (layer, metric, value))
                });
                let series = format!("{activation}/{initializer}");
                run.record(ACTIVATIONS, &series, root, log.collect());
            }
        }
    }
    for (index, (activation, color, initializers)) in SHOWN.iter().enumerate() {
        draw_activations::<T>(run, flags, index, *activation, *color, initializers)?;
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

/// The activations of each of the five layers for 1,000 standard normal inputs.
fn layer_outputs<T: Real>(
    activation: Activation,
    initializer: Initializer,
    flags: &Flags,
    seed: Seed,
    unit: u64,
) -> Vec<Vec<f64>> {
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
        matmul(Plain(&x), Plain(&weights), T::zero(), &mut a);
        function.forward(&a, &mut x, Mode::Eval);
        outputs.push(x.iter().map(|value| value.f64()).collect());
    }
    outputs
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
fn draw_activations<T: Real>(
    run: &mut Run,
    flags: &Flags,
    index: usize,
    activation: Activation,
    color: Color,
    initializers: &[Initializer; 3],
) -> Result<(), Failure> {
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
    for (column, initializer) in initializers.iter().enumerate() {
        let unit = (3 * index + column) as u64;
        let seed = Seed::new(run.args().seed);
        let outputs = layer_outputs::<T>(activation, *initializer, flags, seed, unit);
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
    let reading = format!("{what} {share:.1} % of all values lie outside the range shown.");
    run.figure(&format!("sec6_2_{activation}"), figure, &reading)
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

fn mnist<T: Real>(run: &mut Run) -> Result<(), Failure> {
    let series = INITIALIZERS.map(|(name, label, _, color, marker)| Series {
        name,
        label,
        style: Style::solid(label, color).marker(marker, 100),
    });
    compare_losses::run(run, &series, |index, seed: Seed| {
        let network = MultiLayerNet::new(784, &[100; 4], 10).initializer(INITIALIZERS[index].2);
        Contestant {
            network: network.build::<T>(seed).expect("fixed settings are valid"),
            optimizer: Sgd::default().build().expect("the book's default is valid"),
        }
    })?;
    let figure =
        compare_losses::figure(run, "Three initialisers on MNIST, SGD(0.01)", &series, 2.5);
    run.figure(
        "sec6_2_mnist",
        figure,
        "With std = 0.01 the network does not learn; He starts learning at once, Xavier some \
         hundred iterations later.",
    )
}

fn main() -> ExitCode {
    experiments::main::<WeightInit>()
}
