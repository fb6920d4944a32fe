//! `--verify`: the numbers of a run beside the published ones.

use std::collections::BTreeMap;

use anyhow::anyhow;
use mnist_io::Kind;
use serde_json::Value;

use crate::cli::{CHANGE_NO_NUMBER, Failure, Result};
use crate::findings::{Digest, Row};
use crate::lab::Lab;

/// Section, then kind of run, as [`kind`] names it. `data/reference/digests.sh` makes the file.
type Published = BTreeMap<String, BTreeMap<String, Digest>>;

const PUBLISHED: &str = include_str!("../../../data/reference/digests.json");

/// Flags that choose one of the published runs.
const CHOOSE: [&str; 4] = ["data-dir", "dataset", "precision", "quick"];

/// Checks that a run with these settings has published numbers, as far as flags tell; `defaults`
/// are the settings of a run without flags.
///
/// # Errors
/// [`Failure::Usage`] that names a flag to leave out.
pub fn check_flags(settings: &Value, defaults: &Value) -> Result<()> {
    for (name, value) in settings.as_object().into_iter().flatten() {
        let known = |names: &[&str]| names.contains(&name.as_str());
        if value != &defaults[name] && !known(&CHANGE_NO_NUMBER) && !known(&CHOOSE) {
            return Err(Failure::Usage(anyhow!(
                "--verify: numbers are published of runs with the book's settings and seed 0; leave --{name} out"
            )));
        }
    }
    Ok(())
}

/// The published numbers of a run.
///
/// # Errors
/// [`Failure::Usage`] if none are published for this data.
pub fn published(section: &str, lab: &Lab) -> Result<Digest> {
    let quick = lab.args.quick;
    let length = match lab.data.source.kind {
        Kind::Mnist if !quick => "full",
        Kind::Synthetic { .. } if quick => "quick",
        _ => {
            return Err(Failure::Usage(anyhow!(
                "--verify: numbers are published of full runs on MNIST and of quick runs on synthetic digits; \
                 give --quick --dataset synthetic, or neither and have MNIST"
            )));
        }
    };
    let run = format!("{length} {}", lab.args.precision);
    let mut all: Published = serde_json::from_str(PUBLISHED).expect("made by our own program");
    let digest = all.remove(section).and_then(|mut runs| runs.remove(&run));
    digest.ok_or_else(|| Failure::Usage(anyhow!("--verify: nothing is published of {run}")))
}

/// What to say if the numbers of a run, `rows` in the file `csv`, equal the published ones.
///
/// # Errors
/// [`Failure::Different`] that names the first number that does not.
pub fn judge(published: &Digest, csv: &[u8], rows: &[Row]) -> Result<String> {
    let Some(line) = published.first_difference(&Digest::of(csv)) else {
        return Ok(format!("verified: all {} numbers equal the published ones", rows.len()));
    };
    let found = rows.get(line).map_or("nothing more".to_owned(), |row| {
        let Row { part, series, step, metric, value, .. } = row;
        format!("{part} {series}, {metric} of step {step}: {value}")
    });
    let mut text = format!(
        "the numbers differ from the published ones, first in line {} of metrics.csv ({found})",
        line + 2
    );
    if !kernels::Instructions::best().fuse_multiply_adds() {
        text.push_str("; this processor has no fused multiply-add, so its last digits differ");
    }
    Err(Failure::Different(anyhow!(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{Findings, Measurements, Metric, write_rows};

    #[test]
    fn the_first_number_that_differs_is_named() {
        let file = |last: f64| {
            let numbers = [0.5, 0.75, last].into_iter().enumerate();
            let run: Measurements =
                numbers.map(|(step, x)| (step, Metric::TEST_ACCURACY, x)).collect();
            let rows = Row::of(&Findings::of_seed("mnist", 0, [("sgd".to_owned(), run)]));
            (write_rows(&rows).unwrap(), rows)
        };
        let (published, rows) = file(0.875);
        let digest = Digest::of(&published);
        let equal = judge(&digest, &published, &rows).unwrap();
        assert_eq!(equal, "verified: all 3 numbers equal the published ones");
        let (other, rows) = file(0.874);
        let Err(Failure::Different(error)) = judge(&digest, &other, &rows) else { panic!() };
        let said = "first in line 4 of metrics.csv (mnist sgd, test_accuracy of step 2: 0.874)";
        assert!(error.to_string().contains(said), "{error}");
    }
}
