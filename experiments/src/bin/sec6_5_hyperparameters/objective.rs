//! The objective of a search: training a network.

use experiments::cli::Failure;
use search::{End, Observe, Params, Report, SpaceError};
use training::Real;

use crate::settings::Settings;
use crate::task::{Epoch, Task};

impl Epoch {
    /// The names in study files of what is measured besides the validation accuracy.
    pub const MEASURES: [&str; 2] = ["train_accuracy", "train_loss"];
}

impl From<Epoch> for Report {
    /// The validation accuracy is the value that ranks trials.
    fn from(epoch: Epoch) -> Self {
        let [accuracy, loss] = Epoch::MEASURES;
        Self::of(epoch.epoch, epoch.validation_accuracy)
            .with(accuracy, epoch.train_accuracy)
            .with(loss, epoch.train_loss)
    }
}

/// The objective that trains trials of `task` for so many epochs.
///
/// It fails with [`Failure::Usage`] if the parameters cannot be a network.
pub fn objective<T: Real, E: From<Failure>>(
    task: Task<T>,
    epochs: usize,
) -> impl Fn(u64, &Params, &mut Observe<'_>) -> Result<End, E> + Sync {
    move |number, params, observe| {
        let wrong = |error: SpaceError| Failure::Usage(error.into());
        let settings = Settings::of(params).map_err(wrong)?;
        Ok(task.train(&settings, number, epochs, |epoch| observe(epoch.into())).map_err(wrong)?)
    }
}
