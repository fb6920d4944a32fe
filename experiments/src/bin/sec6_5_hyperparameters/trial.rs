//! One point of the search: its hyperparameters, its training, its accuracy.

use experiments::{Blocks, Contestant, Failure, Log, Moment, Plan, Real, Run, Samples, train};
use init::{Purpose, Seed};
use layers::MultiLayerNet;
use optimizers::{Rule, Sgd};
use rand::RngExt;
use rayon::prelude::*;

/// Samples in all.
pub const SIZE: usize = 500;
/// One sample in five validates.
const VALIDATION: usize = 100;
const BATCH_SIZE: usize = 100;
const HIDDEN: [usize; 6] = [100; 6];

/// Where to look: exponents of ten.
#[derive(Clone, Copy, Debug)]
pub struct Range {
    pub learning_rate: (f64, f64),
    pub weight_decay: (f64, f64),
}

/// The notebook's range.
pub const START: Range = Range { learning_rate: (-6.0, -2.0), weight_decay: (-8.0, -4.0) };

/// One point of the search and what came of it.
pub struct Trial {
    pub learning_rate: f64,
    pub weight_decay: f64,
    /// What was measured, the hyperparameters first.
    pub log: Log,
}

impl Trial {
    /// The last validation accuracy, by which trials are ranked.
    pub fn accuracy(&self) -> f64 {
        self.curve("validation_accuracy").last().map_or(f64::NAN, |&(_, value)| value)
    }

    /// One metric by epoch.
    pub fn curve(&self, wanted: &str) -> Vec<(f64, f64)> {
        let rows = self.log.iter().filter(|(_, metric, _)| *metric == wanted);
        rows.map(|&(step, _, value)| (step as f64, value)).collect()
    }
}

/// Trials by validation accuracy, best first.
pub fn ranking(trials: &[Trial]) -> Vec<&Trial> {
    let mut ranked: Vec<&Trial> = trials.iter().collect();
    ranked.sort_by(|a, b| b.accuracy().total_cmp(&a.accuracy()));
    ranked
}

/// The 500 samples in a random order, and the first fifth taken out to validate.
fn split(run: &Run, seed: Seed) -> (Samples, Samples) {
    let mut rng = seed.stream(Purpose::Shuffle, 0);
    let shuffled = run.data().train.clone().first(SIZE).shuffled(&mut rng);
    shuffled.split_at(VALIDATION)
}

/// Draws `count` points of `range` and trains a network at each; `first` numbers the first trial.
///
/// # Errors
/// If a signal asked to stop.
pub fn trials<T: Real>(
    run: &Run,
    seed: Seed,
    range: Range,
    first: usize,
    count: usize,
) -> Result<Vec<Trial>, Failure> {
    let draw = |trial: usize| {
        let mut rng = seed.stream(Purpose::Search, trial as u64);
        let mut power = |(low, high): (f64, f64)| 10_f64.powf(rng.random_range(low..high));
        let weight_decay = power(range.weight_decay);
        (power(range.learning_rate), weight_decay)
    };
    let points: Vec<(f64, f64)> = (first..first + count).map(draw).collect();
    train_at::<T>(run, seed, &points, first)
}

/// Trains a network at each (learning rate, weight decay); `first` numbers the first trial.
///
/// # Errors
/// If a signal asked to stop.
pub fn train_at<T: Real>(
    run: &Run,
    seed: Seed,
    points: &[(f64, f64)],
    first: usize,
) -> Result<Vec<Trial>, Failure> {
    let (validation, training) = split(run, seed);
    let (validate, evaluate) = (validation.blocks::<T>(), training.blocks::<T>());
    let train_one = |(index, &point): (usize, &(f64, f64))| {
        let (learning_rate, weight_decay) = point;
        // Unit 0 is the run's own: the split.
        let seed = seed.unit(1 + (first + index) as u64);
        let mut log = vec![(0, "learning_rate", learning_rate), (0, "weight_decay", weight_decay)];
        log.extend(learn(run, seed, point, &training, &validate, &evaluate)?);
        Ok(Trial { learning_rate, weight_decay, log })
    };
    points.par_iter().enumerate().map(train_one).collect()
}

/// Trains one network; logs validation and training accuracy at each epoch's first iteration.
fn learn<T: Real>(
    run: &Run,
    seed: Seed,
    (lr, weight_decay): (f64, f64),
    training: &Samples,
    validate: &Blocks<T>,
    evaluate: &Blocks<T>,
) -> Result<Log, Failure> {
    let per_epoch = training.len() / BATCH_SIZE;
    let network = MultiLayerNet::new(784, &HIDDEN, 10).weight_decay(weight_decay).build::<T>(seed);
    let mut contestant = [Contestant {
        network: network.expect("the range holds valid weight decays only"),
        optimizer: Sgd { lr }.build().expect("the range holds valid learning rates only"),
    }];
    let observe = |Moment { iteration, network, log, .. }: Moment<'_, T>| {
        if iteration % per_epoch == 0 {
            let epoch = iteration / per_epoch;
            log.push((epoch, "validation_accuracy", validate.accuracy(network)));
            log.push((epoch, "train_accuracy", evaluate.accuracy(network)));
        }
    };
    let logs = train(run, &mut contestant, training, plan(run, per_epoch), seed, observe)?;
    Ok(logs.into_iter().flatten().collect())
}

/// 50 epochs: the notebook's trainer makes all their iterations, the last epoch's too.
fn plan(run: &Run, per_epoch: usize) -> Plan {
    Plan { iterations: run.scaled(50, 5) * per_epoch, batch_size: BATCH_SIZE }
}

/// Training iterations of a trial.
pub fn per_trial(run: &Run) -> usize {
    plan(run, (SIZE - VALIDATION) / BATCH_SIZE).iterations
}
