//! `metrics.csv`: every measured number of a run, in long form.

use std::collections::HashSet;
use std::path::Path;

use anyhow::Context;
use serde::{Deserialize, Serialize, Serializer};

use super::{Findings, Series};

/// A line of `metrics.csv`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The part of the section.
    pub part: String,
    /// The series: an optimizer, a scale, a trial.
    pub series: String,
    /// The seed of the run.
    pub seed: u64,
    /// Iteration, epoch or layer, counted from 0.
    pub step: usize,
    /// The name of the metric.
    pub metric: String,
    /// The value; NaN if the network had diverged.
    #[serde(serialize_with = "shortest")]
    pub value: f64,
}

/// The shortest decimal form that reads back exactly: `1`, `0.1`, `NaN`.
fn shortest<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

impl Row {
    /// The rows of these findings, ordered by seed, then by series.
    pub fn of(findings: &Findings) -> Vec<Self> {
        let rows = findings.runs().flat_map(|(series, seed, run)| {
            run.numbers().iter().map(move |&(step, metric, value)| Self {
                part: findings.part.clone(),
                series: series.name.clone(),
                seed,
                step,
                metric: metric.name().to_owned(),
                value,
            })
        });
        rows.collect()
    }
}

/// The bytes of a file with these rows.
///
/// # Errors
/// The errors of the `csv` crate, of which none occurs in memory.
pub fn write_rows(rows: &[Row]) -> anyhow::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    rows.iter().try_for_each(|row| csv.serialize(row))?;
    csv.into_inner().context("metrics.csv")
}

/// The bytes of a file that names each series for readers: part, series, label.
///
/// # Errors
/// As [`write_rows`].
pub fn write_series(findings: &[Findings]) -> anyhow::Result<Vec<u8>> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["part", "series", "label"])?;
    let mut known = HashSet::new();
    for Findings { part, series, .. } in findings {
        for Series { name, label, .. } in series {
            if known.insert((part, name)) {
                csv.write_record([part, name, label])?;
            }
        }
    }
    csv.into_inner().context("series.csv")
}

/// The rows of a file.
///
/// # Errors
/// If the file cannot be read, or a line of it is no row.
pub fn read_rows(path: &Path) -> anyhow::Result<Vec<Row>> {
    let rows = csv::Reader::from_path(path)?.into_deserialize();
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Measurements, Metric};

    #[test]
    fn a_file_has_full_precision_and_reads_back() {
        let run = |values: [f64; 2]| -> Measurements {
            values.iter().enumerate().map(|(k, x)| (k, Metric::TEST_ACCURACY, *x)).collect()
        };
        let mut rows = Row::of(&Findings::of_seed("p", 1, [("a".to_owned(), run([0.5, 0.25]))]));
        let runs = vec![run([1.0 / 3.0, 1e300]), run([1.0, f64::NAN])];
        rows.extend(Row::of(&Findings::of_series("q", &[2, 3], Series::new("b", runs))));
        let bytes = write_rows(&rows).unwrap();
        assert_eq!(
            std::str::from_utf8(&bytes).unwrap(),
            format!(
                "part,series,seed,step,metric,value\np,a,1,0,test_accuracy,0.5\np,a,1,1,test_accuracy,0.25\n\
                 q,b,2,0,test_accuracy,0.3333333333333333\nq,b,2,1,test_accuracy,{}\n\
                 q,b,3,0,test_accuracy,1\nq,b,3,1,test_accuracy,NaN\n",
                1e300
            )
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        let read = read_rows(file.path()).unwrap();
        assert!(read[..5] == rows[..5] && read[5].value.is_nan());
    }
}
