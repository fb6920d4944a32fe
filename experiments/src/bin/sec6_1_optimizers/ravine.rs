//! 6.1.2 to 6.1.7: f(x, y) = x²/20 + y² and the paths of four optimizers on it.

use experiments::cli::Result;
use experiments::compare_losses::LossSettings;
use experiments::findings::{Conclusion, Findings, Measurements, Metric, significant};
use experiments::lab::Lab;
use experiments::report::{Lesson, RunReport, Table};
use optimizers::{Optimizer, Slot};
use training::Real;
use viz::{Arrows, Axis, Color, Contour, Figure, Grid, Line, Marker, Panel, Scatter, Surface};

use crate::settings::OPTIMIZERS;

/// The name of the part.
pub const RAVINE: &str = "ravine";
const START: (f64, f64) = (-7.0, 2.0);
/// The number of points of each path, including the start.
const POINTS: usize = 30;
/// The number of last points that are drawn again on a larger scale.
const LAST: usize = 10;
/// The square in which f is drawn: −SIDE to SIDE in x and in y.
const SIDE: f64 = 10.0;

const ADAGRAD: &str = "<math display=\"block\"><mi>h</mi><mo>←</mo><mi>h</mi><mo>+</mo>\
    <msup><mi>g</mi><mn>2</mn></msup><mo>,</mo><mspace width=\"1em\"/><mi>W</mi><mo>←</mo><mi>W</mi><mo>−</mo>\
    <mi>η</mi><mfrac><mi>g</mi><mrow><msqrt><mi>h</mi></msqrt><mo>+</mo><mi>ε</mi></mrow></mfrac></math>";

/// The coordinates of a point of a path, and f there.
const X: Metric = Metric::new("x");
const Y: Metric = Metric::new("y");
const F: Metric = Metric::lower("f");

/// The optimizers with their learning rates in the ravine.
fn in_the_ravine<T: Real>(lr: Option<f64>) -> impl Iterator<Item = Box<dyn Optimizer<T>>> {
    OPTIMIZERS.iter().map(move |setting| {
        let mut optimizer = T::optimizer(setting.kind);
        optimizer.set_lr(lr.unwrap_or(setting.ravine_lr)).expect("checked on the command line");
        optimizer
    })
}

/// f(x, y) = x²/20 + y².
fn f(x: f64, y: f64) -> f64 {
    x * x / 20.0 + y * y
}

/// ∇f.
// ANCHOR: gradient
fn gradient<T: Real>(x: T, y: T) -> (T, T) {
    (x / T::of(10.0), T::of(2.0) * y)
}
// ANCHOR_END: gradient

/// The points that an optimizer visits.
type Path = Vec<(f64, f64)>;

fn path<T: Real>(optimizer: &mut dyn Optimizer<T>) -> Path {
    let (mut x, mut y) = ([T::of(START.0)], [T::of(START.1)]);
    let mut points = Vec::new();
    for _ in 0..POINTS {
        points.push((x[0].f64(), y[0].f64()));
        let (dx, dy) = gradient(x[0], y[0]);
        let (mut dx, mut dy) = ([dx], [dy]);
        let mut slots = [
            Slot { value: &mut x, grad: &mut dx, decay: false },
            Slot { value: &mut y, grad: &mut dy, decay: false },
        ];
        optimizer.step(&mut slots).expect("two numbers in every step");
    }
    points
}

/// A path, and what is told of it.
struct Walk {
    label: &'static str,
    color: Color,
    lr: f64,
    path: Path,
}

impl Walk {
    /// f at the last point.
    fn end(&self) -> f64 {
        let (x, y) = self.path[POINTS - 1];
        f(x, y)
    }

    /// The number of steps that cross the floor of the ravine, y = 0.
    fn crossings(&self) -> usize {
        self.path.windows(2).filter(|step| step[0].1 * step[1].1 < 0.0).count()
    }
}

/// A number of the table; an optimizer that diverges has large ones.
fn short(number: f64) -> String {
    if number.abs() < 1e4 { format!("{number:.4}") } else { significant(number) }
}

