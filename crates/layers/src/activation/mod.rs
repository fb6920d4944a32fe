//! Activation functions: one small file each, one layer for all.

mod elu;
mod gelu;
mod leaky_relu;
mod relu;
mod sigmoid;
mod silu;
mod tanh;

use std::fmt::{self, Debug};
use std::str::FromStr;

use nalgebra::DMatrix;
use tensor_ops::{Scalar, with_wide_registers};
use thiserror::Error;

use crate::layer::assert_same_shape;
use crate::{Layer, LayerError, Mode};

pub use elu::Elu;
pub use gelu::Gelu;
pub use leaky_relu::LeakyRelu;
pub use relu::Relu;
pub use sigmoid::Sigmoid;
pub use silu::Silu;
pub use tanh::Tanh;

/// A function of one number, applied to every element by [`Elementwise`].
///
/// # Example
/// A function of one's own:
/// ```
/// use layers::{Elementwise, Sequential, activation::Function};
/// use nalgebra::dmatrix;
/// use tensor_ops::Scalar;
///
/// #[derive(Clone, Debug)]
/// struct Square;
///
/// impl Function for Square {
///     const NAME: &'static str = "square";
///     fn value<T: Scalar>(&self, x: T) -> T {
///         x * x
///     }
///     fn slope<T: Scalar>(&self, x: T, _: T) -> T {
///         x + x
///     }
/// }
///
/// let mut net = Sequential::new(2).push(Elementwise(Square))?;
/// assert_eq!(net.predict(&dmatrix![3.0_f64, -1.0]), &dmatrix![9.0, 1.0]);
/// # Ok::<(), layers::LayerError>(())
/// ```
pub trait Function: Clone + Debug + Send + Sync + 'static {
    /// The name on a command line, in lower case.
    const NAME: &'static str;
    /// Whether f is [`Relu`], which a layer before it can compute in its own pass.
    const IS_RELU: bool = false;
    /// y = f(x).
    ///
    /// ```
    /// use layers::activation::{Function, Relu};
    ///
    /// assert_eq!(Relu.value(-2.0_f32), 0.0);
    /// ```
    fn value<T: Scalar>(&self, x: T) -> T;
    /// dy/dx at x, where y = f(x) is known already.
    ///
    /// ```
    /// use layers::activation::{Function, Relu};
    ///
    /// assert_eq!(Relu.slope(3.0_f32, 3.0), 1.0);
    /// ```
    fn slope<T: Scalar>(&self, x: T, y: T) -> T;
}

/// The layer that applies a [`Function`] to every element: y = f(x), dx = dy·f′(x).
///
/// x and y have one shape, (batch, features) of any size; there are no parameters.
///
/// # Example
/// ```
/// use layers::{Elementwise, Sequential, activation::Relu};
/// use nalgebra::dmatrix;
///
/// let mut net = Sequential::new(2).push(Elementwise(Relu))?;
/// assert_eq!(net.predict(&dmatrix![1.0_f64, -1.0]), &dmatrix![1.0, 0.0]);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Elementwise<F>(pub F);

impl<T: Scalar, F: Function> Layer<T> for Elementwise<F> {
    fn name(&self) -> &'static str {
        F::NAME
    }

    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        Ok(inputs)
    }

    fn is_relu(&self) -> bool {
        F::IS_RELU
    }

    fn forward(&mut self, x: &DMatrix<T>, y: &mut DMatrix<T>, _: Mode) {
        assert_same_shape(F::NAME, x, y);
        let pairs = y.as_mut_slice().iter_mut().zip(x.as_slice());
        with_wide_registers(|| pairs.for_each(|(y, &x)| *y = self.0.value(x)));
    }

    fn backward(
        &mut self,
        x: &DMatrix<T>,
        y: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    ) {
        let Some(dx) = dx else { return };
        assert_same_shape(F::NAME, dy, dx);
        assert_same_shape(F::NAME, x, dy);
        let (x, y) = (x.as_slice(), y.as_slice());
        let values = dx.as_mut_slice().iter_mut().zip(dy.as_slice()).zip(x).zip(y);
        with_wide_registers(|| {
            values.for_each(|(((dx, &dy), &x), &y)| *dx = dy * self.0.slope(x, y));
        });
    }

    fn boxed_clone(&self) -> Box<dyn Layer<T>> {
        Box::new(self.clone())
    }
}

/// An activation by name, for a network's builder and a command line. ReLU by default.
///
/// Names are read in either case and without the space around them.
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
    /// Every activation, in the order of the documentation.
    ///
    /// ```
    /// let names: Vec<_> = layers::Activation::ALL.map(|a| a.to_string()).into();
    /// assert_eq!(names.join(" "), "relu sigmoid tanh leaky-relu elu gelu silu");
    /// ```
    pub const ALL: [Self; 7] =
        [Self::Relu, Self::Sigmoid, Self::Tanh, Self::LeakyRelu, Self::Elu, Self::Gelu, Self::Silu];

    /// The layer that applies it.
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
        f.write_str(match self {
            Self::Relu => Relu::NAME,
            Self::Sigmoid => Sigmoid::NAME,
            Self::Tanh => Tanh::NAME,
            Self::LeakyRelu => LeakyRelu::NAME,
            Self::Elu => Elu::NAME,
            Self::Gelu => Gelu::NAME,
            Self::Silu => Silu::NAME,
        })
    }
}

/// A name that is no activation.
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
        Self::ALL
            .into_iter()
            .find(|activation| activation.to_string() == name)
            .ok_or_else(|| ActivationError(text.to_owned()))
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
