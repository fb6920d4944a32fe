//! 6.5.2: narrowing the range of a search round by round.

use experiments::cli::Failure;
use experiments::findings::{Findings, significant};
use experiments::lab::{Lab, Unit};
use experiments::report::RunReport;
use search::{Distribution, Space, Trial, ranking};
use training::Real;
use viz::{Axis, Color, ColorMap, ColorScale, Figure, Line, LineStyle, Panel, Scatter};

use crate::objective::objective;
use crate::search::{notebooks, task};
use crate::space;
use crate::trial_measurements::{measurements, real};

/// The name of the part.
pub const NARROW: &str = "narrow";
/// The number of rounds, of trials per round, and of the best trials that span the next range.
const ROUNDS: usize = 4;
const ROUND_TRIALS: usize = 30;
const KEPT: usize = 6;

/// A round: the range that was searched, and the trials.
struct Round {
    space: Space,
    trials: Vec<Trial>,
}

/// The rounds of a seed, and the range that the last one narrows to.
struct Narrowed {
    seed: u64,
    rounds: Vec<Round>,
    found: Space,
}

/// Searches again in the range of the best, round by round.
///
/// # Errors
/// Any failure of the experiment.
pub fn run<T: Real>(lab: &Lab, report: &mut RunReport) -> Result<(), Failure> {
    let (rounds, count) = (lab.scaled(ROUNDS, 2), lab.scaled(ROUND_TRIALS, 8));
    let seeds = lab.args().seeds();
    let epochs = notebooks(lab, &space::notebook(), 0).steps;
    let work = lab.begin("narrowing the range", seeds.len() * rounds * count * epochs);
    let narrow = |&seed: &u64| -> Result<Narrowed, Failure> {
        let train = objective(task::<T>(lab, seed), epochs);
        let (mut space, mut done) = (space::notebook(), Vec::new());
        for round in 0..rounds {
            let first = Unit::FIRST_NARROWED + (round * count) as u64;
            let numbers = first..first + count as u64;
            let search = notebooks(lab, &space, seed);
            let trials = search.run(&[], numbers, &train, &|epochs| work.advance(epochs))?;
            let next = around_the_best(&ranking(&trials)[..KEPT.min(count)], &space);
            done.push(Round { space: std::mem::replace(&mut space, next), trials });
        }
        Ok(Narrowed { seed, rounds: done, found: space })
    };
    let all: Vec<Narrowed> = seeds.iter().map(narrow).collect::<Result<_, _>>()?;
    work.done();

    for Narrowed { seed, rounds, found } in &all {
        for (round, Round { space, trials }) in rounds.iter().enumerate() {
            let best = ranking(trials)[0].value();
            let (round, ends) = (round + 1, ends(space));
            report.say(&format!("seed {seed}, round {round}: {ends}: best val acc:{best}"))?;
        }
        report.say(&format!("seed {seed}, range found: {}", ends(found)))?;
    }
    let panels = all[0].rounds.iter().enumerate().map(|(round, one)| panel(round, one));
    let figure = Figure::new("Narrowing the range")
        .subtitle(lab.subtitle_of_first_seed(&format!("{count} trials a round")))
        .grid(rounds.div_ceil(2), 2)
        .panels(panels);
    let reading = format!(
        "Each round searches the range that the best trials of the round before span. The range found: \
         {}.",
        ends(&all[0].found)
    );
    report.figure("sec6_5_narrow", figure, &reading);
    conclude(report, &all);
    for Narrowed { seed, rounds, .. } in all {
        for (round, Round { space, trials }) in rounds.iter().enumerate() {
            let measured = trials.iter().map(|trial| measurements(space, trial));
            let numbered = measured.enumerate().map(|(k, measured)| (k.to_string(), measured));
            let part = format!("{NARROW}/{}", round + 1);
            report.record(Findings::of_seed(part, seed, numbered))?;
        }
    }
    Ok(())
}

/// Later rounds do better.
fn conclude(report: &mut RunReport, all: &[Narrowed]) {
    let median = |round: &Round| {
        let ranked = ranking(&round.trials);
        ranked[ranked.len() / 2].value()
    };
    let medians = all
        .iter()
        .map(|Narrowed { rounds, .. }| [&rounds[0], &rounds[rounds.len() - 1]].map(median));
    let medians: Vec<[f64; 2]> = medians.collect();
    let [before, after] = [0, 1]
        .map(|end: usize| medians.iter().map(|ends| ends[end]).sum::<f64>() / medians.len() as f64);
    report.conclude(
        "narrowing the range raises the accuracy of a typical trial",
        "the median of the last round is above that of the first",
        &medians.iter().map(|[before, after]| after > before).collect::<Vec<bool>>(),
        format!("median of the first round {before:.2}, of the last {after:.2}"),
    );
}

/// The ranges of a space in words.
fn ends(space: &Space) -> String {
    let [lr, decay] = ["lr", "weight_decay"].map(|name| {
        let (low, high) = range(space, name);
        format!("{} to {}", significant(low), significant(high))
    });
    format!("lr {lr}, weight decay {decay}")
}

/// The ends of a dimension.
fn range(space: &Space, name: &str) -> (f64, f64) {
    match space.get(name) {
        Some(&Distribution::LogUniform { low, high }) => (low, high),
        other => unreachable!("the notebook's space has log scales only, found {other:?}"),
    }
}

fn panel(round: usize, Round { space, trials }: &Round) -> Panel {
    let accuracy =
        ColorScale::new(Axis::linear("validation accuracy", 0.0, 1.0), ColorMap::Viridis);
    let ((x0, x1), (y0, y1)) = (range(space, "lr"), range(space, "weight_decay"));
    let frame = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)];
    let points = trials.iter().map(|t| (real(t, "lr"), real(t, "weight_decay"), t.value()));
    Panel::new(format!("round {}", round + 1))
        .x_axis(Axis::log("learning rate", 1e-6, 1e-2))
        .y_axis(Axis::log("weight decay", 1e-8, 1e-4))
        .mark(Line::new(Color::GREY, frame).style(LineStyle::Dashed))
        .mark(Scatter::colored(accuracy, points))
}

/// The smallest range that holds the best trials, a tenth wider on each side, within the old one.
fn around_the_best(best: &[&Trial], old: &Space) -> Space {
    let narrowed = |name: &str| {
        let exponents = || best.iter().map(|trial| real(trial, name).log10());
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
