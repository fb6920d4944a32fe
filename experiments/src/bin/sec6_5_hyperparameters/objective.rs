//! The objective of a search: training a network.

use experiments::cli::Failure;
use search::{End, Observe, Params, SpaceError};
use training::Real;

use crate::settings::Settings;
use crate::task::Task;

/// The objective that trains trials of `task` for so many epochs.
///
/// It fails with [`Failure::Usage`] if the parameters cannot be a network.
pub fn objective<T: Real, E: From<Failure>>(
    task: Task,
    epochs: usize,
) -> impl Fn(u64, &Params, &mut Observe<'_>) -> Result<End, E> + Sync {
    move |number, params, observe| {
        let wrong = |error: SpaceError| Failure::Usage(error.into());
        let settings = Settings::of(params).map_err(wrong)?;
        let trained = task.train::<T>(&settings, number, epochs, |report, _, _| observe(report));
        Ok(trained.map_err(wrong)?.0)
    }
}
