//! The four optimizers at eight learning rates each: what of their comparison is due to the book's
//! learning rates.

use std::ops::RangeInclusive;

use anyhow::anyhow;
use experiments::cli::{Failure, Result};
use experiments::compare_losses::{LossSettings, TAIL};
use experiments::findings::{Findings, Metric, Series, Spread, significant};
use experiments::lab::{Experiment, Lab};
use experiments::report::{Lesson, RunReport, Table};
use optimizers::OptimizerKind;
use training::Real;
use viz::{Area, Axis, Corner, Figure, Legend, Line, Marker, Note, Panel, Scatter};

use crate::settings::{OPTIMIZERS, Setting, contestant};

/// The name of the part.
pub const RATES: &str = "rates";
/// Learning rates per optimizer, half a power of ten apart.
const COUNT: usize = 8;
/// A learning rate is as good as the best one if its loss is at most so many times the best loss.
const AS_GOOD: f64 = 1.1;
/// The top of the figure: a network that learns nothing has a loss of ln 10 = 2.3.
const HIGHEST: f64 = 10.0;

/// The learning rates of an optimizer, ascending.
///
/// The book's rate is one of them, and both ends are so far off that the best one lies between
/// them. A step of Adam changes each weight by about its learning rate, a first step of AdaGrad
/// too; those of SGD and Momentum are that times a gradient far below 1. So each has a range of its
/// own.
fn rates(kind: OptimizerKind) -> [f64; COUNT] {
    let first = match kind {
        OptimizerKind::Adam => -5.0,
        OptimizerKind::AdaGrad => -3.5,
        _ => -3.0,
    };
    std::array::from_fn(|k| libm::pow(10.0, first + k as f64 / 2.0))
}

/// An optimizer at one learning rate.
#[derive(Clone, Copy)]
struct AtRate {
    rate: f64,
    /// The mean loss of the last iterations, NaN if a run diverged.
    loss: Spread,
    /// How many runs diverged.
    diverged: usize,
}

/// An optimizer at all its learning rates.
struct Swept {
    setting: &'static Setting,
    /// The index of the book's learning rate.
    book: usize,
    /// The index of the one with the lowest loss.
    best: usize,
    rates: Vec<AtRate>,
}

impl Swept {
    fn of<T: Real>(setting: &'static Setting, series: &[Series]) -> Self {
        let rates = rates(setting.kind).into_iter().zip(series).map(|(rate, found)| AtRate {
            rate,
            loss: found.last_hundred(Metric::TRAIN_LOSS),
            diverged: found.values(Metric::DIVERGED).iter().map(|(_, runs)| runs.len()).sum(),
        });
        let rates: Vec<AtRate> = rates.collect();
        let books = T::optimizer(setting.kind).lr();
        let off = |at: &AtRate| libm::log(at.rate / books).abs();
        // NaN is above every number.
        let loss = |at: &AtRate| at.loss.mean.abs();
        let lowest = |key: &dyn Fn(&AtRate) -> f64| {
            let all = 0..rates.len();
            all.min_by(|&a, &b| key(&rates[a]).total_cmp(&key(&rates[b]))).expect("eight rates")
        };
        Self { setting, book: lowest(&off), best: lowest(&loss), rates }
    }

    fn best(&self) -> AtRate {
        self.rates[self.best]
    }

    fn book(&self) -> AtRate {
        self.rates[self.book]
    }

    /// The smallest and the largest of the rates around the best one that are as good.
    fn as_good(&self) -> (f64, f64) {
        let good = |at: &&AtRate| at.loss.mean <= AS_GOOD * self.best().loss.mean;
        let (below, above) = (&self.rates[..=self.best], &self.rates[self.best..]);
        let ends =
            [below.iter().rev().take_while(good).last(), above.iter().take_while(good).last()];
        let [low, high] = ends.map(|end| end.map_or(f64::NAN, |at| at.rate));
        (low, high)
    }
}

