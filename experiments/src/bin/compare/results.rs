//! The results of a run, read from its folder.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use experiments::cli::{CHANGE_NO_NUMBER, Failure, Result, SETTINGS};
use experiments::findings::{Metric, Row, grouped, read_rows};
use experiments::report::folder::{MANIFEST, SERIES};
use serde_json::Value;

/// Part, series and metric.
pub type SeriesName = (String, String, String);

/// The last values of a series, seed by seed.
pub type LastValues = Vec<LastValue>;

/// The last value of a network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LastValue {
    pub seed: u64,
    pub value: f64,
    /// Whether it diverged. Some values stay finite then: accuracy falls to chance.
    pub diverged: bool,
}

/// The steps of longer series are single mini-batches, whose last value is noise.
const MANY: usize = 1000;
/// The mean of so many last steps is used instead.
const TAIL: usize = 100;

/// The results of a run.
#[derive(Debug)]
pub struct Results {
    pub section: String,
    manifest: Value,
    /// The last values of each series, in the order of the file.
    pub series: Vec<(SeriesName, LastValues)>,
    /// The names of series for readers, by part and series.
    labels: HashMap<(String, String), String>,
}

impl Results {
    /// # Errors
    /// [`Failure::Usage`] if the folder is not there or not of a run, [`Failure::Data`] if its
    /// files cannot be read.
    pub fn read(folder: &Path) -> Result<Self> {
        let [path, metrics, names] =
            [MANIFEST, "metrics.csv", SERIES].map(|name| folder.join(name));
        if ![&path, &metrics, &names].iter().all(|file| file.is_file()) {
            return Err(Failure::Usage(anyhow!(
                "{}: no {MANIFEST}, metrics.csv and {SERIES} here; give the --out folder of a section, such \
                 as results/sec6_3_batchnorm",
                folder.display()
            )));
        }
        let again = "run the section again to have it whole";
        let read = || -> anyhow::Result<Self> {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            let manifest: Value = serde_json::from_str(&text)
                .with_context(|| format!("{} is no manifest; {again}", path.display()))?;
            let section = manifest["section"].as_str().unwrap_or_default().to_owned();
            if section.is_empty() {
                bail!("{} names no section; {again}", path.display());
            }
            let series = series(&metrics)
                .with_context(|| format!("{} is damaged; {again}", metrics.display()))?;
            let labels = labels(&names)
                .with_context(|| format!("{} is damaged; {again}", names.display()))?;
            Ok(Self { section, manifest, series, labels })
        };
        read().map_err(Failure::Data)
    }

    /// The name of a series for readers: the best of several trials has only its own.
    pub fn label(&self, (part, series, _): &SeriesName) -> String {
        self.labels.get(&(part.clone(), series.clone())).unwrap_or(series).clone()
    }

    /// The seeds, in order.
    fn seeds(&self) -> BTreeSet<u64> {
        self.series.iter().flat_map(|(_, ends)| ends.iter().map(|end| end.seed)).collect()
    }

