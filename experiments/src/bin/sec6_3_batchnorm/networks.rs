//! The networks of the section, and how they are trained.

use experiments::cli::knobs::EpochFlags;
use experiments::findings::significant;
use experiments::lab::{Data, Lab, Unit};
use init::{Initializer, Seed};
use layers::MultiLayerNet;
use optimizers::OptimizerKind;
use training::{Contestant, Plan, Real};

pub const TRAIN_SIZE: usize = 1000;
pub const SCALES: usize = 16;
/// The two networks of each scale, in the order of the table: name in files, name for readers,
/// whether it has batch normalisation.
pub const KINDS: [(&str, &str, bool); 2] =
    [("plain", "without batch norm", false), ("batchnorm", "with batch norm", true)];

/// np.logspace(0, -4, 16): from 1 down to 10⁻⁴.
pub fn weight_scale(index: usize) -> f64 {
    libm::pow(10.0, -4.0 * index as f64 / (SCALES - 1) as f64)
}

/// The names in files: `01/plain`, `01/batchnorm`, …, `16/batchnorm`; and those for readers: `W 1,
/// without batch norm`, …, `W 0.0001, with batch norm`.
pub fn names(unit: usize) -> (String, String) {
    let (scale, (name, label, _)) = (unit / 2, KINDS[unit % 2]);
    (format!("{:02}/{name}", scale + 1), format!("W {}, {label}", significant(weight_scale(scale))))
}

/// How all networks are trained: the book's settings, or those that flags give.
pub struct BatchNormSettings {
    pub train_size: usize,
    pub epochs: usize,
    batch_size: usize,
    hidden: Vec<usize>,
    lr: f64,
    /// These settings as a text.
    pub text: String,
    /// The subtitle of all figures.
    pub subtitle: String,
}

impl BatchNormSettings {
    pub fn new(lab: &Lab, EpochFlags { training, epochs }: &EpochFlags) -> Self {
        let train_size = training.train_size.unwrap_or(TRAIN_SIZE);
        let hidden = training.hidden.clone().unwrap_or_else(|| vec![100; 5]);
        // The book's default of SGD.
        let lr = training.lr.unwrap_or(0.01);
        let (layers, rate) = (lab.data.layers(&hidden), significant(lr));
        let text = format!("{train_size} training images, {layers}, SGD({rate})");
        Self {
            train_size,
            epochs: epochs.unwrap_or(lab.scaled(20, 3)),
            batch_size: training.batch_size.unwrap_or(100),
            hidden,
            lr,
            subtitle: lab.subtitle(&text),
            text,
        }
    }

    pub fn plan(&self) -> Plan {
        Plan::epochs(self.epochs, self.batch_size, self.train_size)
    }

    /// One of the 32 networks: for each scale the plain one, then the one with batch normalisation.
    pub fn contestant<T: Real>(&self, data: &Data, unit: usize, seed: Seed) -> Contestant<T> {
        // ANCHOR: network
        let network = MultiLayerNet::new(data.inputs(), &self.hidden, data.classes())
            .initializer(Initializer::Normal { std: weight_scale(unit / 2) })
            .batch_norm(KINDS[unit % 2].2);
        // ANCHOR_END: network
        let made = Contestant::new(&network, OptimizerKind::Sgd, Unit::Series(unit).of(seed));
        let mut contestant = made.expect("the settings are in range");
        contestant.optimizer.set_lr(self.lr).expect("checked on the command line");
        contestant
    }
}
