//! Compares samplers by what they find in a number of trials: on section 6.5 itself, and on two
//! functions with known minima.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use experiments::cli::Failure;
use experiments::findings::{Findings, Measurements, Metric, significant};
use experiments::lab::Lab;
use experiments::report::{RunReport, Table};
use rayon::prelude::*;
use search::pruner::Never;
use search::sampler::{Known, SamplerKind};
use search::{Observation, Search, Space};
use training::Real;
use viz::{Area, Axis, Color, Figure, Line, LineStyle, Panel};

use crate::figures::running_best;
use crate::flags::SearchFlags;
use crate::functions::{FUNCTIONS, TestFunction};
use crate::objective::objective;
use crate::search::task;

/// The name of the part.
pub const SAMPLERS: &str = "samplers";
/// The number of trials on section 6.5.
const TRIALS: u64 = 40;
/// The best accuracy so far.
pub const BEST_ACCURACY: Metric = Metric::new("best_accuracy");
/// The value of a function at the best point so far, less its minimum.
const REGRET: Metric = Metric::lower("regret");

/// A sampler, its name in files and figures, and its look there.
type Contender = (SamplerKind, &'static str, Color, LineStyle);

/// The samplers that are compared; the grid is as fine as the trials allow. The conclusion is about
/// the first and the last one.
fn contenders(space: &Space, trials: u64) -> Vec<Contender> {
    let enough = |levels: &u64| {
        SamplerKind::Grid(*levels).sampler().count(space).is_some_and(|count| count >= trials)
    };
    // With a continuous dimension, as many levels as trials are enough.
    let levels = (1..=trials).find(enough).unwrap_or(trials);
    vec![
        (SamplerKind::Random, "random", Color::GREY, LineStyle::Solid),
        (SamplerKind::Grid(levels), "grid", Color::ORANGE, LineStyle::Dotted),
        (SamplerKind::Sobol, "sobol", Color::GREEN, LineStyle::Dashed),
        (SamplerKind::Gp, "gp", Color::BLUE, LineStyle::Solid),
    ]
}

/// The results of all samplers on a problem.
struct Judged {
    /// The name in files.
    problem: &'static str,
    metric: Metric,
    found: Vec<Found>,
}

/// The best value so far of a sampler after each trial, one curve per seed.
struct Found {
    contender: Contender,
    curves: Vec<Vec<f64>>,
}

impl Found {
    /// The final value of each seed.
    fn ends(&self) -> Vec<f64> {
        self.curves.iter().filter_map(|curve| curve.last().copied()).collect()
    }
}

/// Runs every sampler with every seed, and draws the best value so far against the number of
/// trials.
///
/// # Errors
/// Any failure of the experiment.
pub fn run<T: Real>(lab: &Lab, flags: &SearchFlags, report: &mut RunReport) -> Result<(), Failure> {
    let mut judged = vec![on_networks::<T>(lab, flags)?];
    let trials = judged[0].found[0].curves[0].len();
    let networks = Panel::new("section 6.5")
        .x_axis(Axis::linear("trials", 1.0, trials as f64))
        .y_axis(Axis::linear("best validation accuracy", 0.0, 1.0));
    let mut panels = vec![draw(networks, &judged[0])];
    table(report, &judged[0])?;
    for function in &FUNCTIONS {
        let (found, thinking) = on(lab, function)?;
        report.say(&format!("{}: gp took {thinking:.1} ms for a suggestion", function.title))?;
        let curves = || found.found.iter().flat_map(|found| &found.curves);
        let least = curves().flatten().copied().fold(f64::INFINITY, f64::min).max(1e-6);
        let trials = curves().map(Vec::len).max().unwrap_or(1);
        let panel = Panel::new(function.title)
            .x_axis(Axis::linear("trials", 1.0, trials as f64))
            .y_axis(Axis::log("above the least value", least, 100.0));
        panels.push(draw(panel, &found));
        table(report, &found)?;
        judged.push(found);
    }
    let figure = Figure::new("Samplers: the best so far against the number of trials")
        .subtitle(lab.subtitle("median and middle half of the seeds"))
        .plot_size(330.0, 250.0)
        .panels(panels);
    report.figure(
        "sec6_5_samplers",
        figure,
        "Left: higher is better. Middle and right: how far the best point is above the function's least \
         value; lower is better.",
    );
    conclude(report, &judged);
    for Judged { problem, metric, found } in judged {
        for Found { contender: (_, name, ..), curves } in found {
            let measured = |curve: Vec<f64>| -> Measurements {
                curve.into_iter().enumerate().map(|(k, best)| (k + 1, metric, best)).collect()
            };
            let runs = curves.into_iter().map(measured).collect();
            let series = format!("{problem}/{name}");
            report.record(Findings::of_series(SAMPLERS, &lab.args().seeds(), series, runs))?;
        }
    }
    Ok(())
}

/// Runs each sampler for each seed, in parallel.
fn in_parallel(
    contenders: Vec<Contender>,
    seeds: &[u64],
    search: &(dyn Fn(SamplerKind, u64) -> Result<Vec<f64>, Failure> + Sync),
) -> Result<Vec<Found>, Failure> {
    let jobs =
        contenders.iter().flat_map(|&(kind, ..)| seeds.iter().map(move |&seed| (kind, seed)));
    let jobs: Vec<(SamplerKind, u64)> = jobs.collect();
    let curves = jobs.par_iter().with_max_len(1).map(|&(kind, seed)| search(kind, seed));
    let curves: Vec<Vec<f64>> = curves.collect::<Result<_, _>>()?;
    let found = contenders.into_iter().zip(curves.chunks(seeds.len()));
    Ok(found.map(|(contender, curves)| Found { contender, curves: curves.to_vec() }).collect())
}

/// Samplers on section 6.5, or on the space that the flags give.
fn on_networks<T: Real>(lab: &Lab, flags: &SearchFlags) -> Result<Judged, Failure> {
    let space = flags.space()?;
    let trials = flags.trials(lab, TRIALS, 16);
    let epochs = flags.epochs(lab);
    let contenders = contenders(&space, trials);
    let seeds = lab.args().seeds();
    let updates = seeds.len() * contenders.len() * trials as usize * epochs;
    let work = lab.begin("samplers on networks", updates);
    let found = in_parallel(contenders, &seeds, &|kind, number| {
        let (sampler, seed) = (kind.sampler(), lab.seed(number));
        let (sampler, pruner, steps) = (&*sampler, &Never, epochs);
        let search = Search { space: &space, sampler, pruner, seed, steps, together: 1 };
        let train = objective(task::<T>(lab, number), epochs);
        let found = search.run(&[], 0..trials, &train, &|epochs| work.advance(epochs))?;
        Ok(running_best(&found))
    })?;
    work.done();
    Ok(Judged { problem: "mnist", metric: BEST_ACCURACY, found })
}

/// Samplers on a function. Also returns how many milliseconds the Gaussian process took per
/// suggestion.
fn on(lab: &Lab, function: &TestFunction) -> Result<(Judged, f64), Failure> {
    let space = function.space();
    let trials = lab.scaled(function.trials, 16);
    let contenders = contenders(&space, trials);
    let seeds = lab.args().seeds();
    let suggestions = seeds.len() * trials as usize;
    let what = format!("samplers on {}", function.title);
    let work = lab.begin(&what, contenders.len() * suggestions);
    let thinking = AtomicU64::new(0);
    let found = in_parallel(contenders, &seeds, &|kind, seed| {
        let (sampler, seed) = (kind.sampler(), lab.seed(seed));
        let (mut finished, mut best) = (Vec::new(), Vec::new());
        let mut least = f64::INFINITY;
        for number in 0..trials {
            work.advance(1)?;
            let known = Known { space: &space, finished: &finished, pending: &[], seed };
            let started = Instant::now();
            let params = sampler.suggest(known, number);
            if kind == SamplerKind::Gp {
                thinking.fetch_add(started.elapsed().as_micros() as u64, Ordering::Relaxed);
            }
            let regret = function.regret(&params);
            finished.push(Observation { number, params, value: -regret });
            least = least.min(regret);
            best.push(least);
        }
        Ok(best)
    })?;
    work.done();
    let thinking = thinking.into_inner() as f64 / 1000.0 / suggestions as f64;
    Ok((Judged { problem: function.name, metric: REGRET, found }, thinking))
}

/// Prints where the curves end.
fn table(
    report: &mut RunReport,
    Judged { problem, metric, found }: &Judged,
) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let seeds = found[0].curves.len();
    for one in found {
        let [low, median, high] = quarters(one.ends()).map(significant);
        let (kind, trials) = (one.contender.0, one.curves[0].len());
        report.say(&format!(
            "{problem}, {kind}: {median} after {trials} trials (middle half of {seeds} seeds: {low} to \
             {high})"
        ))?;
        rows.push(vec![kind.to_string(), trials.to_string(), median, low, high]);
    }
    let columns = ["sampler", "trials", "median", "first quartile", "third quartile"];
    let metric = metric.name().replace('_', " ");
    report.table(Table {
        title: format!("Samplers on {problem}: {metric} over {seeds} seeds"),
        columns: columns.map(str::to_owned).to_vec(),
        rows,
    });
    Ok(())
}