/// Walks the four paths, and draws them and the ravine itself.
pub fn run<T: Real>(lab: &Lab, settings: &LossSettings, report: &mut RunReport) -> Result<()> {
    let optimizers = in_the_ravine::<T>(settings.lr());
    let walks: Vec<Walk> = (OPTIMIZERS.iter().zip(optimizers))
        .map(|(setting, mut optimizer)| Walk {
            label: setting.label,
            color: setting.color,
            lr: optimizer.lr(),
            path: path(&mut *optimizer),
        })
        .collect();
    let mut nearest: Vec<usize> = (0..walks.len()).collect();
    nearest.sort_by(|&a, &b| walks[a].end().total_cmp(&walks[b].end()));
    let ends: Vec<String> =
        nearest.iter().map(|&k| format!("{} {}", walks[k].label, short(walks[k].end()))).collect();
    let ends = ends.join(", ");
    let labels: Vec<&str> = walks.iter().map(|walk| walk.label).collect();
    report.lesson(Lesson {
        question: "Four optimizers take 29 steps down a ravine that is steep in y and nearly level in x. Which \
                   of them ends lowest?",
        choices: &labels,
        answer: walks[nearest[0]].end().is_finite().then_some(nearest[0]),
        see: format!("f at the last point, the lowest first: {ends}. A smooth path need not be a short one."),
        why: "One learning rate has to do for both directions: SGD's is almost too large for the steep one, \
              where each step overshoots, and small for the level one. Momentum and Adam keep a velocity; it \
              carries them past the minimum, and they have to come back. AdaGrad divides each coordinate's \
              step by the root of all its squared gradients: the steep direction is damped at once, and the \
              level one keeps its pace.",
        formula: ADAGRAD,
        exercise: "Give all four the same learning rate: which ends lowest now, and which overshoots?",
        flags: "--part ravine --lr 0.3",
    });
    draw_function(report);
    draw_paths(report, settings, &walks, &ends);
    table(report, &walks);

    let [sgd, momentum, adagrad, adam] = [0, 1, 2, 3].map(|k: usize| walks[k].end());
    report.add(Conclusion::without_chance(
        "in the ravine AdaGrad comes closest to the minimum; the notebook reads Adam off its figure",
        "its f is the lowest at the last point",
        adagrad < sgd.min(momentum).min(adam),
        format!("f after {POINTS} points: {ends}"),
    ));
    let measured = |walk: &Walk| -> Measurements {
        let point = |(step, &(x, y)): (usize, &(f64, f64))| {
            [(step, X, x), (step, Y, y), (step, F, f(x, y))]
        };
        walk.path.iter().enumerate().flat_map(point).collect()
    };
    let series = OPTIMIZERS.iter().zip(&walks);
    let series = series.map(|(setting, walk)| (setting.kind.name().to_owned(), measured(walk)));
    // Nothing here is random: the paths are the same for every seed.
    let mut findings = Findings::of_seed(RAVINE, lab.args.seed, series);
    for (series, walk) in findings.series.iter_mut().zip(&walks) {
        series.label = walk.label.to_owned();
    }
    report.record(findings);
    Ok(())
}

/// The page has the numbers of each path.
fn table(report: &mut RunReport, walks: &[Walk]) {
    let row = |walk: &Walk| {
        let (x, y) = walk.path[POINTS - 1];
        let [x, y, f] = [x, y, walk.end()].map(short);
        let crossings = walk.crossings().to_string();
        vec![walk.label.to_owned(), walk.lr.to_string(), x, y, f, crossings]
    };
    let columns =
        ["optimizer", "learning rate", "last x", "last y", "last f", "steps across y = 0"];
    report.table(Table::new("The ends of the paths", columns, walks.iter().map(row)));
}

/// f in the square, with its minimum.
fn contours(levels: impl IntoIterator<Item = f64>) -> Contour {
    let grid = Grid::sample((-SIDE, SIDE), (-SIDE, SIDE), 401, f);
    Contour::new(Color::GREY, grid, levels)
}

fn minimum() -> Scatter {
    Scatter::new(Color::INK, [(0.0, 0.0)]).marker(Marker::Plus).radius(6.0).named("minimum")
}

