//! What section 6.1 says besides figures.

use crate::common::{Results, quick};

#[test]
fn times_to_a_target_have_an_interval_from_six_seeds_on() {
    let [five, six] = ["5", "6"].map(|runs| {
        quick("sec6_1_optimizers", &["--part", "mnist", "--runs", runs, "--threads", "2"])
    });
    let said = |start: &str| five.stdout().lines().any(|line| line.starts_with(start));
    assert!(said("updates until the smoothed loss stays below 0.3: SGD ∞, Momentum"));
    assert!(said("no 95 % interval of a median of fewer than 6 seeds"));
    assert!(five.text("index.html").contains("5 seeds: too few for an interval"));
    assert!(six.stdout().contains("stays below 0.3: SGD ∞ [∞, ∞], Momentum"));
    assert!(six.text("index.html").contains("<td>SGD</td><td>0.3</td><td>0</td><td>∞</td>"));
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
    assert!(rates.stdout().contains("diverged: rates sgd/3.16"));
    let page = rates.text("index.html");
    assert!(page.contains("<td>SGD</td><td>3.16</td><td>NaN</td><td>1</td><td></td><td></td>"));
}
