//! 6.5.2: narrowing the range of a search round by round.

use experiments::cli::Result;
use experiments::findings::{Spread, significant};
use experiments::lab::{Lab, Unit};
use experiments::report::{RunReport, Table};
use search::{Distribution, Space, Trial, ranking};
use training::Real;
use viz::{Axis, Color, Figure, Line, LineStyle, Panel, Scatter};

use crate::figures::accuracy_axis;
use crate::lessons;
use crate::objective::objective;
use crate::search::{notebooks, task};
use crate::space;
use crate::trial_measurements::{measurements, of_trials, real};

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
pub fn run<T: Real>(lab: &Lab, report: &mut RunReport) -> Result<()> {
    let (rounds, count) = (lab.scaled(ROUNDS, 2), lab.scaled(ROUND_TRIALS, 8));
    let seeds = lab.args.seeds();
    let epochs = notebooks(lab, &space::notebook(), 0).steps;
    let work = lab.begin("narrowing the range", seeds.len() * rounds * count * epochs);
    let narrow = |&seed: &u64| -> Result<Narrowed> {
        let train = objective::<T, _>(task(lab, seed), epochs);
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

    let medians = of_rounds(&all, median);
    let bests = of_rounds(&all, best);
    lessons::narrow(report, &medians, &bests);
    report.results_of_our_own(table(&all, &medians, &bests))?;
    let accuracy = accuracy_axis(all[0].rounds.iter().flat_map(|round| &round.trials));
    let next = all[0].rounds[1..].iter().map(|round| &round.space).chain([&all[0].found]);
    let panels = all[0].rounds.iter().zip(next).enumerate();
    let panels = panels.map(|(round, (one, next))| panel(round, one, next, &accuracy));
    let figure = Figure::new("Narrowing the range")
        .subtitle(lab.subtitle_of_first_seed(&format!("{count} trials a round")))
        .grid(rounds.div_ceil(2), 2)
        .panels(panels);
    let reading = format!(
        "Each panel is the range that its round searches; dashed is what the best trials of the round \
         span, the range of the next. The range found: {}.",
        ends(&all[0].found)
    );
    report.figure("sec6_5_narrow", figure, &reading);
    conclude(report, &all);
    for Narrowed { seed, rounds, .. } in all {
        for (round, Round { space, trials }) in rounds.iter().enumerate() {
            let measured = trials.iter().map(|trial| measurements(space, trial));
            let part = format!("{NARROW}/{}", round + 1);
            report.record(of_trials(part, seed, (0..).zip(measured)));
        }
    }
    Ok(())
}

/// Later rounds do better.
fn conclude(report: &mut RunReport, all: &[Narrowed]) {
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

/// The accuracy of a typical trial.
fn median(round: &Round) -> f64 {
    let ranked = ranking(&round.trials);
    ranked[ranked.len() / 2].value()
}

fn best(round: &Round) -> f64 {
    ranking(&round.trials)[0].value()
}

/// A number of each round, seed by seed.
fn of_rounds(all: &[Narrowed], number: fn(&Round) -> f64) -> Vec<Vec<f64>> {
    (0..all[0].rounds.len())
        .map(|round| all.iter().map(|one| number(&one.rounds[round])).collect())
        .collect()
}

/// The rounds: accuracies over the seeds, and the ranges of the first seed with the one it found.
fn table(all: &[Narrowed], medians: &[Vec<f64>], bests: &[Vec<f64>]) -> Table {
    let first = &all[0];
    let row = |(round, one): (usize, &Round)| {
        let [lr, decay] = ranges(&one.space);
        let [median, best] = [medians, bests].map(|rounds| Spread::of(&rounds[round]).text(2));
        vec![(round + 1).to_string(), median, best, lr, decay]
    };
    let [lr, decay] = ranges(&first.found);
    let found = vec!["found".to_owned(), String::new(), String::new(), lr, decay];
    let columns = ["round", "median", "best", "learning rate", "weight decay"];
    let title = format!("Rounds of narrowing; ranges of seed {}", first.seed);
    Table::new(title, columns, first.rounds.iter().enumerate().map(row).chain([found]))
}

/// The ranges of learning rate and weight decay: `1e-6–0.01`.
fn ranges(space: &Space) -> [String; 2] {
    ["lr", "weight_decay"].map(|name| {
        let (low, high) = range(space, name);
        format!("{} – {}", significant(low), significant(high))
    })
}

/// The ranges of a space in words.
fn ends(space: &Space) -> String {
    let [lr, decay] = ranges(space);
    format!("learning rate {lr}, weight decay {decay}")
}

/// The ends of a dimension.
fn range(space: &Space, name: &str) -> (f64, f64) {
    match space.get(name) {
        Some(&Distribution::LogUniform { low, high }) => (low, high),
        other => unreachable!("the notebook's space has log scales only, found {other:?}"),
    }
}

/// The trials of a round in the range that it searches, and the range of the next round.
fn panel(round: usize, one: &Round, next: &Space, accuracy: &Axis) -> Panel {
    let Round { space, trials } = one;
    let ((x0, x1), (y0, y1)) = (range(next, "lr"), range(next, "weight_decay"));
    let frame = [(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)];
    let points = trials.iter().map(|t| (real(t, "lr"), real(t, "weight_decay"), t.value()));
    let axis = |label: &str, name: &str| {
        let (low, high) = range(space, name);
        Axis::log(label, low, high)
    };
    Panel::new(format!("round {}: median {:.2}, best {:.2}", round + 1, median(one), best(one)))
        .x_axis(axis("learning rate", "lr"))
        .y_axis(axis("weight decay", "weight_decay"))
        .mark(Line::new(Color::GREY, frame).style(LineStyle::Dashed))
        .mark(Scatter::colored(accuracy.clone(), points))
}

/// The smallest range that holds the best trials, a tenth wider on each side, within the old one.
fn around_the_best(best: &[&Trial], old: &Space) -> Space {
    let narrowed = |name: &str| {
        let exponents = || best.iter().map(|trial| libm::log10(real(trial, name)));
        let low = exponents().fold(f64::INFINITY, f64::min);
        let high = exponents().fold(f64::NEG_INFINITY, f64::max);
        let margin = 0.1 * (high - low);
        let (old_low, old_high) = range(old, name);
        Distribution::LogUniform {
            low: libm::pow(10.0, low - margin).max(old_low),
            high: libm::pow(10.0, high + margin).min(old_high),
        }
    };
    Space::of(["lr", "weight_decay"].map(|name| (name, narrowed(name))))
}
