//! 6.5.2: the range narrowed round by round.

use experiments::search::{Task, objective, space};
use experiments::text::significant;
use experiments::{Conclusion, Failure, Run};
use init::Seed;
use search::{Distribution, Space, Trial, Value, ranking};
use training::Real;
use viz::{Axis, Color, ColorMap, ColorScale, Figure, Line, LineStyle, Panel, Scatter};

use crate::ranking::{Point, ranked_by_seed};
use crate::search::{log, notebooks, progress};

/// The part's name.
pub const NARROW: &str = "narrow";
/// Rounds of narrowing, trials a round, and how many of the best span the next range.
const ROUNDS: usize = 4;
const ROUND_TRIALS: usize = 30;
const KEPT: usize = 6;

/// Later rounds do better.
pub fn conclusion(run: &Run) -> Conclusion {
    let ranked = ranked_by_seed(run, &format!("{NARROW}/{ROUNDS}"));
    let first = ranked_by_seed(run, &format!("{NARROW}/1"));
    let median = |trials: &[Vec<Point>]| {
        let middle = |t: &Vec<Point>| t.get(t.len() / 2).map_or(f64::NAN, |point| point.0);
        let sum: f64 = trials.iter().map(middle).sum();
        sum / trials.len() as f64
    };
    let (before, after) = (median(&first), median(&ranked));
    Conclusion::new(
        "narrowing the range raises the accuracy of a typical trial",
        after > before,
        format!("median of the first round {before:.2}, of the last {after:.2}"),
    )
}

/// Searches again in the range of the best, round by round.
///
/// # Errors
/// Whatever stops it.
pub fn run<T: Real>(run: &mut Run) -> Result<(), Failure> {
    let (rounds, count) = (run.scaled(ROUNDS, 2), run.scaled(ROUND_TRIALS, 8));
    let seeds = run.args().seeds();
    let epochs = notebooks(run, &space::notebook(), Seed::new(0)).steps;
    run.begin("narrowing the range", seeds.len() * rounds * count * epochs);
    let mut panels = Vec::new();
    let mut found = Vec::new();
    for &root in &seeds {
        let task = Task::<T>::new(run.data(), Seed::new(root));
        let mut space = space::notebook();
        for round in 0..rounds {
            // Trial numbers go on behind those of the search.
            let first = (1000 + round * count) as u64;
            let search = notebooks(run, &space, Seed::new(root));
            let numbers = first..first + count as u64;
            let train = objective(&task, epochs);
            let trials = search.run(&[], numbers, &train, &|epochs| progress(run, epochs))?;
            for (number, trial) in trials.iter().enumerate() {
                let part = format!("{NARROW}/{}", round + 1);
                run.record(&part, &number.to_string(), root, log(&space, trial))?;
            }
            if root == seeds[0] {
                panels.push(round_panel(round, &space, &trials));
            }
            let ranked = ranking(&trials);
            found.push((root, round, space.clone(), ranked[0].value()));
            space = around_the_best(&ranked[..KEPT.min(count)], &space);
        }
        found.push((root, rounds, space, f64::NAN));
    }
    run.end();
    for (seed, round, space, best) in found {
        let ends = |name: &str| {
            let (low, high) = range(&space, name);
            format!("{} to {}", significant(low), significant(high))
        };
        let (lr, decay) = (ends("lr"), ends("weight_decay"));
        run.say(&match round {
            last if last == rounds => {
                format!("seed {seed}, range found: lr {lr}, weight decay {decay}")
            }
            _ => format!(
                "seed {seed}, round {}: lr {lr}, weight decay {decay}: best val acc:{best}",
                round + 1
            ),
        })?;
    }
    let figure = Figure::new("Narrowing the range")
        .subtitle(run.subtitle_of_first_seed(&format!("{count} trials a round")))
        .grid(rounds.div_ceil(2), 2)
        .panels(panels);
    run.figure(
        "sec6_5_narrow",
        figure,
        "Each round searches the range that the best trials of the round before span: it closes in on \
         high learning rates, and on no particular weight decay.",
    );
    Ok(())
}

/// The ends of a dimension.
fn range(space: &Space, name: &str) -> (f64, f64) {
    match space.get(name) {
        Some(&Distribution::LogUniform { low, high }) => (low, high),
        other => unreachable!("the notebook's space has log scales only, found {other:?}"),
    }
}

fn value(trial: &Trial, name: &str) -> f64 {
    match trial.params.get(name) {
        Some(&Value::Float(x)) => x,
        other => unreachable!("the notebook's space has real numbers only, found {other:?}"),
    }
}

fn round_panel(round: usize, space: &Space, trials: &[Trial]) -> Panel {
    let accuracy =
        ColorScale::new(Axis::linear("validation accuracy", 0.0, 1.0), ColorMap::Viridis);
    let ((x0, x1), (y0, y1)) = (range(space, "lr"), range(space, "weight_decay"));
    let frame = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)];
    let points = trials.iter().map(|t| (value(t, "lr"), value(t, "weight_decay"), t.value()));
    Panel::new(format!("round {}", round + 1))
        .x_axis(Axis::log("learning rate", 1e-6, 1e-2))
        .y_axis(Axis::log("weight decay", 1e-8, 1e-4))
        .mark(Line::new(Color::GREY, frame).style(LineStyle::Dashed))
        .mark(Scatter::colored(accuracy, points))
}

/// The smallest range that holds the best trials, a tenth wider on each side, within the old one.
fn around_the_best(best: &[&Trial], old: &Space) -> Space {
    let narrowed = |name: &str| {
        let exponents = || best.iter().map(|trial| value(trial, name).log10());
        let low = exponents().fold(f64::INFINITY, f64::min);
        let high = exponents().fold(f64::NEG_INFINITY, f64::max);
        let margin = 0.1 * (high - low);
        let (old_low, old_high) = range(old, name);
        Distribution::LogUniform {
            low: 10_f64.powf(low - margin).max(old_low),
            high: 10_f64.powf(high + margin).min(old_high),
        }
    };
    Space::of(["lr", "weight_decay"].map(|name| (name, narrowed(name))))
}