/// Trains each optimizer at each of its learning rates, and shows what the rate decides.
pub fn run<T: Real>(lab: &Lab, settings: &LossSettings, report: &mut RunReport) -> Result<()> {
    if settings.lr().is_some() {
        return Err(Failure::Usage(anyhow!(
            "--part {RATES} tries learning rates: it takes no --lr"
        )));
    }
    let all: Vec<(usize, f64)> = (OPTIMIZERS.iter().enumerate())
        .flat_map(|(index, setting)| rates(setting.kind).map(|rate| (index, rate)))
        .collect();
    let series = all.iter().map(|&(index, rate)| {
        let (Setting { kind, label, .. }, rate) = (&OPTIMIZERS[index], significant(rate));
        (format!("{}/{rate}", kind.name()), format!("{label}, lr {rate}"))
    });
    // An optimizer starts from the same weights at all rates: those of part mnist.
    let make = |series: usize, seed| {
        let (index, rate) = all[series];
        let mut contestant = contestant::<T>(lab, settings, index, seed);
        contestant.optimizer.set_lr(rate).expect("a positive number");
        contestant
    };
    let (plan, samples) = (settings.plan(lab)?, lab.data.train.clone());
    let tail = plan.iterations() - TAIL;
    let experiment = Experiment::new(RATES, series, samples, plan, make);
    let findings = lab.run_one(experiment.measure(|moment, measured| {
        if moment.iteration >= tail {
            measured.push(moment.iteration, Metric::TRAIN_LOSS, moment.loss_after());
        }
    }))?;
    let swept: Vec<Swept> = (OPTIMIZERS.iter().zip(findings.series.chunks(COUNT)))
        .map(|(setting, series)| Swept::of::<T>(setting, series))
        .collect();
    report.lesson(lesson(&swept, &findings));
    table(report, &swept)?;
    report.figure("sec6_1_rates", figure(lab, settings, &swept), &reading(&swept));
    conclude(report, &swept, &findings);
    report.record(findings);
    Ok(())
}

/// Where SGD's best loss stands among the best losses of all four.
fn lesson(swept: &[Swept], findings: &Findings) -> Lesson<'static> {
    let sgd = &swept[0];
    let bests = findings.each_seed(|one| {
        let at = |k: usize| one.series[k * COUNT + swept[k].best].last_hundred(Metric::TRAIN_LOSS);
        let sgd = at(0).mean;
        (1..swept.len()).filter(|&k| at(k).mean < sgd).count()
    });
    let others = swept.len() - 1;
    // The number of optimizers that end below SGD decides between the choices.
    let ranks = [others..=others, 1..=others - 1, 0..=0];
    let seeds = |rank: &RangeInclusive<usize>| bests.iter().filter(|n| rank.contains(n)).count();
    Lesson {
        question: "Each optimizer is trained at eight learning rates, from far too small to far too large. At \
                   its best rate, where does SGD end?",
        choices: &["above all others", "between them", "below all others"],
        answer: ranks.iter().position(|rank| 2 * seeds(rank) > bests.len()),
        see: format!(
            "SGD's best rate is {} times the book's {}. Its loss there is {}, at the book's rate {}.",
            significant(sgd.best().rate / sgd.book().rate),
            significant(sgd.book().rate),
            sgd.best().loss.text(3),
            sgd.book().loss.text(3),
        ),
        why: "A comparison of methods at one learning rate each compares the rates as well. Too small a rate \
              learns slowly, too large a rate overshoots: the loss rises again, or becomes infinite. An \
              optimizer is convenient if many rates are good, not only if its best one is.",
        formula: "",
        exercise: "With a tenth of the updates: do the best rates move?",
        flags: "--part rates --iterations 200",
    }
}

/// Prints each optimizer's best rate, the range of those that are as good, and what the book's rate
/// costs; the page has the losses at all rates, too.
fn table(report: &mut RunReport, swept: &[Swept]) -> Result<()> {
    let (mut bests, mut rows) = (Vec::new(), Vec::new());
    for one in swept {
        let label = one.setting.label;
        let (best, book, (low, high)) = (one.best(), one.book(), one.as_good());
        let [rate, low, high, books] = [best.rate, low, high, book.rate].map(significant);
        let (lowest, at_the_books) = (best.loss.text(4), book.loss.text(4));
        let cells = [label, &rate, &lowest, &low, &high, &books, &at_the_books];
        bests.push(cells.map(str::to_owned).to_vec());
        for (at, AtRate { rate, loss, diverged }) in one.rates.iter().enumerate() {
            let marked = |here| if at == here { "✓" } else { "" };
            let loss = if *diverged > 0 { "–".to_owned() } else { loss.text(4) };
            let (rate, diverged) = (significant(*rate), diverged.to_string());
            let cells = [label, &rate, &loss, &diverged, marked(one.best), marked(one.book)];
            rows.push(cells.map(str::to_owned).to_vec());
        }
    }
    let columns = [
        "optimizer",
        "best rate",
        "loss",
        "within 10 % from",
        "to",
        "the book's rate",
        "loss there",
    ];
    let title = "Each optimizer at its best learning rate and at the book's";
    report.results(Table::new(title, columns, bests), || each_rate(swept))?;
    let columns = ["optimizer", "learning rate", "loss", "diverged", "best", "the book's"];
    let title = "The mean loss of the last 100 iterations by learning rate";
    report.table(Table::new(title, columns, rows));
    Ok(())
}

