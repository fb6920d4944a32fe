//! How many updates each optimizer takes to a low loss.

use experiments::cli::Failure;
use experiments::compare_losses::Compared;
use experiments::findings::{Findings, Metric, SampleMedian, time_to_target};
use experiments::report::curves::smoothed_runs;
use experiments::report::{RunReport, Table};

/// At the first, all four are well on their way; the second, only some of them reach in 2,000
/// updates. One tells how fast an optimizer starts, the other whether it goes on. Fixed before the
/// runs that they judge.
const TARGETS: [f64; 2] = [0.3, 0.1];
/// The fewest seeds of which a median has a 95 % confidence interval.
const SEEDS: usize = 6;

/// For each optimizer and target, the median over seeds of the updates after which the loss,
/// smoothed as in the figure, stays below the target: on stdout and as a table of the page.
///
/// # Errors
/// If stdout cannot be written to.
pub fn report(
    report: &mut RunReport,
    series: &[Compared<'_>],
    findings: &Findings,
) -> Result<(), Failure> {
    let seeds = findings.seeds.len();
    let mut rows = Vec::new();
    for target in TARGETS {
        let mut said = Vec::new();
        for (Compared { label, .. }, found) in series.iter().zip(&findings.series) {
            let curves = smoothed_runs(found, Metric::TRAIN_LOSS);
            let times: Vec<f64> =
                curves.iter().map(|losses| time_to_target(losses, target)).collect();
            let reached = times.iter().filter(|time| time.is_finite()).count();
            let SampleMedian { median, interval } = SampleMedian::of(&times);
            let interval = interval.map(|(low, high)| format!("[{}, {}]", text(low), text(high)));
            said.push(match &interval {
                Some(interval) => format!("{label} {} {interval}", text(median)),
                None => format!("{label} {}", text(median)),
            });
            let interval = interval.unwrap_or_else(|| "–".to_owned());
            let cells = [target.to_string(), reached.to_string(), text(median), interval];
            rows.push([(*label).to_owned()].into_iter().chain(cells).collect());
        }
        let said = said.join(", ");
        report.say(&format!("updates until the smoothed loss stays below {target}: {said}"))?;
    }
    let title = if seeds < SEEDS {
        report.say(&format!("no 95 % interval of a median of fewer than {SEEDS} seeds"))?;
        format!(
            "Updates until the smoothed loss stays below a target, {seeds} seeds: too few for an interval"
        )
    } else {
        format!("Updates until the smoothed loss stays below a target, {seeds} seeds")
    };
    let columns = ["optimizer", "target", "seeds that reach it", "median", "95 % interval"];
    report.table(Table { title, columns: columns.map(str::to_owned).to_vec(), rows });
    Ok(())
}

/// `∞` if the target is never reached.
fn text(updates: f64) -> String {
    if updates.is_finite() { updates.to_string() } else { "∞".to_owned() }
}
