//! The length of a training run.

/// The number of updates, their batch size, and which updates are measured. Measured updates are
/// numbered as steps, from 0.
///
/// ```
/// use training::Plan;
///
/// let losses = Plan::updates(2000, 128); // every update is measured
/// assert_eq!((losses.iterations(), losses.step_at(7)), (2000, Some(7)));
///
/// let accuracies = Plan::epochs(20, 100, 1000); // of 1,000 images: ten updates an epoch
/// assert_eq!(accuracies.iterations(), 191); // the last epoch is measured at its first update
/// assert_eq!((accuracies.step_at(7), accuracies.step_at(190)), (None, Some(19)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    iterations: usize,
    batch_size: usize,
    per_step: usize,
}

impl Plan {
    /// `iterations` updates, all of them measured.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[track_caller]
    pub fn updates(iterations: usize, batch_size: usize) -> Self {
        assert!(batch_size > 0, "a mini-batch must have at least one sample");
        Self { iterations, batch_size, per_step: 1 }
    }

    /// Epochs over `samples` samples, each of max(1, ⌊samples / batch size⌋) updates.
    ///
    /// The first update of each epoch is measured, as in the book's programs. Training ends at the
    /// first update of the last epoch, because later updates would not be measured.
    ///
    /// # Panics
    /// If `batch_size` is 0.
    #[track_caller]
    pub fn epochs(epochs: usize, batch_size: usize, samples: usize) -> Self {
        let per_step = (samples / batch_size.max(1)).max(1);
        let iterations = epochs.checked_sub(1).map_or(0, |whole| whole * per_step + 1);
        Self { per_step, ..Self::updates(iterations, batch_size) }
    }

    /// The number of updates.
    pub fn iterations(&self) -> usize {
        self.iterations
    }

    /// The number of samples in a mini-batch.
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// The step of an update, counted from 0; `None` if the update is not measured.
    pub fn step_at(&self, iteration: usize) -> Option<usize> {
        iteration.is_multiple_of(self.per_step).then_some(iteration / self.per_step)
    }

    /// The last step; 0 if there are no updates.
    pub fn last_step(&self) -> usize {
        self.iterations.saturating_sub(1) / self.per_step
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_epoch_has_as_many_updates_as_batches_fit_and_at_least_one() {
        let updates = |batch_size| Plan::epochs(2, batch_size, 400).iterations() - 1;
        assert_eq!([100, 150, 400, 1000].map(updates), [4, 2, 1, 1]);
        assert_eq!(Plan::epochs(0, 100, 400).iterations(), 0);
        assert_eq!(Plan::epochs(1, 100, 400).last_step(), 0);
        assert_eq!(Plan::epochs(5, 100, 400).last_step(), 4);
    }

    #[test]
    #[should_panic(expected = "at least one sample")]
    fn an_empty_batch_is_refused() {
        let _ = Plan::epochs(2, 0, 400);
    }
}
