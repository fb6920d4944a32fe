//! Compares samplers by what they find in a number of trials: on section 6.5 itself, and on two
//! functions with known minima.

use experiments::cli::{Failure, Result};
use experiments::findings::{Findings, Measurements, Metric, Series, significant};
use experiments::lab::Lab;
use experiments::report::{RunReport, Table};
use rayon::prelude::*;
use search::pruner::Never;
use search::sampler::SamplerKind;
use search::{End, Objective, Observe, Params, Report, Search, Space, Trial};
use training::Real;
use viz::{Axis, Color, Figure, LineStyle, Panel};

use crate::best_so_far::{quarters, running_best, stairs};
use crate::flags::SearchFlags;
use crate::functions::{FUNCTIONS, TestFunction};
use crate::lessons;
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

/// A sampler that is compared.
#[derive(Clone, Copy)]
struct Contender {
    kind: SamplerKind,
    /// The name in files.
    name: &'static str,
    /// The name for readers, and the look in figures.
    style: (&'static str, Color, LineStyle),
}

/// The samplers that are compared; the grid is as fine as the trials allow. The conclusion is about
/// the first and the last one.
fn contenders(space: &Space, trials: u64) -> Vec<Contender> {
    let enough = |levels: &u64| {
        SamplerKind::Grid(*levels).sampler().count(space).is_some_and(|count| count >= trials)
    };
    // With a continuous dimension, as many levels as trials are enough.
    let levels = (1..=trials).find(enough).unwrap_or(trials);
    let contender = |kind, name, style| Contender { kind, name, style };
    vec![
        contender(SamplerKind::Random, "random", ("random search", Color::GREY, LineStyle::Solid)),
        contender(
            SamplerKind::Grid(levels),
            "grid",
            ("grid search", Color::ORANGE, LineStyle::Dotted),
        ),
        contender(SamplerKind::Sobol, "sobol", ("Sobol points", Color::GREEN, LineStyle::Dashed)),
        contender(SamplerKind::Gp, "gp", ("Bayesian optimisation", Color::BLUE, LineStyle::Solid)),
    ]
}

/// The results of all samplers on a problem.
struct Judged {
    /// The name in files.
    problem: &'static str,
    /// The name for readers.
    title: &'static str,
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

    fn label(&self) -> &'static str {
        self.contender.style.0
    }
}

/// Runs every sampler with every seed, and draws the best value so far against the number of
/// trials.
pub fn run<T: Real>(lab: &Lab, flags: &SearchFlags, report: &mut RunReport) -> Result<()> {
    let mut judged = vec![on_networks::<T>(lab, flags)?];
    for function in &FUNCTIONS {
        judged.push(on(lab, function)?);
    }
    let network = &judged[0].found;
    let medians: Vec<f64> = network.iter().map(|found| quarters(found.ends())[1]).collect();
    let names: Vec<&str> = network.iter().map(Found::label).collect();
    lessons::samplers(report, &names, &medians);
    report.results_of_our_own(table(&judged))?;
    let drawn =
        if lab.args.runs > 1 { "median and middle half of the seeds" } else { "one search each" };
    let figure = Figure::new("Samplers: the best so far against the number of trials")
        .subtitle(lab.subtitle_without_data(drawn))
        .plot_size(330.0, 250.0)
        .panels(judged.iter().map(|judged| draw(lab, judged)));
    report.figure(
        "sec6_5_samplers",
        figure,
        "On the network, higher is better. Branin and Hartmann-6 are test functions of two and of six \
         variables: how far the best point is above the function's least value; lower is better.",
    );
    conclude(report, &judged);
    for Judged { problem, title, metric, found } in judged {
        for Found { contender, curves } in found {
            let measured = |curve: Vec<f64>| -> Measurements {
                curve.into_iter().enumerate().map(|(k, best)| (k + 1, metric, best)).collect()
            };
            let runs = curves.into_iter().map(measured).collect();
            let Contender { name, style: (label, ..), .. } = contender;
            let series = Series::new(format!("{problem}/{name}"), runs);
            let series = series.labelled(format!("{title}, {label}"));
            report.record(Findings::of_series(SAMPLERS, &lab.args.seeds(), series));
        }
    }
    Ok(())
}

