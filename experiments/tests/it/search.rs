//! Section 6.5 as a tool: its flags, what they refuse, and what does not change its results.

use std::fs;

use search::pruner::PrunerKind;
use search::sampler::SamplerKind;

use crate::common::{quick_korean, run, stderr};

const SECTION: &str = "sec6_5_hyperparameters";
const QUICK: [&str; 5] = ["--quick", "--dataset", "synthetic", "--out", "out"];
/// Parameters of every kind.
const MIXED: [&str; 8] = [
    "--space=lr=log:1e-3:1",
    "--space=batch_size=logint:50:200",
    "--space=depth=int:1:3",
    "--space=width=choice:10,20",
    "--space=activation=choice:relu,tanh",
    "--space=optimizer=choice:sgd,momentum,adam",
    "--space=momentum=uniform:0.5:0.9",
    "--space=batch-norm=choice:false,true",
];

#[test]
fn a_search_with_sampler_and_pruner_does_not_depend_on_threads() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = |threads: &str| {
        let flags = ["--sampler", "gp", "--pruner", "asha", "--trials", "24", "--together", "3"];
        let flags =
            [&QUICK[..], &["--part", "search", "--threads", threads], &flags, &MIXED].concat();
        let output = run(SECTION, folder.path(), &flags);
        assert!(output.status.success(), "{}", stderr(&output));
        fs::read_to_string(folder.path().join("out/metrics.csv")).unwrap()
    };
    let one = metrics("1");
    assert!(one == metrics("2"), "two threads differ from one");
    assert!(one.contains(",pruned,"), "asha pruned nothing");
    for name in ["best", "scatter", "parallel", "history", "importance"] {
        assert!(folder.path().join(format!("out/figures/sec6_5_{name}.svg")).exists(), "{name}");
    }
    let page = fs::read_to_string(folder.path().join("out/index.html")).unwrap();
    assert!(page.contains("The 24 trials of seed 0 by validation accuracy"));
}

#[test]
fn every_sampler_and_pruner_succeeds_even_if_all_trials_diverge() {
    let folder = tempfile::tempdir().unwrap();
    let space = ["--space=lr=log:1e8:1e12", "--space=weight_decay=log:1e-8:1e-4"];
    for (sampler, pruner) in SamplerKind::ALL.into_iter().zip(PrunerKind::ALL.iter().cycle()) {
        let (sampler, pruner) = (&*sampler.to_string(), &*pruner.to_string());
        let flags = ["--sampler", sampler, "--pruner", pruner, "--trials", "8", "--table", "full"];
        let output = run(SECTION, folder.path(), &[&QUICK[..], &flags, &space].concat());
        assert!(output.status.success(), "{sampler} {pruner}: {}", stderr(&output));
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains("val acc:none (diverged)"), "{stdout}");
    }
}

#[test]
fn samplers_and_pruners_can_be_compared() {
    for (part, figure) in [("samplers", "sec6_5_samplers"), ("pruners", "sec6_5_pruners")] {
        let run = quick_korean(SECTION, "1", &["--part", part, "--epochs", "3"]);
        assert!(run.text(&format!("figures/{figure}.svg")).ends_with("</svg>\n"), "{part}");
    }
}

#[test]
fn a_space_from_a_file_equals_a_space_from_flags() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("space.toml"), "depth = \"int:1:3\"\nlr = \"log:1e-3:1\"\n")
        .unwrap();
    let metrics = |space: &[&str]| {
        let output = run(SECTION, folder.path(), &[&QUICK[..], &["--trials", "4"], space].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        fs::read(folder.path().join("out/metrics.csv")).unwrap()
    };
    let flags = metrics(&["--space", "lr=log:1e-3:1", "--space", "depth=int:1:3"]);
    assert!(flags == metrics(&["--space-file", "space.toml"]));
}

#[test]
fn an_invalid_search_exits_with_2_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("space.toml");
    fs::write(&file, "lr = \"log:1e-3:1\"\ndepht = \"int:1:3\"\n").unwrap();
    let cases: [(&[&str], &[&str]); 12] = [
        (&["--space", "lr=log:1:0.1"], &["--space", "lower end 1 is above the upper end 0.1"]),
        (&["--space", "lr=uniform:1:1"], &["the range is empty"]),
        (&["--space", "rate=log:1e-3:1"], &["\"rate\"", "give lr, weight_decay, momentum"]),
        (&["--space", "lr"], &["lr=log:1e-6:1e-2"]),
        (&["--space", "lr=normal:0:1"], &["uniform:LOW:HIGH"]),
        (
            &["--space", "activation=choice:relu,swish"],
            &["activation = swish", "give relu, sigmoid"],
        ),
        (&["--space", "momentum=uniform:0:0.9"], &["optimizer=choice:momentum"]),
        (&["--space-file", "space.toml"], &["space.toml, line 2", "depht"]),
        (&["--space-file", "none.toml"], &["none.toml"]),
        (&["--sampler", "tpe"], &["give random, grid, grid:LEVELS"]),
        (&["--pruner", "hyperband"], &["give none, median"]),
        (&["--sampler", "grid:3"], &["9 points, fewer than the 20 trials", "--trials 9"]),
    ];
    for (flags, expected) in cases {
        let output = run(SECTION, folder.path(), &[&QUICK[..], flags].concat());
        assert_eq!(output.status.code(), Some(2), "{flags:?}: {}", stderr(&output));
        for text in expected {
            assert!(stderr(&output).contains(text), "{flags:?}: {}", stderr(&output));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "something was written");
    }
    let flags = [&QUICK[..], &["--part", "narrow", "--sampler", "gp"]].concat();
    let output = run(SECTION, folder.path(), &flags);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("--part narrow"), "{}", stderr(&output));
}
