//! What other libraries mean by the same names (docs/peers.md): the tables of the page are the
//! record of a run of `experiments/interop/peers/run.sh`, and where the page names a setting of
//! ours, ours gives the same numbers.

use std::collections::BTreeMap;
use std::fs;

use init::{Initialize, Initializer, Purpose, Seed};
use kernels::Scalar;
use layers::activation::{Elu, Function, Gelu, LeakyRelu, Relu, Sigmoid, Silu, Tanh};
use layers::{
    BatchNorm, Convolution, Dropout, DropoutScaling, Layer, Loss, LossFunction, MaxPooling, Mode,
    Sequential,
};
use nalgebra::{DMatrix, dmatrix};
use optimizers::schedules::{Cosine, Exponential, OneCycle, Schedule, Step, Warmup};
use optimizers::{
    Adam, AmsGrad, Decay, Epsilon, Optimizer, OptimizerError, OptimizerKind, Rule, Slot,
    clip_total_norm,
};
use search::pruner::{Asha, Median};
use search::sampler::Sobol;
use search::{
    Distribution, End, Observation, Params, Pruner, Report, Space, Trial, Value, importance,
};
use serde::Deserialize;
use tensor_ops::{ImageShape, Window};

use crate::common::root;

#[derive(Deserialize)]
struct Record {
    versions: BTreeMap<String, String>,
    cells: Vec<Cell>,
}

#[derive(Deserialize)]
struct Cell {
    kind: String,
    name: String,
    library: String,
    call: String,
    defaults: String,
    formula: String,
    guess: String,
    surprise: bool,
    close: f64,
    ours: Option<String>,
    values: Vec<f64>,
}

impl Cell {
    /// The numbers that the page shows. A path of three numbers over eight steps is shown by the
    /// first three steps of the first, and the first step of the second.
    fn shown(&self) -> Vec<f64> {
        let at = |step: usize| self.values[3 * step];
        match (self.kind.as_str(), self.values.len()) {
            ("optimizer", 24) => {
                vec![-at(0), at(0) - at(1), at(1) - at(2), -self.values[1]]
            }
            ("schedule", length) => {
                let steps = [0, 1, 3, 4, 5, 6, 9, 10, 11].into_iter();
                steps.filter(|step| *step < length).map(|step| self.values[step]).collect()
            }
            _ => self.values.clone(),
        }
    }
}

fn record() -> Record {
    let text = fs::read_to_string(root().join("docs/reference/peers.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn page() -> String {
    fs::read_to_string(root().join("docs/peers.md")).unwrap()
}

fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

/// The rows of the table under the heading of this name, without the two lines above them.
fn rows<'a>(page: &'a str, name: &str) -> Vec<Vec<&'a str>> {
    let heading = |line: &str| line.trim_start_matches('#').trim() == name && line.starts_with('#');
    let table = page.lines().skip_while(|line| !heading(line)).skip(1);
    let table =
        table.take_while(|line| !line.starts_with('#')).filter(|line| line.starts_with('|'));
    table.skip(2).map(|row| row.split('|').map(str::trim).collect()).collect()
}

#[test]
fn the_tables_are_the_record_of_the_runs() {
    let (record, page) = (record(), page());
    let mut of_name = BTreeMap::<&str, Vec<&Cell>>::new();
    record.cells.iter().for_each(|cell| of_name.entry(&cell.name).or_default().push(cell));
    for (name, cells) in of_name {
        let rows = rows(&page, name);
        assert_eq!(rows.len(), cells.len(), "rows of {name}");
        for (cell, row) in cells.into_iter().zip(rows) {
            let what = format!("{name}, {}", cell.library);
            let guess = if cell.surprise { &cell.guess } else { "" };
            let ours = cell.ours.as_deref().map_or("no".to_owned(), code);
            let call = format!("{}: {}", cell.library, code(&cell.call));
            let defaults = code(&cell.defaults);
            let said = ["", &call, &cell.formula, row[3], &defaults, &ours, guess, ""];
            assert_eq!(row, said, "{what}");
            let written = row[3].trim_matches('`').split(' ').map(|x| x.parse::<f64>().unwrap());
            let written: Vec<f64> = written.collect();
            let shown = cell.shown();
            assert_eq!(written.len(), shown.len(), "{what}");
            for (written, value) in written.into_iter().zip(shown) {
                assert!((written - value).abs() <= 5.01e-4 * value.abs(), "{what}: {value}");
            }
        }
    }
    let versions: Vec<Vec<&str>> = rows(&page, "Versions");
    let said: Vec<(&str, &str)> =
        versions.iter().map(|row| (row[1], row[2].trim_matches('`'))).collect();
    let found = record.versions.iter().map(|(library, version)| (&**library, &**version));
    assert_eq!(BTreeMap::from_iter(said), BTreeMap::from_iter(found));
}