/// Searches with each sampler and each seed, in parallel. `objective` is that of a seed, `best` the
/// best value so far after each trial.
fn search<'a>(
    lab: &Lab,
    what: &str,
    space: &Space,
    (trials, steps): (u64, usize),
    objective: &(dyn Fn(u64) -> Box<Objective<'a, Failure>> + Sync),
    best: fn(&[Trial]) -> Vec<f64>,
) -> Result<Vec<Found>> {
    let (contenders, seeds) = (contenders(space, trials), lab.args.seeds());
    let work = lab.begin(what, contenders.len() * seeds.len() * trials as usize * steps);
    let jobs = contenders.iter().flat_map(|one| seeds.iter().map(move |&seed| (one.kind, seed)));
    let jobs: Vec<(SamplerKind, u64)> = jobs.collect();
    let curves = jobs.par_iter().with_max_len(1).map(|&(kind, number)| {
        let (sampler, seed) = (kind.sampler(), lab.seed(number));
        let sampler = &*sampler;
        let search = Search { space, sampler, pruner: &Never, seed, steps, together: 1 };
        let progress = &|steps| work.advance(steps);
        Ok(best(&search.run(&[], 0..trials, &*objective(number), progress)?))
    });
    let curves: Vec<Vec<f64>> = curves.collect::<Result<_>>()?;
    work.done();
    let found = contenders.into_iter().zip(curves.chunks(seeds.len()));
    Ok(found.map(|(contender, curves)| Found { contender, curves: curves.to_vec() }).collect())
}

/// Samplers on section 6.5, or on the space that the flags give.
fn on_networks<T: Real>(lab: &Lab, flags: &SearchFlags) -> Result<Judged> {
    let (trials, epochs) = (flags.trials(lab, TRIALS, 16), flags.epochs(lab));
    let train = |number| -> Box<Objective<'_, Failure>> {
        Box::new(objective::<T, _>(task(lab, number), epochs))
    };
    let (what, size) = ("samplers on networks", (trials, epochs));
    let found = search(lab, what, &flags.space()?, size, &train, running_best)?;
    Ok(Judged { problem: "mnist", title: "network", metric: BEST_ACCURACY, found })
}

/// Samplers on a function.
fn on(lab: &Lab, function: &TestFunction) -> Result<Judged> {
    let &TestFunction { name: problem, title, trials, .. } = function;
    let evaluate = |_, params: &Params, observe: &mut Observe<'_>| {
        let _ = observe(Report::of(0, -function.regret(params)));
        Ok(End::Complete)
    };
    let least = |trials: &[Trial]| -> Vec<f64> {
        let regrets = trials.iter().map(|trial| -trial.value());
        regrets
            .scan(f64::INFINITY, |least, regret| {
                *least = least.min(regret);
                Some(*least)
            })
            .collect()
    };
    let (what, size) = (format!("samplers on {title}"), (lab.scaled(trials, 16), 1));
    let found = search(lab, &what, &function.space(), size, &|_| Box::new(evaluate), least)?;
    Ok(Judged { problem, title, metric: REGRET, found })
}

/// Where the curves end.
fn table(judged: &[Judged]) -> Table {
    let rows = judged.iter().flat_map(|Judged { title, found, .. }| {
        found.iter().map(move |one| {
            let [low, median, high] = quarters(one.ends()).map(significant);
            let trials = one.curves[0].len().to_string();
            vec![(*title).to_owned(), one.label().to_owned(), trials, median, low, high]
        })
    });
    let columns = ["problem", "sampler", "trials", "median", "first quartile", "third quartile"];
    let title = "Samplers: highest accuracy on the network, distance from the least value of the \
                 functions";
    Table::new(title, columns, rows)
}

fn draw(lab: &Lab, Judged { title, metric, found, .. }: &Judged) -> Panel {
    let curves = || found.iter().flat_map(|found| &found.curves);
    let trials = curves().map(Vec::len).max().unwrap_or(1);
    let (title, y) = if *metric == BEST_ACCURACY {
        let data = lab.data.note().unwrap_or("MNIST");
        let best = Axis::linear("best validation accuracy", 0.0, 1.0);
        (format!("{title}, {data}"), best)
    } else {
        let least = curves().flatten().copied().fold(f64::INFINITY, f64::min).max(1e-6);
        ((*title).to_owned(), Axis::log("above the least value", least, 100.0))
    };
    let marks = found.iter().flat_map(|found| stairs(&found.curves, found.contender.style));
    Panel::new(title).x_axis(Axis::linear("trials", 1.0, trials as f64)).y_axis(y).marks(marks)
}

/// Whether learning from earlier trials pays.
fn conclude(report: &mut RunReport, judged: &[Judged]) {
    let both = |judged: &Judged| -> [Vec<f64>; 2] {
        let [random, .., gp] = &judged.found[..] else { unreachable!("several contenders") };
        [gp, random].map(Found::ends)
    };
    let medians = |judged: &Judged| {
        let [gp, random] = both(judged).map(|ends| significant(quarters(ends)[1]));
        format!("{} {gp} against {random}", judged.title)
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
        format!("medians of Bayesian optimisation and random search: {}", numbers.join(", ")),
    );
}
