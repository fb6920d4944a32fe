//! A network in training, one update at a time.
//!
//! `training::train` trains to the end; a page pauses, steps, and changes settings meanwhile. Its
//! draws are the same, which a test checks.

use init::{Purpose, Seed};
use layers::{DropoutScaling, Mode, MultiLayerNet, Sequential};
use optimizers::{Optimizer, OptimizerKind};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tensor_ops::Sparse;
use training::{Real, Samples};

use crate::data::Digits;

/// What a network is and how it is trained.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct NetworkSettings {
    seed: u64,
    /// The number of the network in its run, as the native program counts.
    unit: u64,
    /// The number whose stream draws the mini-batches: 0 if all networks of a run share them.
    batches: u64,
    /// Trains on the first images only.
    images: usize,
    /// So many of them, drawn at random, validate instead.
    validation: usize,
    batch_size: usize,
    hidden: Vec<usize>,
    initializer: String,
    batch_norm: bool,
    weight_decay: f64,
    dropout: f64,
    optimizer: String,
    lr: f64,
}

impl NetworkSettings {
    fn network(&self, inputs: usize, classes: usize) -> Result<Sequential<f32>, String> {
        let initializer = self.initializer.parse().map_err(|e| format!("{e}"))?;
        let mut network = MultiLayerNet::new(inputs, &self.hidden, classes)
            .initializer(initializer)
            .batch_norm(self.batch_norm)
            .weight_decay(self.weight_decay);
        if self.dropout > 0.0 {
            network = network.dropout(self.dropout, DropoutScaling::AtEvaluation);
        }
        network.build(Seed::new(self.seed).unit(self.unit)).map_err(|error| error.to_string())
    }
}

/// A network, its optimizer, and its images.
#[derive(Debug)]
pub(crate) struct Training {
    settings: NetworkSettings,
    pub(crate) network: Sequential<f32>,
    optimizer: Box<dyn Optimizer<f32>>,
    shape: (usize, usize),
    pub(crate) samples: Samples,
    test: Samples,
    validation: Samples,
    batches: ChaCha8Rng,
    x: Sparse<f32>,
    labels: Vec<usize>,
}

/// Shares of images that are classified rightly; NaN, `null` in JSON, of no images.
#[derive(Debug, Serialize)]
pub(crate) struct Accuracies {
    train: f64,
    test: f64,
    validation: f64,
}

impl Training {
    pub(crate) fn new(data: &Digits, settings: NetworkSettings) -> Result<Self, String> {
        if data.train.len() < settings.images || settings.images <= settings.validation {
            return Err(format!("{} training images, too few", data.train.len()));
        }
        let shape = (data.train.features(), data.classes);
        let network = settings.network(shape.0, shape.1)?;
        let kind: OptimizerKind = settings.optimizer.parse().map_err(|e| format!("{e}"))?;
        let mut optimizer = f32::optimizer(kind);
        optimizer.set_lr(settings.lr).map_err(|error| error.to_string())?;
        let mut samples = data.train.clone().first(settings.images);
        let mut validation = samples.clone().first(0);
        if settings.validation > 0 {
            let mut rng = Seed::new(settings.seed).stream(Purpose::Shuffle, 0);
            (validation, samples) = samples.shuffled(&mut rng).split_at(settings.validation);
        }
        let test = data.test.clone();
        let batches = Seed::new(settings.seed).unit(settings.batches).stream(Purpose::Batches, 0);
        let (x, labels) = (Sparse::default(), Vec::new());
        Ok(Self {
            settings,
            network,
            optimizer,
            shape,
            samples,
            test,
            validation,
            batches,
            x,
            labels,
        })
    }

    /// Trains for some updates. Returns the loss of each mini-batch, before or after its update.
    pub(crate) fn advance(&mut self, updates: usize, loss_after: bool) -> Vec<f64> {
        let count = self.samples.len() as u32;
        let update = |_| {
            let drawn = (0..self.settings.batch_size)
                .map(|_| self.batches.random_range(0..count) as usize)
                .collect::<Vec<usize>>();
            self.samples.gather(&drawn, &mut self.x, &mut self.labels);
            let (network, x, labels) = (&mut self.network, &self.x, &self.labels);
            let before = f32::update(network, &mut *self.optimizer, x, labels);
            if loss_after { f32::loss(network, x, labels, Mode::Eval) } else { before }
        };
        (0..updates).map(update).collect()
    }

    pub(crate) fn accuracies(&mut self) -> Accuracies {
        let mut share = |set: &Samples| set.accuracy(&mut self.network, 1);
        Accuracies {
            train: share(&self.samples),
            test: share(&self.test),
            validation: share(&self.validation),
        }
    }

    /// Goes on with another weight decay and dropout. Dropout draws its masks from the start again,
    /// since the layers are new.
    pub(crate) fn change(&mut self, weight_decay: f64, dropout: f64) -> Result<(), String> {
        let settings = NetworkSettings { weight_decay, dropout, ..self.settings.clone() };
        let mut network = settings.network(self.shape.0, self.shape.1)?;
        let weights = network.params_mut().into_iter().zip(self.network.params());
        weights.for_each(|(new, old)| new.value.copy_from(&old.value));
        (self.network, self.settings) = (network, settings);
        Ok(())
    }
}
