//! What is printed: a table of results, or what the notebook prints.

use experiments::findings::{Findings, Metric};
use experiments::report::Table;

use crate::ensemble;
use crate::trained::{Ends, Trained};

/// Where training ends.
pub fn results(trained: &[Trained<'_>], averaged: Option<&Findings>) -> Table {
    let of_network = |trained: &Trained<'_>| {
        let Ends { train, test } = trained.ends();
        vec![
            trained.variant.label.clone(),
            trained.variant.train_size.to_string(),
            trained.variant.epochs.to_string(),
            train.text(3),
            test.text(3),
            format!("{:.3}", trained.ends().gap()),
        ]
    };
    let of_ensemble = |findings: &Findings| {
        let plain = trained[0].variant;
        let (size, spread) = ensemble::largest(findings);
        vec![
            format!("average of {size} without regularisation"),
            plain.train_size.to_string(),
            plain.epochs.to_string(),
            "–".to_owned(),
            spread.text(3),
            "–".to_owned(),
        ]
    };
    let columns = ["network", "images", "epochs", "training accuracy", "test accuracy", "gap"];
    let rows = trained.iter().map(of_network).chain(averaged.map(of_ensemble));
    Table::new("Accuracy at the end of training", columns, rows)
}

/// What the notebook prints, for each network, and the accuracies of the averages.
pub fn notebook(trained: &[Trained<'_>], averaged: Option<&Findings>) -> Vec<String> {
    let of_network = |trained: &Trained<'_>| {
        let [train, test] = [Metric::TRAIN_ACCURACY, Metric::TEST_ACCURACY]
            .map(|metric| trained.series().spreads(metric));
        let title = format!("=============== {} ===============", trained.variant.label);
        let lines = train.iter().zip(&test).map(|((epoch, train), (_, test))| {
            format!("epoch:{epoch}, train acc:{}, test acc:{}", train.text(4), test.text(4))
        });
        std::iter::once(title).chain(lines).collect::<Vec<_>>()
    };
    let of_averages = averaged.into_iter().flat_map(ensemble::sizes);
    let of_averages = of_averages
        .map(|(size, spread)| format!("ensemble of {size}: test acc:{}", spread.text(4)));
    trained.iter().flat_map(of_network).chain(of_averages).collect()
}
