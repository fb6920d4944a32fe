//! Which quantities are measured.

/// A quantity that is measured, by the name that `metrics.csv` has for it.
///
/// ```
/// use experiments::findings::Metric;
///
/// assert_eq!(Metric::TRAIN_LOSS.best([0.5, f64::NAN, 0.2]), 0.2);
/// assert_eq!(Metric::TEST_ACCURACY.best([0.5, 0.9]), 0.9);
/// assert_eq!(Metric::new("units").name(), "units");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Metric {
    name: &'static str,
    lower_is_better: bool,
}

impl Metric {
    /// The loss of a mini-batch.
    pub const TRAIN_LOSS: Self = Self::lower("train_loss");
    /// The share of the training images that are classified rightly.
    pub const TRAIN_ACCURACY: Self = Self::new("train_accuracy");
    /// The share of the test images.
    pub const TEST_ACCURACY: Self = Self::new("test_accuracy");
    /// The share of the images that a search validates with.
    pub const VALIDATION_ACCURACY: Self = Self::new("validation_accuracy");
    /// That a network has diverged: at the step that is the first iteration, counted from 0, whose loss is NaN or
    /// infinite. A mark, not a measurement.
    pub const DIVERGED: Self = Self::new("diverged");

    /// A quantity that is the better the higher it is, or neither.
    pub const fn new(name: &'static str) -> Self {
        Self { name, lower_is_better: false }
    }

    /// A quantity that is the better the lower it is.
    pub const fn lower(name: &'static str) -> Self {
        Self { name, lower_is_better: true }
    }

    /// The name in files.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The best of these values; NaN never is, unless there is nothing else.
    pub fn best(self, values: impl IntoIterator<Item = f64>) -> f64 {
        let pick = if self.lower_is_better { f64::min } else { f64::max };
        values.into_iter().reduce(pick).unwrap_or(f64::NAN)
    }
}
