//! Draws one figure of every kind from made-up data: `cargo run -p viz --example gallery -- DIR`.

use viz::{
    Area, Arrows, Axis, Bars, Color, Contour, Corner, Figure, Grid, HeatMap, Histogram, Legend,
    Line, LineStyle, Marker, Note, Panel, Parallel, Scatter, Surface,
};

fn main() -> Result<(), viz::VizError> {
    let dir = std::env::args().nth(1).unwrap_or_else(|| "gallery".to_owned());
    for (name, figure) in figures() {
        let [_, png] = figure.save(&dir, name)?;
        println!("{}", png.display());
    }
    Ok(())
}

/// All figures with their file names.
pub fn figures() -> Vec<(&'static str, Figure)> {
    vec![
        ("grid", grid()),
        ("curves", curves()),
        ("paths", paths()),
        ("surface", surface()),
        ("gradient", gradient()),
        ("histograms", histograms()),
        ("heat_map", heat_map()),
        ("search", search()),
        ("parallel", parallel()),
        ("importance", importance()),
        ("names", names()),
        ("close_names", close_names()),
        ("many_lines", many_lines(10)),
        ("more_lines", many_lines(25)),
        ("most_lines", many_lines(90)),
        ("small_multiples", small_multiples()),
        ("korean", korean()),
    ]
}

fn ravine(x: f64, y: f64) -> f64 {
    x * x / 20.0 + y * y
}

fn saturating(rate: f64) -> impl Iterator<Item = (f64, f64)> {
    (0..20).map(f64::from).map(move |epoch| (epoch, 1.0 - 0.9 * libm::exp(-rate * epoch)))
}

/// The k-th of made-up noise in [0, 1).
fn noise(k: usize) -> f64 {
    (libm::sin(k as f64 * 12.9898) * 43758.5453).rem_euclid(1.0)
}

/// More names than fit side by side below a panel.
pub fn names() -> Figure {
    let names = [
        "he",
        "xavier",
        "glorot-normal",
        "glorot-uniform",
        "lecun-normal",
        "he-uniform",
        "orthogonal",
        "zeros",
        "0.01",
    ];
    let accuracy = Axis::linear("validation accuracy", 0.0, 1.0);
    let points = (0..40).map(|k| ((k % 9) as f64, noise(k), noise(k)));
    let scale = accuracy.clone();
    let panel = Panel::new("")
        .x_axis(Axis::categories(names).labelled("initializer"))
        .y_axis(accuracy)
        .mark(Scatter::colored(scale, points));
    Figure::new("Nine names below a panel").panel(panel)
}

/// Parallel axes of thirteen names each, too close for the names and for their titles.
pub fn close_names() -> Figure {
    let names = [
        "sgd",
        "momentum",
        "nesterov",
        "adagrad",
        "rmsprop",
        "adam",
        "adadelta",
        "adamax",
        "amsgrad",
        "adamw",
        "nadam",
        "radam",
        "a name longer than the others",
    ];
    let accuracy = Axis::linear("validation accuracy", 0.0, 1.0);
    let titles = [
        "optimizer",
        "optimizer of the last layer",
        "learning rate schedule",
        "optimizer of the first layers",
    ];
    let axes = titles
        .map(|title| Axis::categories(names).labelled(title))
        .into_iter()
        .chain([accuracy.clone()]);
    let lines = (0..30).map(|k| {
        let place = |n: usize| (noise(k + 100 * n) * 13.0).floor();
        (vec![place(0), place(1), place(2), place(3), noise(k)], noise(k))
    });
    let parallel = Parallel::new("", axes, accuracy, lines);
    Figure::new("Axes that stand close").plot_size(600.0, 240.0).panel(parallel)
}

/// `count` curves with a legend in a corner of the panel.
pub fn many_lines(count: usize) -> Figure {
    let line = |k: usize| {
        let rate = 0.02 * (k + 1) as f64;
        Line::new(Color::cycle(k), saturating(rate)).named(format!("rate {rate:.2}"))
    };
    let panel = Panel::new("")
        .x_axis(Axis::linear("epoch", 0.0, 19.0))
        .y_axis(Axis::linear("accuracy", 0.0, 1.0))
        .marks((0..count).map(line));
    Figure::new(format!("{count} lines")).legend(Legend::Inside(0, Corner::LowerRight)).panel(panel)
}

