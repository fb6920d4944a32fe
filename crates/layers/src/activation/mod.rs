//! Activation functions, one file each; [`Elementwise`] makes a layer of any of them.

mod elementwise;
mod elu;
mod gelu;
mod leaky_relu;
mod relu;
mod sigmoid;
mod silu;
mod tanh;

use std::fmt;
use std::str::FromStr;

use kernels::Scalar;
use thiserror::Error;

use crate::Layer;

pub use elementwise::{Elementwise, Function};
pub use elu::Elu;
pub use gelu::Gelu;
pub use leaky_relu::LeakyRelu;
pub use relu::Relu;
pub use sigmoid::Sigmoid;
pub use silu::Silu;
pub use tanh::Tanh;

/// An activation by name, for network builders and command lines. The default is ReLU.
///
/// Parsing ignores case and surrounding spaces.
///
/// # Example
/// ```
/// use layers::Activation;
///
/// assert_eq!("relu".parse(), Ok(Activation::Relu));
/// assert_eq!(Activation::LeakyRelu.to_string(), "leaky-relu");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Activation {
    /// [`Relu`].
    #[default]
    Relu,
    /// [`Sigmoid`].
    Sigmoid,
    /// [`Tanh`].
    Tanh,
    /// [`LeakyRelu`] with its default slope.
    LeakyRelu,
    /// [`Elu`] with its default α.
    Elu,
    /// [`Gelu`].
    Gelu,
    /// [`Silu`].
    Silu,
}

impl Activation {
    /// All activations, in the order of the variants.
    ///
    /// ```
    /// let names: Vec<_> = layers::Activation::ALL.map(|a| a.to_string()).into();
    /// assert_eq!(names.join(" "), "relu sigmoid tanh leaky-relu elu gelu silu");
    /// ```
    pub const ALL: [Self; 7] =
        [Self::Relu, Self::Sigmoid, Self::Tanh, Self::LeakyRelu, Self::Elu, Self::Gelu, Self::Silu];

    /// The layer that applies this activation.
    ///
    /// ```
    /// let layer = layers::Activation::Tanh.layer::<f32>();
    /// assert_eq!(layer.name(), "tanh");
    /// ```
    pub fn layer<T: Scalar>(self) -> Box<dyn Layer<T>> {
        match self {
            Self::Relu => Box::new(Elementwise(Relu)),
            Self::Sigmoid => Box::new(Elementwise(Sigmoid)),
            Self::Tanh => Box::new(Elementwise(Tanh)),
            Self::LeakyRelu => Box::new(Elementwise(LeakyRelu::default())),
            Self::Elu => Box::new(Elementwise(Elu::default())),
            Self::Gelu => Box::new(Elementwise(Gelu)),
            Self::Silu => Box::new(Elementwise(Silu)),
        }
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.layer::<f32>().name())
    }
}

/// No activation has the given name.
///
/// ```
/// let error = "swish".parse::<layers::Activation>().unwrap_err();
/// assert!(error.to_string().starts_with("no activation is called \"swish\": give relu, "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no activation is called {0:?}: give relu, sigmoid, tanh, leaky-relu, elu, gelu or silu")]
pub struct ActivationError(String);

impl FromStr for Activation {
    type Err = ActivationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let name = text.trim().to_ascii_lowercase();
        let found = Self::ALL.into_iter().find(|activation| activation.to_string() == name);
        found.ok_or_else(|| ActivationError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip_and_a_mistake_lists_them_all() {
        for activation in Activation::ALL {
            assert_eq!(activation.to_string().parse(), Ok(activation));
            let message = "swish".parse::<Activation>().unwrap_err().to_string();
            assert!(message.contains(&activation.to_string()), "{message}");
        }
    }
}
