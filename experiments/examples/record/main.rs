//! The committed record of a full run of all sections: the numbers that README and book may use.
//!
//! ```text
//! cargo run -p experiments --example record -- RESULTS RECORD.json
//! ```
//!
//! RESULTS holds a folder for each section, as `docs/figures/make.sh` leaves it; beside it stands
//! `planted`, as `docs/figures/planted.sh` does. The record keeps the last value of every series
//! over the seeds, the tables, what the sections conclude, how the notebook's printed numbers
//! compare, and of the search its winners; the tests of the book look its numbers up.

mod search;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use experiments::findings::{Spread, read_rows};
use serde_json::{Map, Value, json};

fn run() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(results), Some(record)) = (args.next(), args.next()) else {
        return Err("usage: record RESULTS RECORD.json".into());
    };
    let mut folders: Vec<_> = fs::read_dir(&results)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    folders.retain(|folder| folder.join("summary.json").exists());
    folders.sort();
    let mut sections = Map::new();
    for folder in folders {
        let name = folder.file_name().expect("read from a folder").to_string_lossy().into_owned();
        sections.insert(name, section(&folder)?);
    }
    sections.insert("planted".to_owned(), planted(&Path::new(&results).with_file_name("planted"))?);
    fs::write(&record, serde_json::to_string_pretty(&sections)? + "\n")?;
    Ok(())
}

fn read_json(path: &Path) -> Result<Value, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?)
}

fn section(folder: &Path) -> Result<Value, Box<dyn Error>> {
    let summary = read_json(&folder.join("summary.json"))?;
    let manifest = read_json(&folder.join("manifest.json"))?;
    let mut last = Map::new();
    for (part, series) in summary["results"].as_object().into_iter().flatten() {
        for (series, metrics) in series.as_object().into_iter().flatten() {
            // A trial is one of a hundred, not a result.
            if series.parse::<u64>().is_ok() {
                continue;
            }
            for (metric, bands) in metrics.as_object().into_iter().flatten() {
                last.insert(format!("{part} {series} {metric}"), rounded(&bands["final"]));
            }
        }
    }
    let mut diverged: BTreeMap<String, u64> = BTreeMap::new();
    for network in summary["diverged"].as_array().into_iter().flatten() {
        let name = |key: &str| network[key].as_str().unwrap_or_default();
        *diverged.entry(format!("{} {}", name("part"), name("series"))).or_default() += 1;
    }
    let mut section = json!({
        "seeds": manifest["seeds"],
        "precision": manifest["precision"],
        "version": manifest["program"]["version"],
        "data": manifest["data"]["kind"],
        "last": last,
        "diverged": diverged,
        "conclusions": conclusions(&summary["conclusions"]),
        "tables": short_tables(&summary["tables"]),
        "notebook": agreement(&summary["notebook"]),
        "original": rounded_all(&summary["original"]),
    });
    search::tell(&read_rows(&folder.join("metrics.csv"))?, &mut section);
    Ok(section)
}

/// The tables but those of single trials.
fn short_tables(all: &Value) -> Value {
    let short = |table: &&Value| table["rows"].as_array().is_some_and(|rows| rows.len() <= 40);
    all.as_array().into_iter().flatten().filter(short).cloned().collect()
}

/// The conclusions, with rounded chances.
fn conclusions(all: &Value) -> Value {
    let mut all = all.clone();
    for conclusion in all.as_array_mut().into_iter().flatten() {
        // None if nothing random is in it, or if an earlier version wrote the file.
        for end in conclusion.get_mut("chance").and_then(Value::as_array_mut).into_iter().flatten()
        {
            *end = end.as_f64().map_or(Value::Null, |end| significant(end).into());
        }
    }
    all
}

/// How many of the notebook's printed numbers lie within the range of the seeds, and how far off
/// all are in the mean: of everything, and of each series.
fn agreement(comparisons: &Value) -> Value {
    let mut groups: BTreeMap<String, (u64, u64, f64)> = BTreeMap::new();
    for number in comparisons.as_array().into_iter().flatten() {
        let name = |key: &str| number[key].as_str().unwrap_or_default();
        let series = format!("{} {} {}", name("part"), name("series"), name("metric"));
        let inside = u64::from(number["inside"].as_bool() == Some(true));
        let difference = number["notebook"].as_f64().zip(number["ours"]["mean"].as_f64());
        let difference = difference.map_or(f64::NAN, |(theirs, ours)| (ours - theirs).abs());
        for group in ["all".to_owned(), series] {
            let sums = groups.entry(group).or_default();
            *sums = (sums.0 + 1, sums.1 + inside, sums.2 + difference);
        }
    }
    let told = |(name, (count, inside, sum)): (String, (u64, u64, f64))| {
        let mean = significant(sum / count as f64);
        (name, json!({ "numbers": count, "inside": inside, "mean_difference": mean }))
    };
    groups.into_iter().map(told).collect::<Map<_, _>>().into()
}

/// What the comparison with the original says of each fault that `docs/figures/planted.sh` planted.
fn planted(folder: &Path) -> Result<Value, Box<dyn Error>> {
    let mut faults = Map::new();
    let missing = |e| format!("{}: {e}; run docs/figures/planted.sh first", folder.display());
    for fault in fs::read_dir(folder).map_err(missing)? {
        let fault = fault?;
        let summary = read_json(&fault.path().join("summary.json"))?;
        let tests = |key: &str| summary["original"][key].as_array().cloned().unwrap_or_default();
        let (quantities, curves) = (tests("quantities"), tests("curves"));
        let is =
            |verdict: &str| quantities.iter().filter(|test| test["verdict"] == verdict).count();
        let told = json!({
            "section": summary["section"],
            "quantities": quantities.len(),
            "different": is("different"),
            "not_shown": is("not_shown"),
            "largest_effect": significant(
                quantities.iter().filter_map(|test| test["effect"].as_f64()).fold(0.0, largest),
            ),
            "curves": curves.len(),
            "curves_that_differ": curves.iter().filter(|test| test["differ"] == true).count(),
        });
        faults.insert(fault.file_name().to_string_lossy().into_owned(), told);
    }
    Ok(faults.into())
}

fn largest(a: f64, b: f64) -> f64 {
    a.abs().max(b.abs())
}

/// All decimal numbers of a value, rounded.
fn rounded_all(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            significant(number.as_f64().unwrap_or(f64::NAN)).into()
        }
        Value::Array(values) => values.iter().map(rounded_all).collect(),
        Value::Object(map) => {
            map.iter().map(|(k, v)| (k.clone(), rounded_all(v))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// Least and largest.
fn span(values: impl Iterator<Item = f64>) -> Value {
    let Spread { min, max, .. } = Spread::of(&values.collect::<Vec<_>>());
    json!({ "min": significant(min), "max": significant(max) })
}

/// Mean, standard deviation and range.
fn of(values: &[f64]) -> Value {
    let Spread { mean, std, min, max, .. } = Spread::of(values);
    let [mean, std, min, max] = [mean, std, min, max].map(significant);
    json!({ "mean": mean, "std": std, "min": min, "max": max })
}

fn rounded(band: &Value) -> Value {
    let number = |key: &str| band[key].as_f64().map_or(Value::Null, |x| significant(x).into());
    json!({ "mean": number("mean"), "std": number("std"), "min": number("min"), "max": number("max") })
}

/// Six digits: enough for any text, and no noise in a diff.
fn significant(x: f64) -> f64 {
    format!("{x:.5e}").parse().unwrap_or(f64::NAN)
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("record: {error}");
            ExitCode::from(2)
        }
    }
}