/// Sixteen panels of two curves with a shared legend; in the first two, a curve diverges.
pub fn grid() -> Figure {
    let panel = |k: u32| {
        let scale = libm::pow(10.0, -4.0 * f64::from(k) / 15.0);
        let plain = Line::new(Color::VERMILLION, saturating(0.01 * f64::from(k)))
            .style(LineStyle::Dashed)
            .named("plain");
        let panel = Panel::new(format!("W: {scale:.5}"))
            .x_axis(Axis::linear("epoch", 0.0, 19.0))
            .y_axis(Axis::linear("accuracy", 0.0, 1.0))
            .mark(
                Line::new(Color::BLUE, saturating(0.1 + 0.02 * f64::from(k))).named("batch norm"),
            );
        if k > 1 {
            return panel.mark(plain);
        }
        let ends = [(0.0, 0.1), (1.0, 0.11), (2.0, 0.1), (3.0, f64::NAN), (4.0, f64::NAN)];
        panel
            .mark(Line::new(Color::VERMILLION, ends).style(LineStyle::Dashed).named("plain"))
            .mark(
                Scatter::new(Color::VERMILLION, [(2.0, 0.1)])
                    .marker(Marker::Cross)
                    .named("diverged"),
            )
            .mark(Note::at((2.0, 0.1), "diverged").color(Color::VERMILLION))
    };
    Figure::new("Training accuracy with and without batch normalisation")
        .subtitle("1,000 samples, five hidden layers of 100, SGD(0.01)")
        .caption(
            "Batch normalisation learns at every scale of the initial weights; \
             without it, the network diverges at the two largest.",
        )
        .grid(4, 4)
        .panels((0..16).map(panel))
}

/// Curves with markers, areas and a legend in the panel; some leave the range.
fn curves() -> Figure {
    let names = ["SGD", "Momentum", "AdaGrad", "Adam"];
    let markers = [Marker::Circle, Marker::Cross, Marker::Square, Marker::Diamond];
    let loss =
        |k: usize, step: f64| 2.3 * libm::exp(-step / (500.0 - 110.0 * k as f64)) + 0.03 * k as f64;
    let steps = || (0..=2000).step_by(10).map(f64::from);
    let spread =
        |by: f64| steps().map(move |s| (s, loss(0, s) * (1.0 - by), loss(0, s) * (1.0 + by)));
    let lines = (0..4).map(|k| {
        Line::new(Color::cycle(k), steps().map(move |s| (s, loss(k, s))))
            .named(names[k])
            .marker(markers[k], 20)
    });
    let panel = Panel::new("")
        .x_axis(Axis::linear("iteration", 0.0, 2000.0))
        .y_axis(Axis::linear("training loss", 0.0, 1.0))
        .mark(Area::new(Color::BLUE, spread(0.2)))
        .mark(Area::new(Color::BLUE, spread(0.1)).opacity(0.25))
        .marks(lines);
    Figure::new("Four optimizers")
        .caption("Mean of ten seeds; SGD with minimum to maximum and ±1σ.")
        .panel(panel)
        .legend(Legend::Inside(0, Corner::UpperRight))
}

/// Paths over contour lines.
fn paths() -> Figure {
    let grid = Grid::sample((-10.0, 10.0), (-10.0, 10.0), 101, ravine);
    let panel = |rate: f64| {
        let path =
            (0..30).map(|t| ((1.0 - rate / 10.0).powi(t) * -7.0, (1.0 - 2.0 * rate).powi(t) * 2.0));
        Panel::new(format!("SGD, learning rate {rate}"))
            .x_axis(Axis::linear("x", -10.0, 10.0))
            .y_axis(Axis::linear("y", -10.0, 10.0))
            .mark(Contour::new(
                Color::GREY,
                grid.clone(),
                [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 40.0, 60.0, 80.0],
            ))
            .mark(
                Line::new(Color::VERMILLION, path)
                    .marker(Marker::Circle, 1)
                    .named("path")
                    .numbered(0, 5),
            )
            .mark(Scatter::new(Color::INK, [(0.0, 0.0)]).marker(Marker::Plus).named("minimum"))
    };
    Figure::new("Paths over f(x, y) = x²/20 + y²")
        .subtitle("30 steps from (−7, 2)")
        .grid(2, 2)
        .legend(Legend::Bottom)
        .panels([0.1, 0.5, 0.95, 1.01].map(panel))
}

fn surface() -> Figure {
    let surface = Surface::new("surface", Grid::sample((-10.0, 10.0), (-10.0, 10.0), 41, ravine))
        .x_axis(Axis::linear("x", -10.0, 10.0))
        .y_axis(Axis::linear("y", -10.0, 10.0))
        .z_axis(Axis::linear("f(x, y)", 0.0, 105.0))
        .colored(Axis::log("f(x, y)", 0.1, 100.0))
        .point((0.0, 0.0, 0.0), "minimum");
    let grid = Grid::sample((-10.0, 10.0), (-10.0, 10.0), 101, ravine);
    let contours = Panel::new("contour lines")
        .x_axis(Axis::linear("x", -10.0, 10.0))
        .y_axis(Axis::linear("y", -10.0, 10.0))
        .mark(Contour::new(Color::INK, grid, (1..10).map(|k| f64::from(k * k))).labelled());
    Figure::new("The function f(x, y) = x²/20 + y²").panel(surface).panel(contours)
}

