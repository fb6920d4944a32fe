//! Networks as lists of layers in words, which files keep, and networks made of such lists.

use std::collections::BTreeMap;
use std::str::FromStr;

use init::{Purpose, Seed};
use kernels::Scalar;
use tensor_ops::{ImageShape, Window};
use thiserror::Error;

use super::Sequential;
use crate::activation::{Elu, LeakyRelu};
use crate::{
    Activation, Affine, AveragePooling, BatchNorm, Convolution, Dropout, DropoutScaling,
    Elementwise, Layer, LayerError, MaxPooling, Param, Role,
};

/// Why a list of layers in words is no network.
#[derive(Debug, Error)]
pub(super) enum DescriptionError {
    #[error("no layer of this crate is called {0:?}")]
    Unknown(String),
    #[error("the layer {layer:?} has no {setting}")]
    Setting { layer: String, setting: &'static str },
    #[error(transparent)]
    Layer(#[from] LayerError),
}

/// The shapes of the tensors in a file, by name.
pub(super) type Shapes = BTreeMap<String, Vec<usize>>;

impl<T: Scalar> Sequential<T> {
    /// The description of each layer: `affine, batch_norm eps=0.000001 momentum=0.9, relu, affine`.
    pub(super) fn layer_list(&self) -> String {
        let layers: Vec<String> = self.layers.iter().map(|layer| layer.description()).collect();
        layers.join(", ")
    }

    /// A network of the described layers; its parameters are zero. `prefix` is what the names of
    /// its tensors begin with.
    pub(super) fn described(
        inputs: usize,
        list: &str,
        prefix: &str,
        shapes: &Shapes,
    ) -> Result<Self, DescriptionError> {
        let mut net = Self::new(inputs);
        for (place, text) in split(list).into_iter().enumerate() {
            let inputs = net.links.last().map_or(inputs, |link| link.width);
            let layer = layer(inputs, text, &format!("{prefix}{place}."), shapes)?;
            net = net.push_boxed(layer)?;
        }
        Ok(net)
    }
}

/// The parts between commas that stand outside of brackets.
fn split(list: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, letter) in list.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// One layer.
fn layer<T: Scalar>(
    inputs: usize,
    text: &str,
    prefix: &str,
    shapes: &Shapes,
) -> Result<Box<dyn Layer<T>>, DescriptionError> {
    if let Some(list) = text.strip_prefix("sequential(").and_then(|rest| rest.strip_suffix(')')) {
        return Ok(Box::new(Sequential::described(inputs, list, prefix, shapes)?));
    }
    let settings = Settings(text);
    let name = text.split(' ').next().unwrap_or_default();
    let outputs = || {
        let shape = shapes.get(&format!("{prefix}weight"));
        shape.and_then(|shape| shape.first().copied()).ok_or_else(|| settings.lack("weight"))
    };
    Ok(match name {
        "affine" => {
            let weight = Param::zeros("weight", Role::Weight, inputs, outputs()?);
            Box::new(Affine::from_weight(weight))
        }
        "convolution" => {
            let (image, window) = settings.image_and_window()?;
            Box::new(Convolution::filled(image, outputs()?, window, |_, _| {})?)
        }
        "max_pooling" => {
            let (image, window) = settings.image_and_window()?;
            Box::new(MaxPooling::new(image, window)?)
        }
        "average_pooling" => {
            let (image, window) = settings.image_and_window()?;
            Box::new(AveragePooling::new(image, window)?)
        }
        "batch_norm" => {
            let positions = settings.get("positions").unwrap_or(1).max(1);
            let norm = BatchNorm::with_positions(inputs / positions, positions);
            Box::new(norm.eps(settings.get("eps")?)?.momentum(settings.get("momentum")?)?)
        }
        "dropout" => {
            let scaling = match settings.get::<f64>("scale")? {
                1.0 => DropoutScaling::AtTraining,
                _ => DropoutScaling::AtEvaluation,
            };
            // The file has the generator's state.
            let rng = Seed::new(0).stream(Purpose::Dropout, 0);
            Box::new(Dropout::new(settings.get("ratio")?, scaling, rng)?)
        }
        "leaky-relu" => Box::new(Elementwise(LeakyRelu { slope: settings.get("slope")? })),
        "elu" => Box::new(Elementwise(Elu { alpha: settings.get("alpha")? })),
        name => match name.parse::<Activation>() {
            Ok(activation) => activation.layer(),
            Err(_) => return Err(DescriptionError::Unknown(name.to_owned())),
        },
    })
}

/// The `name=value` words of a description.
#[derive(Clone, Copy)]
struct Settings<'a>(&'a str);

impl Settings<'_> {
    fn lack(self, setting: &'static str) -> DescriptionError {
        DescriptionError::Setting { layer: self.0.to_owned(), setting }
    }

    fn get<V: FromStr>(self, setting: &'static str) -> Result<V, DescriptionError> {
        let value = |word: &str| word.strip_prefix(setting)?.strip_prefix('=')?.parse().ok();
        self.0.split(' ').find_map(value).ok_or_else(|| self.lack(setting))
    }

    fn image_and_window(self) -> Result<(ImageShape, Window), DescriptionError> {
        let (channels, height) = (self.get("channels")?, self.get("height")?);
        let image = ImageShape { channels, height, width: self.get("width")? };
        let window = Window::new(self.get("window_height")?, self.get("window_width")?)
            .stride(self.get("stride")?)
            .pad(self.get("pad")?);
        Ok((image, if self.get("floor")? { window.floor() } else { window }))
    }
}
