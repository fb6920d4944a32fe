//! What luck decides: how far results differ between seeds if everything random follows the seed,
//! and if only one stream of random numbers does.

use anyhow::anyhow;
use viz::{Axis, Bars, Color, Figure, Line, Marker, Panel};

use crate::cli::{Failure, Result, Stream};
use crate::findings::{Findings, Metric, Spread, Variance, significant};
use crate::lab::Lab;
use crate::report::{Lesson, RunReport, Table};

/// The part's name in all sections.
pub const LUCK: &str = "luck";

/// What varies from seed to seed; everything else stays as in the first run.
#[derive(Clone, Debug)]
pub struct Case {
    /// The stream that varies alone; `None` if everything does.
    stream: Option<Stream>,
}

impl Case {
    /// Everything, then each of the streams alone.
    ///
    /// # Errors
    /// [`Failure::Usage`] if there is a single run, or `--vary` wants something else.
    pub fn all(lab: &Lab, streams: &[Stream]) -> Result<Vec<Self>> {
        if lab.args.runs < 2 {
            let text = "--part luck compares runs: give --runs 10, or another number above 1";
            return Err(Failure::Usage(anyhow!(text)));
        }
        if !lab.args.vary.is_empty() {
            let text = "--part luck varies each stream itself: --vary is for the other parts";
            return Err(Failure::Usage(anyhow!(text)));
        }
        let alone = streams.iter().map(|&stream| Some(stream));
        Ok([None].into_iter().chain(alone).map(|stream| Self { stream }).collect())
    }

    /// The streams to vary, as [`Lab::seed_varying`] takes them.
    pub fn streams(&self) -> &[Stream] {
        self.stream.as_slice()
    }

    /// The name of its part in files: `luck/all`, `luck/weights`, …
    pub fn part(&self) -> String {
        let name = self.stream.map_or_else(|| "all".to_owned(), Stream::name);
        format!("{LUCK}/{name}")
    }

    fn label(&self) -> &'static str {
        match self.stream {
            None => "everything",
            Some(Stream::Weights) => "initial weights",
            Some(Stream::Batches) => "mini-batches",
            Some(Stream::Dropout) => "dropout masks",
            Some(Stream::Images) => "choice of images",
            Some(Stream::Trials) => "trial points",
            Some(Stream::Inputs) => "inputs",
        }
    }
}

/// A result of which it is asked what its luck is.
struct Outcome {
    /// Its name in figure and table.
    label: String,
    /// Its spread over the runs in each case, in their order.
    spreads: Vec<Spread>,
}

impl Outcome {
    fn variances(&self) -> Vec<Variance> {
        self.spreads.iter().map(Variance::of).collect()
    }

    /// The part of the variance, when everything varies, that each stream has alone.
    fn shares(&self) -> Vec<f64> {
        let variances = self.variances();
        variances[1..].iter().map(|alone| alone.value / variances[0].value).collect()
    }

    /// The stream with the largest variance alone, if its interval lies above all others.
    fn most(&self) -> Option<usize> {
        let alone = &self.variances()[1..];
        let above = |k: &usize| (0..alone.len()).all(|j| j == *k || alone[*k].low > alone[j].high);
        (0..alone.len()).find(above)
    }
}

/// Asks which stream alone makes the first quantity differ most; prints the standard deviation of
/// each quantity in each case with its 95 % interval, and what the streams leave over together;
/// draws the same as figure `name`; records the findings, one for each case. `what` is what the
/// quantities are, `settings` how they were made. A quantity is the mean of the last hundred steps
/// of a metric: its label, the number of its series, the metric.
///
/// # Errors
/// If stdout cannot be written to.
pub fn report(
    report: &mut RunReport,
    lab: &Lab,
    (name, what, settings): (&str, &str, &str),
    cases: &[Case],
    findings: Vec<Findings>,
    quantities: impl IntoIterator<Item = (impl Into<String>, usize, Metric)>,
) -> Result<()> {
    let outcomes = quantities.into_iter().map(|(label, series, metric)| {
        let spread = |found: &Findings| found.series[series].last_hundred(metric);
        Outcome { label: label.into(), spreads: findings.iter().map(spread).collect() }
    });
    let quantities = &outcomes.collect::<Vec<_>>()[..];
    lesson(report, cases, &quantities[0]);
    report.results_of_our_own(table(what, cases, quantities))?;
    let columns = if quantities.len() > 1 { 2 } else { 1 };
    let figure = Figure::new(format!("What luck decides: {what}"))
        .subtitle(lab.subtitle(settings))
        .grid(quantities.len().div_ceil(columns), columns)
        .plot_size(300.0, 30.0 * cases.len() as f64 + 20.0)
        .panels(quantities.iter().map(|quantity| panel(cases, quantity)));
    report.figure(name, figure, &reading(lab, cases, quantities));
    findings.into_iter().for_each(|findings| report.record(findings));
    Ok(())
}

