//! A network whose loss becomes NaN or infinite is reported in all results.

use crate::common::quick;

#[test]
fn a_diverged_network_is_reported_with_its_iteration_in_all_results() {
    let run = quick("sec6_3_batchnorm", &["--runs", "2"]);
    // With weights of standard deviation 1, networks diverge unless they have batch normalisation.
    let summary: serde_json::Value = serde_json::from_str(run.text("summary.json")).unwrap();
    let diverged = summary["diverged"].as_array().unwrap();
    let of = |series: &str| -> Vec<(u64, u64)> {
        let number = |value: &serde_json::Value| value.as_u64().unwrap();
        let same = diverged.iter().filter(|d| d["part"] == "batchnorm" && d["series"] == series);
        same.map(|d| (number(&d["seed"]), number(&d["iteration"]))).collect()
    };
    let found = of("01/plain");
    assert_eq!(found.iter().map(|(seed, _)| *seed).collect::<Vec<_>>(), [0, 1], "{summary}");
    assert!(of("01/batchnorm").is_empty() && of("08/plain").is_empty(), "{summary}");

    let first = found.iter().map(|(_, at)| *at).min().unwrap();
    let line =
        format!("diverged: W 1, without batch norm: 2 of 2 runs, the first at iteration {first}");
    let table = run.stdout();
    assert!(table.lines().any(|said| said == line), "{line} is not in {table}");
    assert!(run.text("index.html").contains(&format!("<li>{line}</li>")), "{line}");
    for (seed, at) in found {
        let row = format!("batchnorm,01/plain,{seed},{at},diverged,1\n");
        assert!(run.text("metrics.csv").contains(&row), "{row}");
    }
    assert!(run.text("figures/sec6_3_batchnorm.svg").contains(">2 of 2 diverged<"));
}