fn gradient() -> Figure {
    let field = (-10..=10).flat_map(|x| (-5..=5).map(move |y| (f64::from(x), f64::from(y))));
    let arrows = field.map(|(x, y)| ((x, y), (-x / 10.0, -2.0 * y)));
    let length = Axis::log("length", 0.1, 10.0);
    let panel = Panel::new("")
        .x_axis(Axis::linear("x", -11.0, 11.0))
        .y_axis(Axis::linear("y", -6.0, 6.0))
        .mark(Arrows::colored(length, arrows));
    Figure::new("−∇f of f(x, y) = x²/20 + y²").panel(panel)
}

fn histograms() -> Figure {
    let panel = |layer: i32| {
        let edges = (0..=30).map(|e| f64::from(e) / 30.0);
        let count = move |bin: i32| {
            let from_middle = (f64::from(bin) + 0.5) / 15.0 - 1.0;
            600.0 + 38_000.0 * from_middle.powi(2 * layer + 2)
        };
        Panel::new(format!("layer {layer}"))
            .x_axis(Axis::linear("activation", 0.0, 1.0))
            .y_axis(Axis::linear("count", 0.0, 20_000.0))
            .mark(Histogram::new(Color::BLUE, edges, (0..30).map(count)))
            .mark(Note::free("peak 39k"))
    };
    Figure::new("Activations of five layers").panels((1..=5).map(panel))
}

fn heat_map() -> Figure {
    let scale = Axis::linear("f(x, y)", 0.0, 105.0);
    let panel = Panel::new("")
        .x_axis(Axis::linear("x", -10.0, 10.0))
        .y_axis(Axis::linear("y", -10.0, 10.0))
        .mark(HeatMap::new(scale, Grid::sample((-10.0, 10.0), (-10.0, 10.0), 41, ravine)));
    Figure::new("A heat map").plot_size(360.0, 320.0).panel(panel)
}

/// Learning rate, weight decay and accuracy of 100 made-up trials.
fn trials() -> Vec<(f64, f64, f64)> {
    let trial = |k: usize| {
        let (rate, decay) = (-6.0 + 4.0 * noise(2 * k), -8.0 + 4.0 * noise(2 * k + 1));
        (
            libm::pow(10.0, rate),
            libm::pow(10.0, decay),
            0.1 + 0.7 / (1.0 + libm::exp(-3.0 * (rate + 2.7))),
        )
    };
    (0..100).map(trial).collect()
}

fn search() -> Figure {
    let scale = Axis::linear("validation accuracy", 0.0, 1.0);
    let panel = Panel::new("")
        .x_axis(Axis::log("learning rate", 1e-6, 1e-2))
        .y_axis(Axis::log("weight decay", 1e-8, 1e-4))
        .mark(Scatter::colored(scale, trials()));
    Figure::new("Random search").subtitle("100 trials").panel(panel)
}

fn parallel() -> Figure {
    let accuracy = Axis::linear("validation accuracy", 0.0, 1.0);
    let axes = [
        Axis::log("learning rate", 1e-6, 1e-2),
        Axis::log("weight decay", 1e-8, 1e-4),
        accuracy.clone(),
    ];
    let lines =
        trials().into_iter().map(|(rate, decay, accuracy)| (vec![rate, decay, accuracy], accuracy));
    Figure::new("Random search").panel(Parallel::new("", axes, accuracy, lines))
}

fn importance() -> Figure {
    let panel = Panel::new("")
        .x_axis(Axis::linear("rank correlation with accuracy", -0.2, 1.0))
        .y_axis(Axis::categories(["learning rate", "weight decay"]))
        .mark(Bars::new(Color::BLUE, [0.72, -0.02]));
    Figure::new("Importance of the hyperparameters").plot_size(460.0, 110.0).panel(panel)
}

fn small_multiples() -> Figure {
    let panel = |k: usize| {
        let rate = 0.4 - 0.015 * k as f64;
        Panel::new(format!("Best-{}", k + 1))
            .x_axis(Axis::linear("epoch", 0.0, 19.0))
            .y_axis(Axis::linear("accuracy", 0.0, 1.0))
            .mark(
                Line::new(Color::VERMILLION, saturating(1.3 * rate))
                    .style(LineStyle::Dashed)
                    .named("training"),
            )
            .mark(Line::new(Color::BLUE, saturating(rate)).named("validation"))
            .mark(Note::corner(Corner::LowerRight, "lr 0.0071"))
    };
    Figure::new("The best 20 of 100 trials").grid(4, 5).panels((0..20).map(panel))
}

fn korean() -> Figure {
    let panel = Panel::new("가중치 초깃값의 표준편차 0.01")
        .x_axis(Axis::linear("에폭", 0.0, 19.0))
        .y_axis(Axis::linear("훈련 정확도", 0.0, 1.0))
        .mark(Line::new(Color::BLUE, saturating(0.3)).named("배치 정규화"))
        .mark(
            Line::new(Color::VERMILLION, saturating(0.05))
                .style(LineStyle::Dotted)
                .named("배치 정규화 없음"),
        );
    Figure::new("배치 정규화의 효과")
        .caption("배치 정규화를 사용하면 거의 모든 경우에 학습이 빨라진다.")
        .panel(panel)
}
