//! What one network leaves.

use layers::Sequential;

use crate::Real;

/// What one network measured, (step, metric, value) in order, and what of it the doors to other
/// programs want.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub(crate) measured: Vec<(usize, &'static str, f64)>,
    /// The bytes of its checkpoint.
    pub(crate) model: Option<Vec<u8>>,
}

impl Log {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a number.
    pub fn push(&mut self, measured: (usize, &'static str, f64)) {
        self.measured.push(measured);
    }

    /// Keeps the network as it is now, to be saved beside the numbers.
    pub fn keep_model<T: Real>(&mut self, network: &Sequential<T>) {
        self.model = Some(network.to_safetensors());
    }
}

impl Extend<(usize, &'static str, f64)> for Log {
    fn extend<I: IntoIterator<Item = (usize, &'static str, f64)>>(&mut self, numbers: I) {
        self.measured.extend(numbers);
    }
}

impl FromIterator<(usize, &'static str, f64)> for Log {
    fn from_iter<I: IntoIterator<Item = (usize, &'static str, f64)>>(numbers: I) -> Self {
        Self { measured: numbers.into_iter().collect(), ..Self::default() }
    }
}