    /// Warns of differences in settings, data and programs.
    pub fn warnings(&self, other: &Self) -> Vec<String> {
        let mut warnings = Vec::new();
        let (a, b) = (self.seeds(), other.seeds());
        if a.is_disjoint(&b) {
            warnings.push("no seed in common: differences are of means, not seed by seed".into());
        } else if a != b {
            let shared = a.intersection(&b).count();
            warnings.push(format!(
                "{} seeds and {}: differences are of the {shared} that both have",
                a.len(),
                b.len()
            ));
        }
        let [first, second] = [self, other].map(|run| &run.manifest);
        // Seeds were compared above.
        let passed_over = [&["seed", "runs"], &CHANGE_NO_NUMBER[..]].concat();
        let keys = [first, second].map(|m| m[SETTINGS].as_object());
        let names: BTreeSet<&String> =
            keys.iter().flatten().flat_map(|settings| settings.keys()).collect();
        for name in names.into_iter().filter(|name| !passed_over.contains(&name.as_str())) {
            let (a, b) = (&first[SETTINGS][name], &second[SETTINGS][name]);
            if a != b {
                warnings.push(format!("settings differ: {name} {} and {}", shown(a), shown(b)));
            }
        }
        for (what, at) in [
            ("data", "/data/kind"),
            ("contents of the data files", "/data/files/0/sha256_of_content"),
            ("program", "/program/git_revision"),
            ("versions of libraries", "/program/libraries"),
            ("instruction set", "/host/instructions"),
        ] {
            let (a, b) = (first.pointer(at), second.pointer(at));
            if a != b {
                let [a, b] = [a, b].map(|value| value.map_or("none".into(), shown));
                let values = if a.len() > 40 { String::new() } else { format!(": {a} and {b}") };
                warnings.push(format!(
                    "{what} differ{}{values}",
                    if what == "data" { "" } else { "s" }
                ));
            }
        }
        warnings
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "(not given)".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The names for readers of a `data/series.csv`.
fn labels(path: &Path) -> anyhow::Result<HashMap<(String, String), String>> {
    let rows = csv::Reader::from_path(path)?.into_deserialize();
    let named = |row: Result<(String, String, String), csv::Error>| {
        let (part, series, label) = row?;
        Ok(((part, series), label))
    };
    rows.map(named).collect()
}

/// The last values of each series of a `metrics.csv`.
fn series(path: &Path) -> anyhow::Result<Vec<(SeriesName, LastValues)>> {
    let (told, rows): (Vec<Row>, Vec<Row>) =
        read_rows(path)?.into_iter().partition(|row| row.metric == Metric::DIVERGED.name());
    let told = told.into_iter().map(|Row { part, series, seed, .. }| (part, series, seed));
    let lost: HashSet<(String, String, u64)> = told.collect();
    if rows.is_empty() {
        bail!("it holds no numbers");
    }
    let keyed = rows.into_iter().map(|Row { part, series, seed, step, metric, value }| {
        (((part, series, metric), seed), (step, value))
    });
    let ends = grouped(keyed).into_iter().map(|((name, seed), mut steps)| {
        steps.sort_by_key(|(step, _)| *step);
        let value = last(&steps);
        let told = lost.contains(&(name.0.clone(), name.1.clone(), seed));
        (name, LastValue { seed, value, diverged: told || !value.is_finite() })
    });
    let ends = grouped(ends.filter_map(|(name, end)| Some((trials_together(name)?, end))));
    let best = |(name, ends): (SeriesName, LastValues)| {
        let ends = if name.1 == BEST { best_of_each_seed(ends) } else { ends };
        (name, ends)
    };
    Ok(ends.into_iter().map(best).collect())
}

/// The last value of a series, or the mean of the last ones.
fn last(values: &[(usize, f64)]) -> f64 {
    let tail = if values.len() > MANY { TAIL } else { 1 };
    let tail = &values[values.len() - tail.min(values.len())..];
    tail.iter().map(|(_, value)| value).sum::<f64>() / tail.len() as f64
}

/// The metrics that rank trials.
const RANKED: [Metric; 2] = [Metric::VALIDATION_ACCURACY, Metric::TRAIN_ACCURACY];
/// The series of all trials of a search.
const BEST: &str = "best trial";

/// Gives the trials of a search, whose series are numbers, one name, and none to metrics that do
/// not rank them. Another search tries other points, so that trials of the same number have nothing
/// in common.
fn trials_together((part, series, metric): SeriesName) -> Option<SeriesName> {
    if series.parse::<u64>().is_err() {
        return Some((part, series, metric));
    }
    let ranks = RANKED.iter().any(|ranked| ranked.name() == metric);
    ranks.then(|| (part, BEST.to_owned(), metric))
}

/// The best of several trials, seed by seed; all that rank them are accuracies.
fn best_of_each_seed(ends: LastValues) -> LastValues {
    let of_seed = |(seed, ends): (u64, LastValues)| LastValue {
        seed,
        value: ends.iter().map(|end| end.value).fold(f64::NAN, f64::max),
        diverged: ends.iter().all(|end| end.diverged),
    };
    grouped(ends.into_iter().map(|end| (end.seed, end))).into_iter().map(of_seed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Vec<(SeriesName, LastValues)>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("part,series,seed,step,metric,value\n{text}")).unwrap();
        series(file.path())
    }

    #[test]
    fn the_last_step_counts_whatever_the_order_of_lines() {
        let text = "p,s,4,1,acc,0.5\np,s,4,0,acc,0.1\np,s,5,1,acc,NaN\np,s,5,1,diverged,1\n";
        let found = read(text).unwrap();
        let [(name, values)] = &found[..] else { panic!("{found:?}") };
        assert_eq!(name.2, "acc");
        assert_eq!(values[0], LastValue { seed: 4, value: 0.5, diverged: false });
        assert!(values[1].seed == 5 && values[1].value.is_nan() && values[1].diverged);
    }

    #[test]
    fn of_many_steps_the_last_hundred_count() {
        let text: String =
            (0..2000).map(|k| format!("p,s,0,{k},train_loss,{}\n", k / 1950)).collect();
        assert_eq!(read(&text).unwrap()[0].1[0].value, 0.5);
    }

    #[test]
    fn of_the_trials_of_a_search_the_best_counts() {
        let line = |trial: u32, seed: u32, value: f64| {
            format!(
                "search,{trial},{seed},0,lr,0.1\nsearch,{trial},{seed},9,validation_accuracy,{value}\n"
            )
        };
        let text = [line(0, 1, 0.3), line(1, 1, 0.8), line(0, 2, 0.4), line(1, 2, f64::NAN)];
        let found = read(&text.concat()).unwrap();
        assert_eq!(found.len(), 1);
        let best: Vec<_> = found[0].1.iter().map(|end| (end.seed, end.value)).collect();
        assert_eq!(best, [(1, 0.8), (2, 0.4)]);
    }

    #[test]
    fn damage_is_told_with_its_line() {
        let error = read("p,s,0,0,acc,0.5\np,s,0,one,acc,0.5\n").unwrap_err();
        assert!(error.to_string().contains("line: 3"), "{error:#}");
        assert!(read("").unwrap_err().to_string().contains("no numbers"));
    }
}