/// f itself: its surface, its contours, its gradient.
fn draw_function(report: &mut RunReport) {
    let formula = "f(x, y) = x²/20 + y²";
    let side = |label| Axis::linear(label, -SIDE, SIDE);
    let square = || Panel::new("").x_axis(side("x")).y_axis(side("y"));

    // A logarithmic scale: on a linear one, the whole floor of the ravine has one colour.
    let heights = Axis::log("f(x, y)", 0.1, 100.0);
    let surface = Surface::new("", Grid::sample((-SIDE, SIDE), (-SIDE, SIDE), 81, f))
        .x_axis(side("x"))
        .y_axis(side("y"))
        .z_axis(Axis::linear("f", 0.0, 105.0))
        .colored(heights)
        .point((0.0, 0.0, 0.0), "minimum");
    report.figure(
        "sec6_1_surface",
        Figure::new(formula).plot_size(560.0, 420.0).panel(surface),
        &format!(
            "A ravine along the x axis: from the minimum, f rises to {} at x = ±{SIDE}, but to {} at y = ±{SIDE}.",
            f(SIDE, 0.0),
            f(0.0, SIDE)
        ),
    );

    let levels = || (1..=10).map(|k| f64::from(k * k));
    report.figure(
        "sec6_1_contours",
        Figure::new(format!("Contours of {formula}"))
            .plot_size(460.0, 460.0)
            .panel(square().mark(contours(levels()).labelled()).mark(minimum())),
        &format!(
            "Lines of equal f, for the squares from 1 to 100: ellipses that are {:.1} times as long as they are \
             high.",
            20_f64.sqrt()
        ),
    );

    let steps = || (-8..=8).step_by(2).map(f64::from);
    let places = || steps().flat_map(move |y| steps().map(move |x| (x, y)));
    let places = || places().filter(|&place| place != (0.0, 0.0));
    let arrows = places().map(|(x, y)| {
        let (dx, dy) = gradient(x, y);
        ((x, y), (-dx, -dy))
    });
    let slopes = Axis::log("length of the gradient", 0.2, 20.0);
    let mut angles: Vec<f64> = places().map(|(x, y)| degrees_off((x, y))).collect();
    angles.sort_by(f64::total_cmp);
    let field =
        square().mark(contours(levels())).mark(Arrows::colored(slopes, arrows)).mark(minimum());
    report.figure(
        "sec6_1_gradient_field",
        Figure::new(format!("The downhill direction of {formula}")).plot_size(460.0, 460.0).panel(field),
        &format!(
            "Arrows point against the gradient; their colour is its length. Half of them miss the direction of the \
             minimum by more than {:.0}°. (The notebook's own figure differentiates by x/√20 and shows x components {:.1} times too \
             large.)",
            angles[angles.len() / 2],
            20_f64.sqrt()
        ),
    );
}

/// The angle in degrees between the downhill direction and the direction of the minimum.
fn degrees_off((x, y): (f64, f64)) -> f64 {
    let (dx, dy) = gradient(x, y);
    let cosine = (dx * x + dy * y) / (libm::hypot(dx, dy) * libm::hypot(x, y));
    libm::acos(cosine.min(1.0)).to_degrees()
}