/// First quartile, median and third quartile.
fn quarters(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    [0.25, 0.5, 0.75].map(|share| {
        let place = share * (values.len() - 1) as f64;
        let (below, above) = (values[place as usize], values[place.ceil() as usize]);
        below + (above - below) * place.fract()
    })
}

fn draw(mut panel: Panel, Judged { found, .. }: &Judged) -> Panel {
    for Found { contender: (_, name, color, style), curves } in found {
        let at = |k: usize| quarters(curves.iter().map(|curve| curve[k]).collect());
        let steps: Vec<(f64, [f64; 3])> =
            (0..curves[0].len()).map(|k| (k as f64 + 1.0, at(k))).collect();
        let middle_half = steps.iter().map(|&(x, [low, _, high])| (x, low, high));
        panel = panel.mark(Area::new(*color, middle_half).opacity(0.18));
        let line = Line::new(*color, steps.iter().map(|&(x, [_, median, _])| (x, median)));
        panel = panel.mark(line.style(*style).named(*name));
    }
    panel
}

/// Whether learning from earlier trials pays.
fn conclude(report: &mut RunReport, judged: &[Judged]) {
    let both = |judged: &Judged| -> [Vec<f64>; 2] {
        let [random, .., gp] = &judged.found[..] else { unreachable!("several contenders") };
        [gp, random].map(Found::ends)
    };
    let medians = |judged: &Judged| {
        let [gp, random] = both(judged).map(|ends| significant(quarters(ends)[1]));
        format!("{} {gp} against {random}", judged.problem)
    };
    let numbers: Vec<String> = judged.iter().map(medians).collect();
    let better = |judged: &Judged, seed: usize| {
        let [gp, random] = both(judged).map(|ends| ends[seed]);
        judged.metric.best([gp, random]) == gp
    };
    let seeds = judged[0].found[0].curves.len();
    let held = (0..seeds).map(|seed| judged.iter().all(|judged| better(judged, seed)));
    report.conclude(
        "Bayesian optimisation ends at least as well as random search with as many trials",
        "in each of the three problems, its best is at least as good",
        &held.collect::<Vec<bool>>(),
        format!("medians of gp and random: {}", numbers.join(", ")),
    );
}
