//! Which sampler needs the fewest trials: on section 6.5 itself, and on two functions whose lowest
//! points are known.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use experiments::search::{Task, objective, space};
use experiments::text::significant;
use experiments::{Conclusion, Failure, Run, Table};
use init::Seed;
use rayon::prelude::*;
use search::pruner::Never;
use search::sampler::{Known, SamplerKind};
use search::{Observation, Search, Space};
use training::Real;
use viz::{Axis, Band, Color, Figure, Line, LineStyle, Panel};

use crate::figures::running_best;
use crate::flags::Flags;
use crate::functions::{FUNCTIONS, Function};
use crate::search::progress;

/// The part's name.
pub const SAMPLERS: &str = "samplers";
/// Trials of section 6.5 to judge by.
const TRIALS: u64 = 40;
const ACCURACY: &str = "best_accuracy";
const REGRET: &str = "regret";

/// What is compared; the grid as fine as the trials allow.
fn contenders(space: &Space, trials: u64) -> [SamplerKind; 4] {
    let enough = |levels: &u64| {
        SamplerKind::Grid(*levels).sampler().count(space).is_some_and(|count| count >= trials)
    };
    // More levels than trials are never needed where a dimension is continuous.
    let levels = (1..=trials).find(enough).unwrap_or(trials);
    [SamplerKind::Random, SamplerKind::Grid(levels), SamplerKind::Sobol, SamplerKind::Gp]
}

/// The name of a sampler in figures and series.
fn name(kind: SamplerKind) -> &'static str {
    match kind {
        SamplerKind::Random => "random",
        SamplerKind::Grid(_) => "grid",
        SamplerKind::Sobol => "sobol",
        SamplerKind::Gp => "gp",
    }
}

/// Runs every sampler with every seed and draws what each had found after so many trials.
///
/// # Errors
/// Whatever stops it.
pub fn run<T: Real>(run: &mut Run, flags: &Flags) -> Result<(), Failure> {
    let panels =
        vec![on_networks::<T>(run, flags)?, on(run, &FUNCTIONS[0])?, on(run, &FUNCTIONS[1])?];
    let figure = Figure::new("Samplers: the best so far against the number of trials")
        .subtitle(run.subtitle("median and middle half of the seeds"))
        .plot_size(330.0, 250.0)
        .panels(panels);
    let reading = if flags.space()? == space::notebook() {
        "Left: higher is better; the grid does well since the best learning rate stands at the edge of \
         the notebook's range, which is a level of it. Middle and right: how far the best point is \
         above the function's least value; lower is better."
    } else {
        "Left: higher is better. Middle and right: how far the best point is above the function's \
         least value; lower is better."
    };
    run.figure("sec6_5_samplers", figure, reading);
    Ok(())
}

/// Section 6.5, or the space that the flags give.
fn on_networks<T: Real>(run: &mut Run, flags: &Flags) -> Result<Panel, Failure> {
    let space = flags.space()?;
    let trials = flags.trials(run, TRIALS, 16);
    let epochs = flags.epochs(run);
    let contenders = contenders(&space, trials);
    let seeds = run.args().seeds();
    run.begin("samplers on networks", seeds.len() * contenders.len() * trials as usize * epochs);
    let jobs: Vec<(SamplerKind, u64)> =
        contenders.iter().flat_map(|&kind| seeds.iter().map(move |&seed| (kind, seed))).collect();
    let one = |&(kind, seed): &(SamplerKind, u64)| -> Result<Vec<f64>, Failure> {
        let (sampler, seed) = (kind.sampler(), Seed::new(seed));
        let (sampler, pruner, steps) = (&*sampler, &Never, epochs);
        let search = Search { space: &space, sampler, pruner, seed, steps, together: 1 };
        let task = Task::<T>::new(run.data(), seed);
        let train = objective(&task, epochs);
        let found = search.run(&[], 0..trials, &train, &|epochs| progress(run, epochs))?;
        Ok(running_best(&found))
    };
    let best: Vec<Vec<f64>> = jobs.par_iter().with_max_len(1).map(one).collect::<Result<_, _>>()?;
    run.end();
    let panel = Panel::new("section 6.5")
        .x_axis(Axis::linear("trials", 1.0, trials as f64))
        .y_axis(Axis::linear("best validation accuracy", 0.0, 1.0));
    report(run, "mnist", ACCURACY, &jobs, &best)?;
    Ok(draw(panel, &contenders, &jobs, &best))
}