/// The paths as a whole and near the minimum, and f along them.
fn draw_paths(report: &mut RunReport, settings: &LossSettings, walks: &[Walk], ends: &str) {
    let subtitle = |what: String| match settings.lr() {
        None => what,
        Some(_) => format!("{what}; not the book's learning rates"),
    };
    let whole = |walk: &Walk| walk.path.clone();
    let end = |walk: &Walk| walk.path[POINTS - LAST..].to_vec();
    let range = |part: &dyn Fn(&Walk) -> Path, coordinate: fn(&(f64, f64)) -> f64| {
        let points = walks.iter().flat_map(part).chain([(0.0, 0.0)]);
        let (low, high) = points
            .map(|point| coordinate(&point))
            .filter(|v| v.is_finite())
            .fold((0.0_f64, 0.0_f64), |(low, high), v| (low.min(v), high.max(v)));
        let margin = 0.08 * (high - low);
        (low - margin, high + margin)
    };
    let view = |title: String, part: &dyn Fn(&Walk) -> Path, levels: &[f64]| {
        let (x, y) = (range(part, |point| point.0), range(part, |point| point.1));
        let lines = Contour::new(Color::GREY, Grid::sample(x, y, 301, f), levels.iter().copied());
        Panel::new(title)
            .x_axis(Axis::linear("x", x.0, x.1))
            .y_axis(Axis::linear("y", y.0, y.1))
            .mark(lines)
            .mark(minimum())
    };
    let panels = walks.iter().flat_map(|walk| {
        let line = |path: Path| Line::new(walk.color, path).marker(Marker::Circle, 1);
        let title = format!("{}, learning rate {}", walk.label, walk.lr);
        let last = format!("{}, the last {LAST} points", walk.label);
        [
            view(title, &whole, &[0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
                .mark(line(whole(walk)).numbered(0, 5)),
            view(last, &end, &[0.005, 0.02, 0.05, 0.1, 0.15, 0.2])
                .mark(line(end(walk)).numbered(POINTS - LAST, 3)),
        ]
    });
    let crossed: Vec<String> =
        walks.iter().map(|walk| format!("{} {}", walk.label, walk.crossings())).collect();
    report.figure(
        "sec6_1_paths",
        Figure::new("Optimizers in a ravine")
            .subtitle(subtitle(format!(
                "{POINTS} points from (−7, 2), numbered from 0; beside each path, its last {LAST} points on a larger \
                 scale; contours of x²/20 + y²"
            )))
            .plot_size(430.0, 190.0)
            .grid(walks.len(), 2)
            .panels(panels),
        &format!(
            "f at the last point, the lowest first: {ends}. Steps that cross the floor of the ravine, of {}: {}.",
            POINTS - 1,
            crossed.join(", ")
        ),
    );

    let along = |walk: &Walk| {
        let heights = walk.path.iter().enumerate().map(|(step, &(x, y))| (step as f64, f(x, y)));
        heights.collect::<Vec<_>>()
    };
    let lines = walks.iter().zip(OPTIMIZERS).map(|(walk, setting)| {
        let name = format!("{}, lr {}", walk.label, walk.lr);
        Line::new(walk.color, along(walk)).named(name).marker(setting.marker, 1)
    });
    let heights = walks.iter().flat_map(along).map(|(_, height)| height);
    let panel = Panel::new("")
        .x_axis(Axis::linear("step", 0.0, (POINTS - 1) as f64))
        .y_axis(Axis::log_fitting("f", heights))
        .marks(lines);
    report.figure(
        "sec6_1_descent",
        Figure::new("How far down the optimizers get")
            .subtitle(subtitle("f along the paths from (−7, 2)".to_owned()))
            .plot_size(620.0, 360.0)
            .panel(panel),
        &format!("f at the last point, the lowest first: {ends}."),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The recursions of 6.1.7 written out for f's linear gradient, one coordinate at a time.
    fn closed(name: &str, slope: f64, start: f64) -> Vec<f64> {
        let (mut w, mut a, mut b) = (start, 0.0, 0.0);
        let mut points = Vec::new();
        for t in 1..=POINTS as i32 {
            points.push(w);
            let g = slope * w;
            match name {
                "sgd" => w *= 1.0 - 0.95 * slope,
                "momentum" => {
                    a = 0.9 * a - 0.1 * g;
                    w += a;
                }
                "adagrad" => {
                    a += g * g;
                    w -= 1.5 * g / (a.sqrt() + 1e-7);
                }
                _ => {
                    a = 0.9 * a + (1.0 - 0.9) * g;
                    b = 0.999 * b + (1.0 - 0.999) * g * g;
                    let rate = 0.3 * (1.0 - 0.999_f64.powi(t)).sqrt() / (1.0 - 0.9_f64.powi(t));
                    w -= rate * a / (b.sqrt() + 1e-7);
                }
            }
        }
        points
    }

    #[test]
    fn paths_agree_with_the_closed_recursions() {
        for (setting, mut optimizer) in OPTIMIZERS[..4].iter().zip(in_the_ravine::<f64>(None)) {
            let name = setting.kind.name();
            let points = path(&mut *optimizer);
            let expected = closed(name, 0.1, START.0).into_iter().zip(closed(name, 2.0, START.1));
            for ((x, y), (expected_x, expected_y)) in points.into_iter().zip(expected) {
                assert!((x - expected_x).abs() < 1e-12, "{name}: {x} {expected_x}");
                assert!((y - expected_y).abs() < 1e-12, "{name}: {y} {expected_y}");
            }
        }
    }
}
