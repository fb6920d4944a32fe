//! What the page can ask for.

use std::mem::take;

use init::{Purpose, Seed};
use rand::RngExt;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::activations::{self, ActivationCase};
use crate::data::{self, Digits};
use crate::network::{NetworkSettings, Training};
use crate::ravine::{self, Walk};
use crate::symmetry;

/// The data and the networks of one worker.
#[derive(Debug, Default)]
pub struct Session {
    data: Option<Digits>,
    networks: Vec<Option<Training>>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Request {
    /// The path of an optimizer in the ravine of 6.1.
    Ravine(Walk),
    /// The activations of five layers in 6.2.
    Activations(ActivationCase),
    /// Takes the built-in digits as data.
    Synthetic { train: usize, test: usize },
    /// Takes data from the file: pixels, then labels, of the training and then of the test images.
    Images { pixels: usize, train: usize, test: usize },
    /// Reads the file as IDX, says what it is and which bytes of which images it has.
    Idx { first: usize },
    /// The first training images and their labels.
    Look { images: usize },
    /// Begins to train network `network`.
    Train { network: usize, settings: NetworkSettings },
    /// Forgets all networks.
    Clear,
    /// Trains network `network` further.
    Advance { network: usize, updates: usize, loss_after: bool },
    /// The shares of training, test and validation images that it classifies rightly.
    Accuracy { network: usize },
    /// Changes regularisation while it trains.
    Change { network: usize, weight_decay: f64, dropout: f64 },
    /// Which of its units are copies of each other.
    Units { network: usize },
    /// The point of trial `number` of a random search.
    Suggest { seed: u64, number: u64, lr: (f64, f64), weight_decay: (f64, f64) },
}

impl Session {
    /// Answers a request in JSON with `{"ok": …}` or `{"error": "…"}`, in JSON too.
    ///
    /// ```
    /// let request = r#"{"do": "ravine", "optimizer": "sgd", "lr": 0.95, "start": [-7, 2],
    ///     "points": 2}"#;
    /// let answer = browser::Session::default().answer(request.as_bytes(), &mut Vec::new());
    /// assert_eq!(answer, br#"{"ok":[[-7.0,2.0],[-6.335,-1.7999999999999998]]}"#);
    /// ```
    pub fn answer(&mut self, request: &[u8], file: &mut Vec<u8>) -> Vec<u8> {
        let request = serde_json::from_slice(request).map_err(|error| error.to_string());
        let answer = match request.and_then(|request| self.handle(request, file)) {
            Ok(value) => json!({ "ok": value }),
            Err(error) => json!({ "error": error }),
        };
        answer.to_string().into_bytes()
    }

    fn handle(&mut self, request: Request, file: &mut Vec<u8>) -> Result<Value, String> {
        match request {
            Request::Ravine(walk) => Ok(json!(ravine::path(&walk)?)),
            Request::Activations(case) => Ok(json!(activations::of_layers(&case)?)),
            Request::Synthetic { train, test } => {
                self.data = Some(Digits::synthetic(train, test));
                Ok(Value::Null)
            }
            Request::Images { pixels, train, test } => {
                self.data = Some(Digits::of_bytes(&take(file), pixels, train, test)?);
                Ok(Value::Null)
            }
            Request::Idx { first } => Ok(json!(data::identify(file, first)?)),
            Request::Look { images } => Ok(json!(self.data()?.look(images))),
            Request::Train { network, settings } => {
                let training = Training::new(self.data()?, settings)?;
                self.networks.resize_with(self.networks.len().max(network + 1), || None);
                self.networks[network] = Some(training);
                Ok(Value::Null)
            }
            Request::Clear => {
                self.networks.clear();
                Ok(Value::Null)
            }
            Request::Advance { network, updates, loss_after } => {
                Ok(json!(self.network(network)?.advance(updates, loss_after)))
            }
            Request::Accuracy { network } => Ok(json!(self.network(network)?.accuracies())),
            Request::Change { network, weight_decay, dropout } => {
                self.network(network)?.change(weight_decay, dropout)?;
                Ok(Value::Null)
            }
            Request::Units { network } => Ok(json!(symmetry::units(self.network(network)?))),
            Request::Suggest { seed, number, lr, weight_decay } => {
                let mut rng = Seed::new(seed).stream(Purpose::Search, number);
                // The notebook draws the weight decay first.
                let weight_decay = power_of_ten(&mut rng, weight_decay);
                Ok(json!([power_of_ten(&mut rng, lr), weight_decay]))
            }
        }
    }

    fn data(&self) -> Result<&Digits, String> {
        self.data.as_ref().ok_or_else(|| "no data yet: ask for synthetic or images".to_owned())
    }

    fn network(&mut self, index: usize) -> Result<&mut Training, String> {
        let network = self.networks.get_mut(index).and_then(Option::as_mut);
        network.ok_or_else(|| format!("no network {index}: ask for train"))
    }
}

/// A number whose logarithm is uniform, as crate `search` draws it.
fn power_of_ten(rng: &mut impl rand::Rng, (low, high): (f64, f64)) -> f64 {
    let u = rng.random_range(0.0..1.0);
    let [low_log, high_log] = [low, high].map(libm::log10);
    libm::pow(10.0, u * (high_log - low_log) + low_log).clamp(low, high)
}