/// A function whose least value is known.
fn on(run: &mut Run, function: &Function) -> Result<Panel, Failure> {
    let space = function.space();
    let trials = run.scaled(function.trials, 16);
    let contenders = contenders(&space, trials);
    let seeds = run.args().seeds();
    let jobs: Vec<(SamplerKind, u64)> =
        contenders.iter().flat_map(|&kind| seeds.iter().map(move |&seed| (kind, seed))).collect();
    run.begin(&format!("samplers on {}", function.title), jobs.len() * trials as usize);
    let thinking = AtomicU64::new(0);
    let one = |&(kind, seed): &(SamplerKind, u64)| -> Result<Vec<f64>, Failure> {
        let (sampler, seed) = (kind.sampler(), Seed::new(seed));
        let (mut finished, mut best) = (Vec::new(), Vec::new());
        let mut least = f64::INFINITY;
        for number in 0..trials {
            progress(run, 1)?;
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
    };
    let best: Vec<Vec<f64>> = jobs.par_iter().with_max_len(1).map(one).collect::<Result<_, _>>()?;
    run.end();
    let suggestions = trials * seeds.len() as u64;
    run.say(&format!(
        "{}: gp took {:.1} ms for a suggestion",
        function.title,
        thinking.into_inner() as f64 / 1000.0 / suggestions as f64
    ))?;
    let least = best.iter().flatten().copied().fold(f64::INFINITY, f64::min).max(1e-6);
    let panel = Panel::new(function.title)
        .x_axis(Axis::linear("trials", 1.0, trials as f64))
        .y_axis(Axis::log("above the least value", least, 100.0));
    report(run, function.name, REGRET, &jobs, &best)?;
    Ok(draw(panel, &contenders, &jobs, &best))
}

/// Records the curves and prints where they end.
fn report(
    run: &mut Run,
    problem: &str,
    metric: &'static str,
    jobs: &[(SamplerKind, u64)],
    best: &[Vec<f64>],
) -> Result<(), Failure> {
    for (&(kind, seed), best) in jobs.iter().zip(best) {
        let log = best.iter().enumerate().map(|(k, &value)| (k + 1, metric, value)).collect();
        run.record(SAMPLERS, &format!("{problem}/{}", name(kind)), seed, log)?;
    }
    let seeds = run.args().seeds().len();
    let mut rows = Vec::new();
    for (jobs, best) in jobs.chunks(seeds).zip(best.chunks(seeds)) {
        let last: Vec<f64> = best.iter().filter_map(|curve| curve.last().copied()).collect();
        let [low, median, high] = quarters(last).map(significant);
        let (kind, trials) = (jobs[0].0, best[0].len());
        run.say(&format!(
            "{problem}, {kind}: {median} after {trials} trials (middle half of {seeds} seeds: {low} to \
             {high})"
        ))?;
        rows.push(vec![kind.to_string(), trials.to_string(), median, low, high]);
    }
    let columns = ["sampler", "trials", "median", "first quartile", "third quartile"];
    run.table(Table {
        title: format!("Samplers on {problem}: {} over {seeds} seeds", metric.replace('_', " ")),
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

fn draw(
    mut panel: Panel,
    contenders: &[SamplerKind],
    jobs: &[(SamplerKind, u64)],
    best: &[Vec<f64>],
) -> Panel {
    const LOOK: [(Color, LineStyle); 4] = [
        (Color::GREY, LineStyle::Solid),
        (Color::ORANGE, LineStyle::Dotted),
        (Color::GREEN, LineStyle::Dashed),
        (Color::BLUE, LineStyle::Solid),
    ];
    for (&kind, (color, style)) in contenders.iter().zip(LOOK) {
        let of_kind = jobs.iter().zip(best).filter(|((job, _), _)| *job == kind);
        let curves: Vec<Vec<f64>> = of_kind.map(|(_, curve)| curve.clone()).collect();
        let at = |k: usize| quarters(curves.iter().map(|curve| curve[k]).collect());
        let steps: Vec<(f64, [f64; 3])> =
            (0..curves[0].len()).map(|k| (k as f64 + 1.0, at(k))).collect();
        let band = steps.iter().map(|&(x, [low, _, high])| (x, low, high));
        panel = panel.mark(Band::new(color, band).opacity(0.18));
        let line = Line::new(color, steps.iter().map(|&(x, [_, median, _])| (x, median)));
        panel = panel.mark(line.style(style).named(name(kind)));
    }
    panel
}

/// Whether learning from earlier trials pays.
pub fn conclusions(run: &Run) -> Vec<Conclusion> {
    let last = |problem: &str, kind: &str, metric: &str| {
        let series = run.metrics().series(SAMPLERS, &format!("{problem}/{kind}"), metric);
        series.last().map_or(f64::NAN, |(_, values)| quarters(values.clone())[1])
    };
    let better = |problem: &str, metric: &str| {
        let (gp, random) = (last(problem, "gp", metric), last(problem, "random", metric));
        let holds = if metric == ACCURACY { gp >= random } else { gp <= random };
        (holds, format!("{problem} {} against {}", significant(gp), significant(random)))
    };
    let all = [better("mnist", ACCURACY), better("branin", REGRET), better("hartmann6", REGRET)];
    vec![Conclusion::new(
        "Bayesian optimisation ends at least as well as random search with as many trials",
        all.iter().all(|(holds, _)| *holds),
        format!("medians of gp and random: {}", all.map(|(_, numbers)| numbers).join(", ")),
    )]
}
