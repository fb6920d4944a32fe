//! The quantities that are measured.

use serde::{Serialize, Serializer};

/// A measured quantity, by its name in `metrics.csv`.
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
    /// The share of the test images that are classified rightly.
    pub const TEST_ACCURACY: Self = Self::new("test_accuracy");
    /// The share of a search's validation images that are classified rightly.
    pub const VALIDATION_ACCURACY: Self = Self::new("validation_accuracy");
    /// Marks that a network has diverged. The step is the first iteration, counted from 0, whose
    /// loss is NaN or infinite.
    pub const DIVERGED: Self = Self::new("diverged");

    /// A quantity of which higher values are better, or neither.
    pub const fn new(name: &'static str) -> Self {
        Self { name, lower_is_better: false }
    }

    /// A quantity of which lower values are better.
    pub const fn lower(name: &'static str) -> Self {
        Self { name, lower_is_better: true }
    }

    /// The quantity that a file names.
    pub(super) fn named(name: &str, lower_is_better: bool) -> Self {
        // Leaked once for each of the few names that a file has.
        Self { name: name.to_owned().leak(), lower_is_better }
    }

    /// Whether lower values are better.
    pub(super) const fn is_lower_better(self) -> bool {
        self.lower_is_better
    }

    /// The name in files.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// The name for readers, in English.
    ///
    /// ```
    /// use experiments::findings::Metric;
    ///
    /// assert_eq!(Metric::TRAIN_ACCURACY.title(), "training accuracy");
    /// ```
    pub fn title(self) -> String {
        self.name.replace("train_", "training ").replace('_', " ")
    }

    /// The best of these values; NaN only if there is no number.
    pub fn best(self, values: impl IntoIterator<Item = f64>) -> f64 {
        let pick = if self.lower_is_better { f64::min } else { f64::max };
        values.into_iter().reduce(pick).unwrap_or(f64::NAN)
    }
}

impl Serialize for Metric {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}