/// A line for each optimizer and rate: the notebook has no such part to print as.
fn each_rate(swept: &[Swept]) -> Vec<String> {
    let line = |label: &str, at: &AtRate| {
        format!("{label}, lr {}: {}", significant(at.rate), at.loss.text(4))
    };
    let lines = |one: &Swept| one.rates.iter().map(|at| line(one.setting.label, at)).collect();
    swept.iter().flat_map::<Vec<String>, _>(lines).collect()
}

/// Loss against learning rate: mean and range over seeds, the book's rates as large circles, and
/// crosses at the top where a run diverged.
fn figure(lab: &Lab, settings: &LossSettings, swept: &[Swept]) -> Figure {
    let all = || swept.iter().flat_map(|one| &one.rates);
    let ends = |pick: fn(f64, f64) -> f64, values: &mut dyn Iterator<Item = f64>| {
        values.filter(|x| x.is_finite()).reduce(pick).unwrap_or(f64::NAN)
    };
    let lowest = ends(f64::min, &mut all().map(|at| at.loss.min));
    let smallest = ends(f64::min, &mut all().map(|at| at.rate));
    let largest = ends(f64::max, &mut all().map(|at| at.rate));
    let mut panel = Panel::new("")
        .x_axis(Axis::log("learning rate", smallest / 1.5, largest * 1.5))
        .y_axis(Axis::log("mean loss of the last 100 iterations", lowest / 1.5, 1.4 * HIGHEST));
    for Swept { setting, rates, .. } in swept {
        let range = rates.iter().map(|at| (at.rate, at.loss.min, at.loss.max.min(HIGHEST)));
        let line = Line::new(setting.color, rates.iter().map(|at| (at.rate, at.loss.mean)));
        panel = panel
            .mark(Area::new(setting.color, range))
            .mark(line.named(setting.label).marker(setting.marker, 1));
    }
    for one in swept {
        let (color, book) = (one.setting.color, one.book());
        let at = (book.rate, book.loss.mean);
        panel = panel
            .mark(Scatter::new(color, [at]).radius(7.0))
            .mark(Note::at(at, "the book's").color(color));
    }
    for (k, Swept { setting, rates, .. }) in swept.iter().enumerate() {
        // One below the other, where several diverged at the same rate.
        let height = HIGHEST / 1.15_f64.powi(k as i32);
        let lost = rates.iter().filter(|at| at.diverged > 0).map(|at| (at.rate, height));
        panel = panel.mark(Scatter::new(setting.color, lost).marker(Marker::Cross).radius(6.0));
    }
    Figure::new("What the learning rate decides")
        .subtitle(lab.subtitle(&settings.text(lab)))
        .plot_size(760.0, 420.0)
        .legend(Legend::Inside(0, Corner::LowerLeft))
        .panel(panel)
}

/// The caption: the optimizers at their best rates, the lowest loss first.
fn reading(swept: &[Swept]) -> String {
    let mut order: Vec<&Swept> = swept.iter().collect();
    order.sort_by(|a, b| a.best().loss.mean.total_cmp(&b.best().loss.mean));
    let best = order.iter().map(|one| {
        let AtRate { rate, loss, .. } = one.best();
        format!("{} {} at {}", one.setting.label, loss.text(3), significant(rate))
    });
    format!(
        "Each at its best learning rate, the lowest loss first: {}. A large circle marks the book's rate, a \
         cross at the top a rate at which runs diverged.",
        best.collect::<Vec<_>>().join(", ")
    )
}

/// Whether the book's learning rates are to blame for the order of the optimizers. The best rate is
/// that of the mean over the seeds: each seed's own best would be lower by luck.
fn conclude(report: &mut RunReport, swept: &[Swept], findings: &Findings) {
    let [sgd, _, _, adam, ..] = swept else { return };
    let ends = findings.each_seed(|one| {
        let at = |optimizer: usize, rate: usize| {
            one.series[optimizer * COUNT + rate].last_hundred(Metric::TRAIN_LOSS).mean
        };
        [at(0, sgd.best), at(0, sgd.book), at(3, adam.book)]
    });
    let held = |judge: fn(&[f64; 3]) -> bool| ends.iter().map(judge).collect::<Vec<bool>>();
    report.conclude(
        "SGD is slow at the book's learning rate, not as a method: its best rate at least halves its loss",
        "its mean loss of the last 100 iterations is at most half of that at the book's rate",
        &held(|[best, book, _]| *best <= 0.5 * book),
        format!("{} instead of {}", sgd.best().loss.text(3), sgd.book().loss.text(3)),
    );
    report.conclude(
        "at its best learning rate, SGD ends below Adam at the book's",
        "its mean loss of the last 100 iterations is below Adam's",
        &held(|[best, _, adam]| best < adam),
        format!("SGD {}, Adam {}", sgd.best().loss.text(3), adam.book().loss.text(3)),
    );
}