#[test]
fn where_the_page_says_that_ours_is_the_same_it_is() {
    let mut count = 0;
    for cell in record().cells {
        let Some(setting) = &cell.ours else { continue };
        let ours = ours(&cell, &Setting::of(setting));
        let what = format!("{}, {}: {}", cell.name, cell.library, setting);
        assert_eq!(ours.len(), cell.values.len(), "{what}");
        for (ours, theirs) in ours.iter().zip(&cell.values) {
            let allowed = cell.close * (theirs.abs() + 1e-6);
            assert!((ours - theirs).abs() <= allowed, "{what}: {ours} here, {theirs} there");
        }
        count += 1;
    }
    assert!(count >= 60, "{count} are the same");
}

#[test]
fn many_cells_surprise() {
    let surprising = record().cells.iter().filter(|cell| cell.surprise).count();
    assert!(surprising >= 25, "{surprising}");
}

/// A name with its settings: `adam eps=1e-8`.
struct Setting<'a> {
    name: &'a str,
    values: BTreeMap<&'a str, f64>,
}

impl<'a> Setting<'a> {
    fn of(text: &'a str) -> Self {
        let (name, values) = text.split_once(' ').unwrap_or((text, ""));
        let pairs = values.split(' ').filter_map(|pair| pair.split_once('='));
        Self { name, values: pairs.map(|(name, x)| (name, x.parse().unwrap())).collect() }
    }

    fn count(&self, name: &str) -> usize {
        self.values.get(name).map_or(0, |x| *x as usize)
    }
}

/// What our crates give for the input of a cell.
fn ours(cell: &Cell, setting: &Setting<'_>) -> Vec<f64> {
    match (cell.kind.as_str(), setting.name) {
        ("optimizer", "clip_total_norm") => clipped(),
        ("optimizer", _) => path(cell, setting),
        ("schedule", _) => rates(setting, cell.values.len()),
        ("initialiser", name) => law(name.parse().unwrap()),
        ("layer", "batch_norm") if cell.close > 1e-4 => normalised(setting),
        ("layer", "batch_norm") => batch_norm(),
        ("layer", "dropout") => dropout(cell.ours.as_deref() == Some("dropout at_training")),
        ("layer", "max_pooling") => pooled(setting.count("stride")),
        ("layer", "convolution") => convolved(),
        ("layer", name) => activation(name, setting),
        ("loss", name) => vec![loss(name)],
        ("sampler", "sobol") => {
            let points = (0..4).flat_map(|index| Sobol::point(index, 2));
            points.map(|x| f64::from(x) / 2_f64.powi(32)).collect()
        }
        ("sampler", text) => drawn(&text.parse().unwrap()),
        ("pruner", "median") => median(cell, setting),
        ("pruner", "asha") => halved(setting),
        ("importance", "ped-anova") => importances(),
        ("numeric", "mean") => vec![f64::from(kernels::mean_slice(&vec![0.1_f32; 10_000_000]))],
        ("numeric", "softmax") => softmax(),
        other => panic!("{other:?}"),
    }
}

