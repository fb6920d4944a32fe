//! 6.1.2 to 6.1.7: f(x, y) = x²/20 + y² and the paths of four optimizers on it.

use experiments::cli::Failure;
use experiments::findings::{Findings, Measurements, Metric};
use experiments::lab::Lab;
use experiments::report::RunReport;
use optimizers::{Optimizer, Slot};
use training::Real;
use viz::{Arrows, Axis, Color, Contour, Figure, Grid, Line, Marker, Panel, Scatter, Surface};

use crate::settings::OPTIMIZERS;

/// The name of the part.
pub const RAVINE: &str = "ravine";
const START: (f64, f64) = (-7.0, 2.0);
/// The number of points of each path, including the start.
const POINTS: usize = 30;

/// The coordinates of a point of a path, and f there.
const X: Metric = Metric::new("x");
const Y: Metric = Metric::new("y");
const F: Metric = Metric::lower("f");

/// The optimizers with their learning rates in the ravine.
fn in_the_ravine<T: Real>() -> impl Iterator<Item = Box<dyn Optimizer<T>>> {
    OPTIMIZERS.iter().map(|setting| {
        let mut optimizer = T::optimizer(setting.kind);
        optimizer.set_lr(setting.ravine_lr).expect("the notebook's settings are valid");
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

/// Walks the four paths, and draws them and the ravine itself.
///
/// # Errors
/// If the results cannot be written.
pub fn run<T: Real>(lab: &Lab, report: &mut RunReport) -> Result<(), Failure> {
    let paths: Vec<Path> =
        in_the_ravine::<T>().map(|mut optimizer| path(&mut *optimizer)).collect();
    draw(report, &paths);

    let [sgd, momentum, adagrad, adam] = [0, 1, 2, 3].map(|k: usize| {
        let (x, y) = paths[k][POINTS - 1];
        f(x, y)
    });
    report.conclude_without_chance(
        "in the ravine AdaGrad comes closest to the minimum; the notebook reads Adam off its figure",
        "its f is the lowest at the last point",
        adagrad < sgd.min(momentum).min(adam),
        format!(
            "f after {POINTS} points: AdaGrad {adagrad:.4}, SGD {sgd:.4}, Adam {adam:.4}, \
                     Momentum {momentum:.4}"
        ),
    );
    let measured = |path: &Path| -> Measurements {
        let point = |(step, &(x, y)): (usize, &(f64, f64))| {
            [(step, X, x), (step, Y, y), (step, F, f(x, y))]
        };
        path.iter().enumerate().flat_map(point).collect()
    };
    let series = OPTIMIZERS.iter().zip(&paths);
    let series = series.map(|(setting, path)| (setting.kind.name().to_owned(), measured(path)));
    // Nothing here is random: the paths are the same for every seed.
    report.record(Findings::of_seed(RAVINE, lab.args().seed, series))
}

fn draw(report: &mut RunReport, paths: &[Path]) {
    let side = |label| Axis::linear(label, -10.0, 10.0);
    let formula = "f(x, y) = x²/20 + y²";
    let grid = |y: f64| Grid::sample((-10.0, 10.0), (-y, y), 101, f);

    let surface = Surface::new("", Grid::sample((-10.0, 10.0), (-10.0, 10.0), 41, f))
        .x_axis(side("x"))
        .y_axis(side("y"))
        .z_axis(Axis::linear("f", 0.0, 105.0));
    let levels = (1..=20).map(|level| 0.25 * f64::from(level * level));
    let contours = Panel::new("")
        .x_axis(side("x"))
        .y_axis(side("y"))
        .mark(Contour::new(Color::INK, grid(10.0), levels))
        .mark(Scatter::new(Color::VERMILLION, [(0.0, 0.0)]).marker(Marker::Plus));
    report.figure(
        "sec6_1_surface",
        Figure::new(formula).plot_size(560.0, 420.0).panel(surface),
        "A ravine along the x axis: steep in y, all but level in x.",
    );
    report.figure(
        "sec6_1_contours",
        Figure::new(format!("Contours of {formula}")).plot_size(420.0, 420.0).panel(contours),
        "Lines of equal f, drawn at 0.25·k²: long ellipses around the minimum (+).",
    );

    let places = (-10..10).flat_map(|x| (-5..=5).map(move |y| (f64::from(x), f64::from(y))));
    let arrows = places.map(|(x, y)| {
        let (dx, dy) = gradient(x, y);
        ((x, y), (-dx, -dy))
    });
    let field = Panel::new("")
        .x_axis(Axis::linear("x", -10.5, 10.5))
        .y_axis(Axis::linear("y", -5.5, 5.5))
        .mark(Arrows::new(Color::INK, arrows));
    report.figure(
        "sec6_1_gradient_field",
        Figure::new(format!("−∇f of {formula}")).plot_size(640.0, 380.0).panel(field),
        "Downhill is hardly ever towards the minimum at (0, 0). (The notebook's own figure \
         differentiates by x/√20 and shows x components 4.5 times too large.)",
    );

    let panels = OPTIMIZERS.iter().zip(paths).map(|(setting, path)| {
        let end = path[POINTS - 1];
        Panel::new(format!("{}: f = {:.4} at the end", setting.label, f(end.0, end.1)))
            .x_axis(side("x"))
            .y_axis(Axis::linear("y", -5.0, 5.0))
            .mark(Contour::new(Color::GREY, grid(5.0), [0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]))
            .mark(Line::new(setting.color, path.iter().copied()).marker(Marker::Circle, 1))
            .mark(Scatter::new(Color::INK, [(0.0, 0.0)]).marker(Marker::Plus))
    });
    let rates: Vec<_> = OPTIMIZERS.iter().map(|setting| setting.ravine_lr.to_string()).collect();
    let rates = rates.join(", ");
    let paths = Figure::new("Optimizers in a ravine")
        .subtitle(format!(
            "{POINTS} points from (−7, 2); learning rates {rates}; contours of x²/20 + y²"
        ))
        .grid(paths.len().div_ceil(2), 2)
        .panels(panels);
    report.figure(
        "sec6_1_paths",
        paths,
        "SGD zigzags across the ravine; AdaGrad damps the steep direction and comes closest to the \
         minimum (+).",
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
        for (setting, mut optimizer) in OPTIMIZERS[..4].iter().zip(in_the_ravine::<f64>()) {
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
