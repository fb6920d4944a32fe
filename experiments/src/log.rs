//! What one network leaves.

use layers::Sequential;
use tensor_ops::Sparse;

use crate::export::Histogram;
use training::Real;

/// What one network measured, (step, metric, value) in order, and what of it the doors to other
/// programs want.
#[derive(Clone, Debug, Default)]
pub struct Log {
    pub(crate) measured: Vec<(usize, &'static str, f64)>,
    /// Step, name, and how the numbers are spread.
    pub(crate) histograms: Vec<(usize, String, Histogram)>,
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

    /// Takes the histogram of some numbers; none if no number is finite.
    pub fn spread<T: Real>(&mut self, step: usize, name: String, values: &[T]) {
        self.histograms.extend(Histogram::of(values).map(|histogram| (step, name, histogram)));
    }

    /// Takes the histograms of every parameter and, in evaluation of `x`, of every layer's output.
    pub fn watch<T: Real>(&mut self, step: usize, network: &mut Sequential<T>, x: &Sparse<T>) {
        network.predict(x);
        for (i, layer) in network.layers().iter().enumerate() {
            for param in layer.params() {
                self.spread(step, format!("parameters/{i}.{}", param.name), param.value.as_slice());
            }
        }
        for (i, (layer, output)) in network.layers().iter().zip(network.activations()).enumerate() {
            self.spread(step, format!("activations/{i}.{}", layer.name()), output.as_slice());
        }
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