fn optimizer(setting: &Setting<'_>) -> Box<dyn Optimizer<f64>> {
    let decay = match setting.values.iter().find(|(name, _)| name.ends_with("_decay")) {
        Some((&"l2_decay", &lambda)) => Decay::L2(lambda),
        Some((&"decoupled_decay", &lambda)) => Decay::Decoupled(lambda),
        _ => Decay::None,
    };
    let corrected = setting.values.get("eps_corrected").map(|eps| Epsilon::Corrected(*eps));
    let built: Result<_, OptimizerError> = match (setting.name, corrected) {
        ("adam", Some(eps)) => Adam { eps, ..Adam::default() }.build_with(decay),
        ("amsgrad", Some(eps)) => AmsGrad { eps, ..AmsGrad::default() }.build_with(decay),
        (name, _) => name.parse::<OptimizerKind>().unwrap().build_with(decay),
    };
    let mut optimizer = built.unwrap();
    for (name, value) in &setting.values {
        optimizer.set(name, *value).unwrap();
    }
    optimizer
}

/// Eight steps on three numbers; of weight decay, one step on one whose gradient is 0.
fn path(cell: &Cell, setting: &Setting<'_>) -> Vec<f64> {
    let mut optimizer = optimizer(setting);
    let decay = cell.name == "Weight decay";
    optimizer.set_lr(if decay { 0.1 } else { 1.0 }).unwrap();
    let mut w = if decay { vec![1.0] } else { vec![0.0, 0.0, 1.0] };
    let gradients = if decay { &[0.0][..] } else { &[1.0, 0.5, -0.25, 1.0, 0.5, -0.25, 1.0, 0.5] };
    let mut path = Vec::new();
    for g in gradients {
        let mut grad = if decay { vec![*g] } else { vec![*g, 1e-6 * g, 0.0] };
        optimizer.step(&mut [Slot { value: &mut w, grad: &mut grad, decay: true }]).unwrap();
        path.extend(&w);
    }
    path
}

fn clipped() -> Vec<f64> {
    let (mut a, mut b) = ([3.0], [4.0]);
    let slots = &mut [
        Slot { value: &mut [0.0], grad: &mut a, decay: false },
        Slot { value: &mut [0.0], grad: &mut b, decay: false },
    ];
    clip_total_norm(slots, 1.0).unwrap();
    vec![a[0], b[0]]
}

fn rates(setting: &Setting<'_>, length: usize) -> Vec<f64> {
    let of = |name: &str| setting.values[name];
    let steps = setting.count("steps") as u64;
    let schedule: Box<dyn Schedule> = match setting.name {
        "step" => Box::new(Step { lr: 1.0, gamma: of("gamma"), every: of("every") as u64 }),
        "exponential" => Box::new(Exponential { lr: 1.0, gamma: of("gamma") }),
        "cosine" => Box::new(Cosine { lr: 1.0, min: of("min"), steps }),
        "warmup" => Box::new(Warmup { steps, then: 1.0 }),
        "one_cycle" => {
            let warmup = setting.values.get("warmup").copied().unwrap_or(0.3);
            Box::new(OneCycle { warmup, ..OneCycle::new(1.0, steps) })
        }
        other => panic!("{other}"),
    };
    (0..length as u64).map(|step| schedule.lr(step)).collect()
}

/// √n_in times the standard deviation, and the largest weight in standard deviations, at most 3.
fn law(initializer: Initializer) -> Vec<f64> {
    let mut w = DMatrix::<f64>::zeros(1000, 500);
    initializer.fill(&mut w, &mut Seed::new(1).stream(Purpose::Weights, 0));
    let deviation = w.variance().sqrt();
    vec![deviation * 1000_f64.sqrt(), (w.amax() / deviation).min(3.0)]
}

fn forward<T: Scalar>(layer: &mut impl Layer<T>, x: &DMatrix<T>, mode: Mode) -> DMatrix<T> {
    let mut y = DMatrix::zeros(x.nrows(), layer.outputs(x.ncols()).unwrap());
    layer.forward(x.into(), &mut y, mode);
    y
}

