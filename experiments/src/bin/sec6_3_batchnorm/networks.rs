//! The networks of the section, and how they are trained.

use experiments::cli::Failure;
use experiments::cli::knobs::{BatchSize, Epochs, Hidden, Lr, TrainSize};
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
    [("plain", "plain", false), ("batchnorm", "batch norm", true)];

/// np.logspace(0, -4, 16): from 1 down to 10⁻⁴.
pub fn weight_scale(index: usize) -> f64 {
    10_f64.powf(-4.0 * index as f64 / (SCALES - 1) as f64)
}

/// The names in files: `01/plain`, `01/batchnorm`, …, `16/batchnorm`.
pub fn series(unit: usize) -> String {
    format!("{:02}/{}", unit / 2 + 1, KINDS[unit % 2].0)
}

/// The names for readers: `W 1, plain`, …, `W 0.0001, batch norm`.
pub fn label(unit: usize) -> String {
    format!("W {}, {}", significant(weight_scale(unit / 2)), KINDS[unit % 2].1)
}

/// The flags of this section.
#[derive(Clone, Debug, clap::Args)]
pub struct BatchNormFlags {
    #[command(flatten)]
    lr: Lr,
    #[command(flatten)]
    epochs: Epochs,
    #[command(flatten)]
    batch_size: BatchSize,
    #[command(flatten)]
    hidden: Hidden,
    #[command(flatten)]
    train_size: TrainSize,
}

impl BatchNormFlags {
    pub fn train_size(&self) -> usize {
        self.train_size.train_size.unwrap_or(TRAIN_SIZE)
    }
}

/// How all networks are trained: the book's settings, or those that flags give.
pub struct BatchNormSettings {
    pub train_size: usize,
    pub epochs: usize,
    batch_size: usize,
    hidden: Vec<usize>,
    lr: f64,
}

impl BatchNormSettings {
    pub fn new(lab: &Lab, flags: &BatchNormFlags) -> Self {
        Self {
            train_size: flags.train_size(),
            epochs: flags.epochs.epochs.unwrap_or(lab.scaled(20, 3)),
            batch_size: flags.batch_size.batch_size.unwrap_or(100),
            hidden: flags.hidden.hidden.clone().unwrap_or_else(|| vec![100; 5]),
            // The book's default of SGD.
            lr: flags.lr.lr.unwrap_or(0.01),
        }
    }

    pub fn plan(&self) -> Plan {
        Plan::epochs(self.epochs, self.batch_size, self.train_size)
    }

    /// For the subtitles of figures.
    pub fn text(&self, data: &Data) -> String {
        let Self { train_size, hidden, lr, .. } = self;
        format!("{train_size} training images, {}, SGD({})", data.layers(hidden), significant(*lr))
    }

    /// Makes the 32 networks: for each scale the plain one, then the one with batch normalisation.
    ///
    /// # Errors
    /// [`Failure::Usage`] if the learning rate is too large for `T`.
    pub fn contestants<'a, T: Real>(
        &'a self,
        data: &'a Data,
    ) -> Result<impl Fn(usize, Seed) -> Contestant<T> + Sync + 'a, Failure> {
        T::optimizer(OptimizerKind::Sgd)
            .set_lr(self.lr)
            .map_err(|error| Failure::Usage(error.into()))?;
        Ok(move |unit: usize, seed| {
            // ANCHOR: network
            let network = MultiLayerNet::new(data.inputs(), &self.hidden, data.classes())
                .initializer(Initializer::Normal { std: weight_scale(unit / 2) })
                .batch_norm(KINDS[unit % 2].2);
            // ANCHOR_END: network
            let made = Contestant::new(&network, OptimizerKind::Sgd, Unit::Series(unit).of(seed));
            let mut contestant = made.expect("the settings are in range");
            contestant.optimizer.set_lr(self.lr).expect("checked above");
            contestant
        })
    }
}
