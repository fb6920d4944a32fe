//! The networks of the section, and how they are trained.

use experiments::cli::knobs::{EpochFlags, KNOBS, not_negative, share};
use experiments::findings::significant;
use experiments::lab::{Lab, Unit};
use init::Seed;
use layers::{DropoutScaling, MultiLayerNet};
use optimizers::OptimizerKind;
use training::{Contestant, Plan, Real};

/// The names of the parts, and of the series of the same networks.
pub const OVERFIT: &str = "overfit";
pub const WEIGHT_DECAY: &str = "weight_decay";
pub const DROPOUT: &str = "dropout";

/// The series of weight decay on as many images as the notebook's numbers are of.
pub const WEIGHT_DECAY_PRINTED: &str = "weight_decay_400";

const TRAIN_SIZE: usize = 300;
/// The notebook says 300 for weight decay too, but the accuracies it prints are multiples of 1/400.
const PRINTED_SIZE: usize = 400;

/// The flags of this section.
#[derive(Clone, Debug, clap::Args)]
pub struct RegularizationFlags {
    #[command(flatten)]
    epochs: EpochFlags,
    /// Strength λ of weight decay, instead of the book's
    #[arg(long, value_name = "X", value_parser = not_negative, allow_hyphen_values = true, help_heading = KNOBS)]
    weight_decay: Option<f64>,
    /// Share of the units that dropout sets to zero, instead of the book's
    #[arg(long, value_name = "SHARE", value_parser = share, allow_hyphen_values = true, help_heading = KNOBS)]
    dropout: Option<f64>,
}

impl RegularizationFlags {
    /// The most images that a network is trained on.
    pub fn train_size(&self) -> usize {
        self.epochs.training.train_size.unwrap_or(PRINTED_SIZE)
    }
}

/// How all networks are trained: the book's settings, or those that flags give.
pub struct RegularizationSettings {
    lr: f64,
    batch_size: usize,
    /// The subtitle of a figure of networks trained on different numbers of images.
    pub subtitle: String,
    pub variants: Vec<Variant>,
}

/// A network of the section and how long it is trained, on how many images.
pub struct Variant {
    /// The names of its part and series in `metrics.csv`.
    pub part: &'static str,
    pub series: &'static str,
    /// Its name for readers.
    pub label: String,
    pub train_size: usize,
    pub epochs: usize,
    /// How it is made, as a text.
    pub made: String,
    pub network: MultiLayerNet,
    /// Whose random numbers it is drawn from: the same whichever parts are run.
    pub unit: Unit,
}

impl RegularizationSettings {
    /// The network without regularisation comes first; then weight decay on the same images and,
    /// unless `--train-size` decides, on the notebook's 400; then dropout.
    pub fn new(lab: &Lab, flags: &RegularizationFlags) -> Self {
        let RegularizationFlags { epochs: EpochFlags { training, epochs }, .. } = flags;
        let hidden = training.hidden.clone().unwrap_or_else(|| vec![100; 6]);
        let (lambda, ratio) = (flags.weight_decay.unwrap_or(0.1), flags.dropout.unwrap_or(0.2));
        let (inputs, classes) = (lab.data.inputs(), lab.data.classes());
        // ANCHOR: networks
        let plain = MultiLayerNet::new(inputs, &hidden, classes);
        let decay = plain.clone().weight_decay(lambda);
        let dropout = plain.clone().dropout(ratio, DropoutScaling::AtEvaluation);
        // ANCHOR_END: networks
        let epochs = |book: usize| epochs.unwrap_or(lab.scaled(book, 6));
        let train_size = training.train_size.unwrap_or(TRAIN_SIZE);
        // The book's default of SGD.
        let lr = training.lr.unwrap_or(0.01);
        let text = format!("{}, SGD({})", lab.data.layers(&hidden), significant(lr));
        let made = |train_size: usize| format!("{train_size} training images, {text}");
        let decays = format!("weight decay {}", significant(lambda));
        let variant = |index, part, label, network, book_epochs| Variant {
            part,
            series: part,
            label,
            train_size,
            epochs: epochs(book_epochs),
            made: made(train_size),
            network,
            unit: Unit::Series(index),
        };
        let printed_label = format!("{decays}, {PRINTED_SIZE} images");
        let printed = training.train_size.is_none().then(|| Variant {
            series: WEIGHT_DECAY_PRINTED,
            train_size: PRINTED_SIZE,
            made: made(PRINTED_SIZE),
            ..variant(2, WEIGHT_DECAY, printed_label, decay.clone(), 201)
        });
        let regularised = [
            Some(variant(1, WEIGHT_DECAY, decays, decay, 201)),
            printed,
            Some(variant(3, DROPOUT, format!("dropout {}", significant(ratio)), dropout, 301)),
        ];
        let plain = variant(0, OVERFIT, "no regularisation".to_owned(), plain, 201);
        let variants = std::iter::once(plain).chain(regularised.into_iter().flatten()).collect();
        let batch_size = training.batch_size.unwrap_or(100);
        Self { lr, batch_size, subtitle: lab.subtitle(&text), variants }
    }

    pub fn plan(&self, variant: &Variant) -> Plan {
        Plan::epochs(variant.epochs, self.batch_size, variant.train_size)
    }

    pub fn contestant<T: Real>(&self, network: &MultiLayerNet, seed: Seed) -> Contestant<T> {
        let made = Contestant::new(network, OptimizerKind::Sgd, seed);
        let mut contestant = made.expect("the settings are in range");
        contestant.optimizer.set_lr(self.lr).expect("checked on the command line");
        contestant
    }
}
