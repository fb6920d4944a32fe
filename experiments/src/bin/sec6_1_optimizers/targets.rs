//! How many updates each optimizer takes to a low loss.

use experiments::findings::{Findings, Metric, SampleMedian, Series, time_to_target};
use experiments::report::curves::smoothed_runs;
use experiments::report::{RunReport, Table};

/// At the first, all four are well on their way; the second, only some of them reach in 2,000
/// updates. One tells how fast an optimizer starts, the other whether it goes on. Fixed before the
/// runs that they judge.
const TARGETS: [f64; 2] = [0.3, 0.1];
/// The fewest seeds of which a median has a 95 % confidence interval.
const SEEDS: usize = 6;

/// For each run the updates after which the loss, smoothed as in the figure, stays below a target;
/// infinite if it never does.
fn times(found: &Series, target: f64) -> Vec<f64> {
    let curves = smoothed_runs(found, Metric::TRAIN_LOSS);
    curves.iter().map(|losses| time_to_target(losses, target)).collect()
}

/// Columns of the table of results: the median over seeds of these updates, for each optimizer.
pub fn columns(findings: &Findings) -> impl Iterator<Item = (String, Vec<String>)> {
    TARGETS.into_iter().map(|target| {
        let median = |found: &Series| text(SampleMedian::of(&times(found, target)).median);
        let title = format!("updates to below {target}");
        (title, findings.series.iter().map(median).collect())
    })
}

/// The same with their confidence intervals, as a table of the page.
pub fn report(report: &mut RunReport, findings: &Findings) {
    let seeds = findings.seeds.len();
    let mut rows = Vec::new();
    for target in TARGETS {
        for found in &findings.series {
            let times = times(found, target);
            let reached = times.iter().filter(|time| time.is_finite()).count();
            let SampleMedian { median, interval } = SampleMedian::of(&times);
            let interval = interval.map(|(low, high)| format!("[{}, {}]", text(low), text(high)));
            let interval = interval.unwrap_or_else(|| "–".to_owned());
            let cells = [target.to_string(), reached.to_string(), text(median), interval];
            rows.push([found.label.clone()].into_iter().chain(cells).collect());
        }
    }
    let mut title = format!("Updates until the smoothed loss stays below a target, {seeds} seeds");
    if seeds < SEEDS {
        title.push_str(": too few for an interval");
    }
    let columns = ["optimizer", "target", "seeds that reach it", "median", "95 % interval"];
    report.table(Table::new(title, columns, rows));
}

/// `∞` if the target is never reached.
fn text(updates: f64) -> String {
    if updates.is_finite() { updates.to_string() } else { "∞".to_owned() }
}