/// The outputs in training, both running statistics, then the outputs in evaluation.
fn batch_norm() -> Vec<f64> {
    let (mut norm, x) = (BatchNorm::<f64>::new(1), dmatrix![1.0; 2.0; 3.0; 4.0]);
    let trained = forward(&mut norm, &x, Mode::Train);
    let running: Vec<f64> = norm.running().iter().map(|buffer| buffer.values[0]).collect();
    let evaluated = forward(&mut norm, &x, Mode::Eval);
    [trained.as_slice(), &running, evaluated.as_slice()].concat()
}

/// The same column 10,000 higher, in f32.
fn normalised(setting: &Setting<'_>) -> Vec<f64> {
    let mut norm = BatchNorm::<f32>::new(1).eps(setting.values["eps"]).unwrap();
    let y = forward(&mut norm, &dmatrix![10_001.0; 10_002.0; 10_003.0; 10_004.0], Mode::Train);
    y.iter().map(|y| f64::from(*y)).collect()
}

/// The largest output in training and in evaluation, of units that are all 1.
fn dropout(at_training: bool) -> Vec<f64> {
    let scaling =
        if at_training { DropoutScaling::AtTraining } else { DropoutScaling::AtEvaluation };
    let mut layer = Dropout::new(0.4, scaling, Seed::new(1).stream(Purpose::Dropout, 0)).unwrap();
    let x = DMatrix::<f64>::from_element(1000, 1, 1.0);
    [Mode::Train, Mode::Eval].map(|mode| forward(&mut layer, &x, mode).max()).into()
}

fn activation(name: &str, setting: &Setting<'_>) -> Vec<f64> {
    let of = |f: &dyn Fn(f64) -> f64| [-3.0, -1.0, 0.0, 1.0, 3.0].map(f).to_vec();
    match name {
        "relu" => vec![Relu.slope(0.0, 0.0)],
        "gelu" => of(&|x| Gelu.value(x)),
        "silu" => of(&|x| Silu.value(x)),
        "sigmoid" => of(&|x| Sigmoid.value(x)),
        "tanh" => of(&|x| Tanh.value(x)),
        "elu" => of(&|x| Elu::default().value(x)),
        "leaky-relu" => {
            let slope = setting.values.get("slope").copied();
            let layer = LeakyRelu { slope: slope.unwrap_or(LeakyRelu::default().slope) };
            of(&|x| layer.value(x))
        }
        other => panic!("{other}"),
    }
}

/// An image that counts from 1, row by row.
fn image(side: usize) -> (ImageShape, DMatrix<f64>) {
    let pixels = DMatrix::from_fn(1, side * side, |_, i| i as f64 + 1.0);
    (ImageShape { channels: 1, height: side, width: side }, pixels)
}

fn pooled(stride: usize) -> Vec<f64> {
    let (shape, x) = image(4);
    let window = Window::new(2, 2).stride(stride);
    let layer = MaxPooling::new(shape, window).unwrap();
    Sequential::new(16).push(layer).unwrap().predict(&x).as_slice().to_vec()
}

fn convolved() -> Vec<f64> {
    let (shape, x) = image(3);
    let window = Window::new(2, 2);
    let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    let layer = Convolution::new(shape, 1, window, Initializer::Zeros, &mut rng).unwrap();
    let mut net = Sequential::new(9).push(layer).unwrap();
    net.params_mut()[0].value.copy_from_slice(&[1.0, 2.0, 3.0, 4.0]);
    net.predict(&x).as_slice().to_vec()
}

fn loss(name: &str) -> f64 {
    let loss = match name {
        "cross_entropy" => Loss::CrossEntropy,
        "exact_cross_entropy" => Loss::ExactCrossEntropy,
        other => panic!("{other}"),
    };
    let scores = dmatrix![1.0, 2.0, 3.0; 0.0, 0.0, 100.0];
    loss.evaluate(&scores, (&vec![2, 0]).into(), &mut DMatrix::zeros(0, 0), &mut Vec::new())
}

fn softmax() -> Vec<f64> {
    let mut y = dmatrix![f32::MAX, f32::MIN; f32::MIN, f32::MIN];
    tensor_ops::softmax::softmax(&mut y, &mut [0.0; 2]);
    y.transpose().iter().map(|y| f64::from(*y)).collect()
}

