//! What section 6.1 says besides figures.

use crate::common::{Results, quick, run, stderr};

#[test]
fn times_to_a_target_have_an_interval_from_six_seeds_on() {
    let [five, six] = ["5", "6"].map(|runs| {
        quick("sec6_1_optimizers", &["--part", "mnist", "--runs", runs, "--threads", "2"])
    });
    let sgd = five.stdout().lines().find(|line| line.starts_with("SGD")).unwrap();
    assert_eq!(sgd.matches('∞').count(), 2, "median updates to both targets: {sgd}");
    assert!(five.text("index.html").contains("5 seeds: too few for an interval"));
    assert!(
        five.text("index.html").contains("<td>SGD</td><td>0.3</td><td>0</td><td>∞</td><td>–</td>")
    );
    assert!(six.text("index.html").contains("<td>∞</td><td>[∞, ∞]</td>"));
}

#[test]
fn at_the_books_rates_the_networks_are_those_of_part_mnist() {
    let [rates, mnist] = ["rates", "mnist"]
        .map(|part| quick("sec6_1_optimizers", &["--part", part, "--threads", "2"]));
    let losses = |run: &Results, series: &str| -> Vec<String> {
        let lines = run.text("metrics.csv").lines().map(|line| line.split(',').collect());
        let of_series = lines.filter(|cells: &Vec<&str>| cells[1] == series);
        let losses = of_series.filter(|cells| cells[4] == "train_loss");
        losses.map(|cells| format!("{} {}", cells[3], cells[5])).collect()
    };
    for (name, book) in [("sgd", 0.01), ("momentum", 0.01), ("adagrad", 0.01), ("adam", 0.001)] {
        let wanted = losses(mnist, name);
        assert!(
            wanted.len() == 100 && losses(rates, &format!("{name}/{book}")) == wanted,
            "{name}"
        );
    }
}

#[test]
fn rates_at_which_a_network_diverges_are_never_the_best() {
    let rates = quick("sec6_1_optimizers", &["--part", "rates", "--threads", "2"]);
    assert!(rates.stdout().contains("diverged: SGD, lr 3.16: 1 of 1 runs"));
    let page = rates.text("index.html");
    assert!(page.contains("<td>SGD</td><td>3.16</td><td>–</td><td>1</td><td></td><td></td>"));
}

/// The path of each optimizer follows from its rate, so another rate has other ends.
#[test]
fn flags_change_the_ravine_and_the_networks() {
    let [books, own] = [&[][..], &["--lr", "0.3", "--hidden", "20,10", "--batch-size", "16"]]
        .map(|flags| quick("sec6_1_optimizers", &[&["--threads", "2"], flags].concat()));
    let last = |run: &Results, part: &str| {
        let mut lines = run.text("metrics.csv").lines().filter(|line| line.starts_with(part));
        lines.next_back().unwrap().to_owned()
    };
    for part in ["ravine,sgd", "mnist,sgd"] {
        assert_ne!(last(books, part), last(own, part));
    }
    let said = "settings that are not the book's: lr 0.3, batch size 16, hidden layers 20-10";
    assert!(own.stdout().contains(said) && !books.stdout().contains("not the book's"));
    assert!(own.text("figures/sec6_1_mnist.svg").contains("784-20×1-10×1-10, ReLU, batch 16"));
}

#[test]
fn settings_that_mean_nothing_are_refused() {
    for (section, flags, expected) in [
        ("sec6_1_optimizers", &["--part", "mnist", "--iterations", "99"][..], "give 100 or more"),
        ("sec6_1_optimizers", &["--part", "ravine", "--lr", "1e39"], "at most 3e38"),
        ("sec6_1_optimizers", &["--part", "rates", "--lr", "0.1"], "it takes no --lr"),
        ("sec6_2_weight_init", &["--lr", "0.1"], "give --part mnist as well"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = run(section, folder.path(), &[&["--dataset", "synthetic"], flags].concat());
        assert_eq!(output.status.code(), Some(2), "{section} {flags:?}");
        assert!(stderr(&output).contains(expected), "{section} {flags:?}: {}", stderr(&output));
    }
}
