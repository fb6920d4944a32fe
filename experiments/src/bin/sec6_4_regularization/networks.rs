//! The networks of the section.

use experiments::findings::{Findings, Metric, Series, Spread};
use experiments::lab::Data;
use init::Seed;
use layers::{DropoutScaling, MultiLayerNet};
use optimizers::OptimizerKind;
use training::{Contestant, Real};

pub const TRAIN_SIZE: usize = 300;
/// The notebook says 300 for weight decay too, but the accuracies it prints are multiples of 1/400.
pub const PRINTED_SIZE: usize = 400;
pub const BATCH_SIZE: usize = 100;
pub const HIDDEN: [usize; 6] = [100; 6];
pub const DECAY: f64 = 0.1;
pub const DROPOUT: f64 = 0.2;

/// A network of the section and how it is trained.
pub struct Variant {
    /// The names of its part and series in `metrics.csv`.
    pub part: &'static str,
    pub series: &'static str,
    pub label: &'static str,
    pub train_size: usize,
    pub epochs: usize,
    pub network: MultiLayerNet,
}

/// A variant that was trained; its findings have one series.
pub struct Trained {
    pub variant: Variant,
    pub findings: Findings,
}

impl Trained {
    pub fn series(&self) -> &Series {
        &self.findings.series[0]
    }

    /// Training and test accuracy at the end.
    pub fn last(&self) -> [Spread; 2] {
        ends(&self.findings)
    }

    /// The same of each seed.
    pub fn last_of_each_seed(&self) -> Vec<[f64; 2]> {
        self.findings.each_seed(|one| ends(one).map(|spread| spread.mean))
    }

    /// Training accuracy less test accuracy at the end.
    pub fn gap(&self) -> f64 {
        let [train, test] = self.last();
        train.mean - test.mean
    }
}

fn ends(findings: &Findings) -> [Spread; 2] {
    [Metric::TRAIN_ACCURACY, Metric::TEST_ACCURACY].map(|metric| findings.series[0].last(metric))
}

/// No regularisation; weight decay on 300 images, and on 400; dropout.
pub fn variants(data: &Data) -> [Variant; 4] {
    // ANCHOR: networks
    let plain = MultiLayerNet::new(data.inputs(), &HIDDEN, data.classes());
    let decay = plain.clone().weight_decay(DECAY);
    let dropout = plain.clone().dropout(DROPOUT, DropoutScaling::AtEvaluation);
    // ANCHOR_END: networks
    let variant = |(part, series, label), train_size, epochs, network| Variant {
        part,
        series,
        label,
        train_size,
        epochs,
        network,
    };
    let [overfit, decay_300, decay_400, drop] = [
        ("overfit", "overfit", "no regularisation"),
        ("weight_decay", "weight_decay", "weight decay 0.1"),
        ("weight_decay", "weight_decay_400", "weight decay 0.1, 400 images"),
        ("dropout", "dropout", "dropout 0.2"),
    ];
    [
        variant(overfit, TRAIN_SIZE, 201, plain),
        variant(decay_300, TRAIN_SIZE, 201, decay.clone()),
        variant(decay_400, PRINTED_SIZE, 201, decay),
        variant(drop, TRAIN_SIZE, 301, dropout),
    ]
}

pub fn contestant<T: Real>(network: &MultiLayerNet, seed: Seed) -> Contestant<T> {
    // SGD of 0.01, the book's default.
    Contestant::new(network, OptimizerKind::Sgd, seed).expect("fixed settings are valid")
}
