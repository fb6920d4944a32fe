//! The measurements of one network.

use std::collections::BTreeMap;

use layers::Sequential;
use tensor_ops::Sparse;
use training::Real;

use super::{Bins, Metric};

/// The numbers measured of one network, in order, and what files for other programs need of it.
///
/// ```
/// use experiments::findings::{Measurements, Metric};
///
/// let mut measured = Measurements::default();
/// measured.push(0, Metric::TRAIN_LOSS, 2.3);
/// assert_eq!(measured.numbers(), [(0, Metric::TRAIN_LOSS, 2.3)]);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Measurements {
    numbers: Vec<(usize, Metric, f64)>,
    /// Step, name and histogram.
    pub(crate) histograms: Vec<(usize, String, Bins)>,
    /// The bytes of the network's checkpoint.
    pub(crate) model: Option<Vec<u8>>,
}

impl Measurements {
    /// Every number: step, metric, value.
    pub fn numbers(&self) -> &[(usize, Metric, f64)] {
        &self.numbers
    }

    /// Adds a number; a step is an iteration, an epoch or a layer, counted from 0.
    pub fn push(&mut self, step: usize, metric: Metric, value: f64) {
        self.numbers.push((step, metric, value));
    }

    /// Records that the network has diverged at this iteration, unless it has before.
    pub fn diverged(&mut self, iteration: usize) {
        if self.numbers.iter().all(|(_, metric, _)| *metric != Metric::DIVERGED) {
            self.push(iteration, Metric::DIVERGED, 1.0);
        }
    }

    /// Numbers and histograms as a text, from which they come back bit for bit.
    pub(crate) fn to_text(&self) -> String {
        // JSON has no NaN and no infinity, so values are texts.
        let number = |&(step, metric, value): &(usize, Metric, f64)| {
            (step, metric.name().to_owned(), metric.is_lower_better(), value.to_string())
        };
        let numbers: Vec<_> = self.numbers.iter().map(number).collect();
        serde_json::to_string(&(numbers, &self.histograms)).expect("numbers and texts can be JSON")
    }

    /// What [`to_text`](Self::to_text) wrote.
    pub(crate) fn from_text(text: &str) -> anyhow::Result<Self> {
        type Number = (usize, String, bool, String);
        let (numbers, histograms): (Vec<Number>, Vec<(usize, String, Bins)>) =
            serde_json::from_str(text)?;
        let mut metrics = BTreeMap::new();
        let number = |(step, name, lower, value): Number| -> anyhow::Result<_> {
            let metric = *metrics.entry(name).or_insert_with_key(|name| Metric::named(name, lower));
            Ok((step, metric, value.parse()?))
        };
        let numbers = numbers.into_iter().map(number).collect::<Result<_, _>>()?;
        Ok(Self { numbers, histograms, model: None })
    }

    /// Keeps a checkpoint of the network as it is now.
    pub fn keep_model<T: Real>(&mut self, network: &Sequential<T>) {
        self.model = Some(network.to_safetensors());
    }

    /// Adds the histogram of some values, if one of them is finite.
    pub fn histogram<T: Real>(&mut self, step: usize, name: String, values: &[T]) {
        self.histograms.extend(Bins::of(values).map(|bins| (step, name, bins)));
    }

    /// Adds the histograms of every parameter and of every layer's output for the input `x`. An
    /// affine layer before ReLU has none: it applies the ReLU itself.
    pub fn watch<T: Real>(&mut self, step: usize, network: &mut Sequential<T>, x: &Sparse<T>) {
        network.predict(x);
        for param in network.params() {
            let name = format!("parameters/{}", param.name);
            self.histogram(step, name, param.value.as_slice());
        }
        for (i, (layer, output)) in network.layers().iter().zip(network.activations()).enumerate() {
            self.histogram(step, format!("activations/{i}.{}", layer.name()), output.as_slice());
        }
    }
}

impl FromIterator<(usize, Metric, f64)> for Measurements {
    fn from_iter<I: IntoIterator<Item = (usize, Metric, f64)>>(numbers: I) -> Self {
        Self { numbers: numbers.into_iter().collect(), ..Self::default() }
    }
}
