//! `--vary`, and the part `luck`, which varies each stream of random numbers alone.

use std::collections::BTreeMap;

use crate::common::{Results, quick, quick_korean, run, stderr};

/// The sections that have the part, and the streams that they vary.
const STREAMS: [(&str, &[&str]); 4] = [
    ("sec6_1_optimizers", &["weights", "batches"]),
    ("sec6_3_batchnorm", &["weights", "batches", "images"]),
    ("sec6_4_regularization", &["weights", "batches", "dropout", "images"]),
    ("sec6_5_hyperparameters", &["weights", "batches", "images", "trials"]),
];

/// The values of each part and seed, with their series, steps and metrics.
fn values(results: &Results) -> BTreeMap<(String, String), Vec<String>> {
    let mut values = BTreeMap::<_, Vec<String>>::new();
    for line in results.text("metrics.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let key = (cells[0].to_owned(), cells[2].to_owned());
        values.entry(key).or_default().push([&cells[1..2], &cells[3..]].concat().join(","));
    }
    values
}

#[test]
fn each_stream_alone_starts_from_the_same_first_run_and_leads_elsewhere() {
    for (section, streams) in STREAMS {
        let results = quick_korean(section, "2", &["--part", "luck"]);
        assert_eq!(stderr(&results.output), "", "{section}: everything is translated");
        let values = values(results);
        assert_eq!(values.len(), 2 * (streams.len() + 1), "{section}");
        let of = |stream: &str, seed: &str| &values[&(format!("luck/{stream}"), seed.to_owned())];
        for stream in streams {
            assert_eq!(of(stream, "0"), of("all", "0"), "{section} {stream}: the first run");
            // The accuracy of a quick search's best trial is a small number of hundredths.
            if section != "sec6_5_hyperparameters" || *stream == "trials" {
                assert_ne!(of(stream, "1"), of(stream, "0"), "{section} {stream}: varies");
                assert_ne!(of(stream, "1"), of("all", "1"), "{section} {stream}: alone");
            }
        }
    }
}

#[test]
fn naming_every_stream_of_a_part_is_the_default() {
    let flags = |vary: &'static [&str]| [&["--runs", "2"], vary].concat();
    let of = |vary| values(quick("sec6_3_batchnorm", &flags(vary)));
    assert_eq!(of(&["--vary", "batches", "--vary", "weights"]), of(&[]));
}

#[test]
fn runs_are_equal_if_only_a_stream_varies_that_they_do_not_draw_from() {
    let results = quick("sec6_3_batchnorm", &["--runs", "2", "--vary", "dropout"]);
    let values = values(results);
    let [first, second] = ["0", "1"].map(|seed| &values[&("batchnorm".into(), seed.into())]);
    assert_eq!(first, second);
    let figure = results.text("figures/sec6_3_opening.svg");
    assert!(figure.contains("seeds 0–1, only dropout"), "the subtitle says so");
}

#[test]
fn a_luck_that_cannot_be_measured_is_refused() {
    for (flags, told) in [
        (&["--part", "luck"][..], "give --runs 10"),
        (&["--part", "luck", "--runs", "2", "--vary", "weights"], "is for the other parts"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let synthetic = [&["--dataset", "synthetic"], flags].concat();
        let output = run("sec6_4_regularization", folder.path(), &synthetic);
        assert_eq!(output.status.code(), Some(2), "{flags:?}");
        assert!(stderr(&output).contains(told), "{}", stderr(&output));
    }
}