fn lesson(report: &mut RunReport, cases: &[Case], first: &Outcome) {
    let shares = first.shares().into_iter().zip(&cases[1..]);
    let shares = shares.map(|(share, case)| format!("{} {}", case.label(), percent(share)));
    let choices: Vec<&str> = cases[1..].iter().map(Case::label).collect();
    report.lesson(Lesson {
        question: &format!(
            "One kind of random numbers follows the seed, the others stay as they are: which kind makes the \
             runs differ most? ({})",
            first.label
        ),
        choices: &choices,
        answer: first.most(),
        see: format!(
            "In percent of the variance of {} when everything varies, each has alone: {}.",
            first.label,
            shares.collect::<Vec<_>>().join(", ")
        ),
        why: "One kind follows the seed while the others stay as in the first run, so what then differs \
              between runs is what this kind decides alone. The shares need not add up to 100 %, and one \
              can be above 100 %: what kinds do together is left over, the others stay at what may be an \
              unusual draw, and a variance of few runs is uncertain.",
        formula: "<math display=\"block\"><msup><mi>σ</mi><mn>2</mn></msup><mo>=</mo><munder>\
                  <mo>∑</mo><mi>k</mi></munder><msubsup><mi>σ</mi><mi>k</mi><mn>2</mn></msubsup>\
                  <mo>+</mo><mtext>rest</mtext></math>",
        exercise: "Another first run: the same shares?",
        flags: "--part luck --runs 10 --seed 100",
    });
}

fn panel(cases: &[Case], quantity: &Outcome) -> Panel {
    let variances = quantity.variances();
    let ends = variances.iter().map(|variance| variance.high.sqrt());
    let longest = ends.filter(|end| end.is_finite()).fold(0.0, f64::max);
    let intervals = variances.iter().enumerate().map(|(k, variance)| {
        let ends = [variance.low, variance.high].map(|end| (end.sqrt(), k as f64));
        Line::new(Color::INK, ends).width(1.2).marker(Marker::Circle, 1)
    });
    Panel::new(&quantity.label)
        .x_axis(Axis::linear("standard deviation over seeds", 0.0, 1.05 * longest))
        .y_axis(Axis::categories(cases.iter().map(Case::label)))
        .mark(Bars::new(Color::BLUE, variances.iter().map(|variance| variance.value.sqrt())))
        .marks(intervals)
}

/// The caption: how to read the bars, how wide intervals are with so many seeds, and which stream
/// alone varies each quantity the most.
fn reading(lab: &Lab, cases: &[Case], quantities: &[Outcome]) -> String {
    let runs = lab.args.runs as usize;
    let unit = Variance::of(&Spread { runs, mean: 0.0, std: 1.0, min: -1.0, max: 1.0 });
    let [low, high] = [unit.low, unit.high].map(|end| significant(end.sqrt()));
    let most: Vec<String> = quantities
        .iter()
        .filter_map(|quantity| {
            let shares = quantity.shares();
            let most = (0..shares.len()).max_by(|&a, &b| shares[a].total_cmp(&shares[b]))?;
            let (share, cause) = (shares[most], cases[most + 1].label());
            share.is_finite().then(|| format!("{cause} {} of {}", percent(share), quantity.label))
        })
        .collect();
    let bars = format!(
        "Bars: standard deviation over {runs} seeds if everything random follows the seed, and if only one \
         kind of random numbers does. Lines: 95 % intervals of a normal distribution, with so many seeds \
         from {low} to {high} times the bar."
    );
    match &most[..] {
        [] => bars,
        most => format!(
            "{bars} Which kind varies most alone, its variance in percent of that of everything: {}.",
            most.join(", ")
        ),
    }
}

fn table(what: &str, cases: &[Case], quantities: &[Outcome]) -> Table {
    let mut rows = Vec::new();
    for quantity in quantities {
        let variances = quantity.variances();
        let all = variances[0];
        for ((case, spread), variance) in cases.iter().zip(&quantity.spreads).zip(&variances) {
            let [mean, std] = [spread.mean, variance.value.sqrt()].map(significant);
            let [low, high] = [variance.low, variance.high].map(|end| significant(end.sqrt()));
            let (interval, share) =
                (format!("[{low}, {high}]"), percent(variance.value / all.value));
            let cells = [&quantity.label, case.label(), &mean, &std, &interval, &share];
            rows.push(cells.map(str::to_owned).to_vec());
        }
        let rest = all.less(&variances[1..]);
        let [value, low, high] =
            [rest.value, rest.low, rest.high].map(|part| percent(part / all.value));
        let left = format!("{value} [{low}, {high}]");
        let cells = [&quantity.label, "left over", "", "", "", &left];
        rows.push(cells.map(str::to_owned).to_vec());
    }
    let columns = [
        "result",
        "varies",
        "mean",
        "standard deviation",
        "95 % interval",
        "share of the variance",
    ];
    Table::new(format!("What luck decides: {what}"), columns, rows)
}

/// `12 %`; `–` of nothing.
fn percent(share: f64) -> String {
    if share.is_finite() { format!("{:.0} %", 100.0 * share) } else { "–".to_owned() }
}