/// Whole numbers: how often 1, 2 and 10 come; real ones: log₁₀ of the quartiles.
fn drawn(distribution: &Distribution) -> Vec<f64> {
    let share = |n: i64| {
        let evenly = (0..20_000).map(|k| distribution.at((f64::from(k) + 0.5) / 20_000.0));
        evenly.filter(|value| *value == Value::Integer(n)).count() as f64 / 20_000.0
    };
    let quartile = |u: f64| match distribution.at(u) {
        Value::Float(x) => libm::log10(x),
        other => panic!("{other:?}"),
    };
    match distribution {
        Distribution::Integer { .. } => [1, 2, 10].map(share).into(),
        _ => [0.25, 0.5, 0.75].map(quartile).into(),
    }
}

fn reports(values: &[f64]) -> Vec<Report> {
    values.iter().enumerate().map(|(step, value)| Report::of(step, *value)).collect()
}

fn trial(values: &[f64], end: End) -> Trial {
    Trial { number: 0, params: Params::of::<String>([]), reports: reports(values), end }
}

/// Whether a trial is stopped, among five others.
fn median(cell: &Cell, setting: &Setting<'_>) -> Vec<f64> {
    let (others, end, values): (usize, End, &[f64]) = match cell.formula.as_str() {
        "goes on: four complete trials are too few" => (4, End::Complete, &[0.0]),
        "stopped: below the median of five" => (5, End::Complete, &[0.3]),
        "goes on: at the median" => (5, End::Complete, &[0.4]),
        "goes on: its best value is above" => (5, End::Complete, &[0.5, 0.0]),
        "goes on: stopped trials do not count" => (5, End::Stopped(1), &[0.0]),
        "goes on: warming up for one step" => (5, End::Complete, &[0.0]),
        "stopped: after one step" => (5, End::Complete, &[0.0, 0.0]),
        other => panic!("{other}"),
    };
    let finished = [0.1, 0.2, 0.4, 0.6, 0.9].map(|x| trial(&[x, x], end));
    let median = Median { startup: setting.count("startup"), warmup: setting.count("warmup") };
    vec![f64::from(u8::from(median.prune(&reports(values), &finished[..others])))]
}

/// After which report each of five trials stops, of nine.
fn halved(setting: &Setting<'_>) -> Vec<f64> {
    let asha = Asha { first: setting.count("first"), reduction: setting.count("reduction") };
    let mut finished = Vec::new();
    for value in [0.5, 0.4, 0.6, 0.55, 0.3] {
        let so_far = |steps: usize| vec![value; steps];
        // Nothing asks a pruner after the last report.
        let stopped = (1..9).find(|steps| asha.prune(&reports(&so_far(*steps)), &finished));
        let end = stopped.map_or(End::Complete, End::Stopped);
        finished.push(trial(&so_far(stopped.unwrap_or(9)), end));
    }
    finished.iter().map(|trial| trial.reports.len() as f64).collect()
}

fn importances() -> Vec<f64> {
    let space = Space::parse(["x=uniform:0:1", "y=uniform:0:1"]).unwrap();
    let observation = |k: u64| {
        let [x, y] = [7, 13].map(|factor| ((k * factor % 50) as f64 + 0.5) / 50.0);
        let value = -(x - 0.3).powi(2) - 0.05 * y;
        Observation { number: k, params: space.at(&[x, y]), value }
    };
    importance(&space, &(0..50).map(observation).collect::<Vec<_>>())
}

/// The page's sentence on libraries of Rust: both add in `f32`, ndarray in eight sums side by side.
#[test]
fn nalgebra_and_ndarray_add_long_columns_as_the_page_says() {
    let column = vec![0.1_f32; 10_000_000];
    let nalgebras = nalgebra::DVector::from_vec(column.clone()).mean();
    let ndarrays = ndarray::Array1::from_vec(column).mean().unwrap();
    assert!((nalgebras - 0.1088).abs() < 1e-4, "{nalgebras}");
    assert!((ndarrays - 0.1011).abs() < 1e-4, "{ndarrays}");
}
