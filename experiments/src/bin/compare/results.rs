//! The results of a run, read from its folder.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use experiments::cli::{CHANGE_NO_NUMBER, Failure, SETTINGS};
use experiments::findings::{Metric, Row, read_rows};
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

/// Values by step.
type Steps = Vec<(usize, f64)>;

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
    pub fn read(folder: &Path) -> Result<Self, Failure> {
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
    // In the order of the file, with an index of where each is.
    let mut all: Vec<(SeriesName, u64, Steps)> = Vec::new();
    let mut places: HashMap<(SeriesName, u64), usize> = HashMap::new();
    let mut lost: HashSet<(String, String, u64)> = HashSet::new();
    for Row { part, series, seed, step, metric, value } in read_rows(path)? {
        if metric == Metric::DIVERGED.name() {
            lost.insert((part, series, seed));
            continue;
        }
        let name = (part, series, metric);
        let place = *places.entry((name.clone(), seed)).or_insert_with(|| {
            all.push((name, seed, Steps::new()));
            all.len() - 1
        });
        all[place].2.push((step, value));
    }
    if all.is_empty() {
        bail!("it holds no numbers");
    }
    let mut series: Vec<(SeriesName, LastValues)> = Vec::new();
    let mut places: HashMap<SeriesName, usize> = HashMap::new();
    for (name, seed, mut steps) in all {
        steps.sort_by_key(|(step, _)| *step);
        let value = last(&steps);
        let told = lost.contains(&(name.0.clone(), name.1.clone(), seed));
        let place = *places.entry(name.clone()).or_insert_with(|| {
            series.push((name, LastValues::new()));
            series.len() - 1
        });
        series[place].1.push(LastValue { seed, value, diverged: told || !value.is_finite() });
    }
    Ok(trials_together(series))
}

/// The last value of a series, or the mean of the last ones.
fn last(values: &[(usize, f64)]) -> f64 {
    let tail = if values.len() > MANY { TAIL } else { 1 };
    let tail = &values[values.len() - tail.min(values.len())..];
    tail.iter().map(|(_, value)| value).sum::<f64>() / tail.len() as f64
}

/// The metrics that rank trials.
const RANKED: [Metric; 2] = [Metric::VALIDATION_ACCURACY, Metric::TRAIN_ACCURACY];

/// Merges the trials of a search, whose series are numbers, into one series: the best of them.
/// Another search tries other points, so that trials of the same number have nothing in common.
fn trials_together(series: Vec<(SeriesName, LastValues)>) -> Vec<(SeriesName, LastValues)> {
    let mut together: Vec<(SeriesName, LastValues)> = Vec::new();
    for ((part, series, metric), ends) in series {
        if series.parse::<u64>().is_err() {
            together.push(((part, series, metric), ends));
            continue;
        }
        let Some(measured) = RANKED.into_iter().find(|ranked| ranked.name() == metric) else {
            continue;
        };
        let name = (part, "best trial".to_owned(), metric);
        let at = together.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
            together.push((name.clone(), LastValues::new()));
            together.len() - 1
        });
        for end in ends {
            match together[at].1.iter_mut().find(|known| known.seed == end.seed) {
                Some(best) => {
                    best.value = measured.best([best.value, end.value]);
                    best.diverged &= end.diverged;
                }
                None => together[at].1.push(end),
            }
        }
    }
    together
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
