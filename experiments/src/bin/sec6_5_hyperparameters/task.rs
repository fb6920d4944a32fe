//! The training of one trial.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError};

use experiments::lab::Unit;
use init::{Purpose, Seed};
use layers::Sequential;
use search::{End, Report, SpaceError};
use tensor_ops::Sparse;
use training::{Contestant, Moment, Plan, Real, Samples, train};

use crate::settings::Settings;

/// Images that the notebook searches with: the first of the training set.
pub const SIZE: usize = 500;
/// One image in five validates.
const VALIDATION: usize = 100;

/// The names in study files of what is measured besides the validation accuracy.
pub const MEASURES: [&str; 2] = ["train_accuracy", "train_loss"];

/// What all trials of a search share: 400 images to train on and 100 to validate with.
#[derive(Clone, Debug)]
pub struct Task {
    seed: Seed,
    classes: usize,
    training: Samples,
    validation: Samples,
}

impl Task {
    /// The first [`SIZE`] of these samples of so many classes, shuffled by the seed of a run, the
    /// first fifth taken out to validate.
    ///
    /// # Panics
    /// If there are fewer samples.
    pub fn new(samples: &Samples, classes: usize, seed: Seed) -> Self {
        let mut rng = Unit::Run.of(seed).stream(Purpose::Shuffle, 0);
        let shuffled = samples.clone().first(SIZE).shuffled(&mut rng);
        let (validation, training) = shuffled.split_at(VALIDATION);
        Self { seed, classes, training, validation }
    }

    /// Trains trial `number` for some epochs, and returns how it ended, and the network. `observe`
    /// sees the validation accuracy of each epoch, which ranks trials, and the [`MEASURES`], the
    /// network and the mini-batch of the update; it can stop the trial there.
    ///
    /// Everything random in it follows from the seed of the task and the number: other trials,
    /// threads and earlier trainings change nothing. Accuracy is measured after the first update of
    /// an epoch, as in the notebook, and the loss is that of its mini-batch before it; the last
    /// epoch ends there, since the rest would not be measured.
    ///
    /// # Errors
    /// [`SpaceError::Value`] if the settings cannot be a network.
    pub fn train<T: Real>(
        &self,
        settings: &Settings,
        number: u64,
        epochs: usize,
        observe: impl FnMut(Report, &mut Sequential<T>, &Sparse<T>) -> ControlFlow<()> + Send,
    ) -> Result<(End, Sequential<T>), SpaceError> {
        let seed = Unit::Trial(number).of(self.seed);
        let contestant = settings.build::<T>((self.training.features(), self.classes), seed)?;
        let plan = Plan::epochs(epochs, settings.batch_size, self.training.len());
        let (observe, end) = (Mutex::new(observe), Mutex::new(End::Complete));
        let watch = |moment: Moment<'_, T>| {
            let Moment { iteration, loss, network, x, .. } = moment;
            let ended = |how| {
                *end.lock().unwrap_or_else(PoisonError::into_inner) = how;
                ControlFlow::Break(())
            };
            if !loss.is_finite() {
                return ended(End::Diverged(iteration));
            }
            let Some(epoch) = plan.step_at(iteration) else { return ControlFlow::Continue(()) };
            let [accuracy, train_loss] = MEASURES;
            let seen = Report::of(epoch, self.validation.accuracy(network, 1))
                .with(accuracy, self.training.accuracy(network, 1))
                .with(train_loss, loss);
            let mut observe = observe.lock().unwrap_or_else(PoisonError::into_inner);
            match observe(seen, network, x) {
                ControlFlow::Break(()) => ended(End::Stopped(epoch)),
                go_on => go_on,
            }
        };
        let mut contestants = [contestant];
        let _ = train(&mut contestants, &self.training, plan, seed, &watch);
        let [Contestant { network, .. }] = contestants;
        let end = match end.into_inner().unwrap_or_else(PoisonError::into_inner) {
            // No loss follows the last update.
            End::Complete if !T::all_finite(&network) => End::Diverged(plan.iterations()),
            end => end,
        };
        Ok((end, network))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernels::ByteRows;

    /// Synthetic digits to search with.
    fn task() -> Task {
        let digits = mnist_io::synthetic(0, SIZE, 0).train;
        let images = ByteRows::new((0..SIZE).map(|i| digits.images.image(i)));
        Task::new(&Samples::new(images, digits.labels), 10, Seed::new(3))
    }

    fn small() -> Settings {
        Settings { lr: 0.1, depth: 1, width: 10, ..Settings::default() }
    }

    fn train(settings: &Settings, number: u64, until: usize) -> (Vec<Report>, End) {
        let mut epochs = Vec::new();
        let observe = |seen: Report, _: &mut _, _: &_| {
            let end = seen.step == until;
            epochs.push(seen);
            if end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let (end, _) = task().train::<f32>(settings, number, 4, observe).unwrap();
        (epochs, end)
    }

    #[test]
    fn a_trial_follows_from_its_number_and_can_be_stopped_at_any_epoch() {
        let (whole, end) = train(&small(), 7, 9);
        assert_eq!((whole.len(), end), (4, End::Complete));
        let (part, end) = train(&small(), 7, 1);
        assert_eq!((&part[..], end), (&whole[..2], End::Stopped(1)));
        assert_ne!(train(&small(), 8, 9).0, whole);
    }

    #[test]
    fn a_trial_that_diverges_says_at_which_update() {
        let wild = Settings { lr: 1e30, ..small() };
        let (epochs, end) = train(&wild, 0, 9);
        assert!(matches!(end, End::Diverged(1..=8)), "{end:?}");
        assert!(epochs.len() < 4);
    }
}
