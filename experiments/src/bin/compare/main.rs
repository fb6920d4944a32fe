//! Two runs of a section side by side: `compare results/a results/b`.

mod difference;
mod figure;
mod results;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::anyhow;
use clap::Parser;
use difference::Difference;
use experiments::cli::{Failure, Result, help};
use experiments::report::folder::{self, Folder, MANIFEST};
use experiments::report::{Table, command_line};
use experiments::screen::{notice, print};
use results::Results;
use serde_json::json;

/// Two runs of a section compared: how far the second is from the first, with the spread over seeds
///
/// Of each series the last value counts; of one with more than 1,000 steps, which are single
/// mini-batches, the mean of the last 100; of the trials of a search the best. Where both runs have
/// the same seeds, differences are taken seed by seed: these share their first weights and batches,
/// and much of the spread cancels.
#[derive(Debug, Parser)]
#[command(
    name = "compare",
    version,
    after_long_help = "Examples:
  # does another seed matter?
  cargo run -p experiments --bin sec6_3_batchnorm -- --runs 5 --out results/a
  cargo run -p experiments --bin sec6_3_batchnorm -- --runs 5 --seed 5 --out results/b
  cargo run -p experiments --bin compare -- results/a results/b

Exit codes: 0 done, 2 wrong usage, 3 results that cannot be read, 5 output could not be written."
)]
struct CommandLine {
    /// Folder of results, as a section leaves them
    #[arg(value_name = "FIRST")]
    first: PathBuf,
    /// Another one of the same section; differences are this one less the first
    #[arg(value_name = "SECOND")]
    second: PathBuf,
    /// Folder for the figure and the table
    #[arg(long, value_name = "DIR", default_value = "results/compare")]
    out: PathBuf,
    /// Replace the output folder even if it does not hold an earlier comparison
    #[arg(long)]
    force: bool,
}

fn main() -> ExitCode {
    let line = CommandLine::try_parse().unwrap_or_else(|said| help::end(&said));
    match start(&line) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report().into(),
    }
}

fn start(line: &CommandLine) -> Result<()> {
    let CommandLine { first, second, out, force } = line;
    if same(first, out) || same(second, out) {
        let problem = "is one of the folders to compare; give another";
        return Err(Failure::Usage(anyhow!("--out {}: {problem}", out.display())));
    }
    folder::check(out, *force)?;
    let [a, b] = [Results::read(first)?, Results::read(second)?];
    if a.section != b.section {
        return Err(Failure::Usage(anyhow!(
            "{} holds results of {} and {} of {}; give two runs of one section",
            first.display(),
            a.section,
            second.display(),
            b.section
        )));
    }
    let warnings = a.warnings(&b);
    for warning in &warnings {
        notice(&format!("warning: {warning}"));
    }
    let differences = difference::all(&a, &b);
    if differences.is_empty() {
        return Err(Failure::Usage(anyhow!(
            "{} and {} have no series in common: they are of other parts; give two runs with the \
             same --part",
            first.display(),
            second.display()
        )));
    }
    print(table(&differences).as_bytes()).map_err(Failure::of_stdout)?;
    write(line, &a, &differences, &warnings).map_err(Failure::Output)
}

/// Whether two paths are the same folder.
fn same(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// The table with aligned columns.
fn table(differences: &[Difference]) -> String {
    let columns = ["part", "series", "metric", "first", "second", "difference", "seeds"];
    let table = Table::new("", columns, differences.iter().map(Difference::cells));
    table.lines()[1..].join("\n") + "\n"
}

/// Writes the figure, the table and a manifest.
fn write(
    line: &CommandLine,
    a: &Results,
    differences: &[Difference],
    warnings: &[String],
) -> anyhow::Result<()> {
    let names = [&line.first, &line.second].map(|path| path.display().to_string());
    let folder = Folder::create(&line.out)?;
    let svg = figure::draw(&a.section, &names, differences, warnings).to_svg();
    folder.write("figures/differences.svg", svg.as_bytes())?;
    folder.write("figures/differences.png", &viz::svg_to_png(&svg, 2.0)?)?;
    folder.write("differences.csv", &difference::to_csv(differences)?)?;
    let manifest = json!({
        "section": "compare",
        "command": command_line(),
        "of": a.section,
        "first": names[0],
        "second": names[1],
        "warnings": warnings,
    });
    folder.write(MANIFEST, &serde_json::to_vec_pretty(&manifest)?)?;
    let out = folder.publish()?;
    notice(&format!("figure in {}", out.join("figures").display()));
    Ok(())
}
