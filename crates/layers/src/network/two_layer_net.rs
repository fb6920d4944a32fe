//! The book's two-layer network.

use init::{Initializer, Seed};
use kernels::Scalar;

use super::{MultiLayerNet, Sequential};
use crate::{Activation, LayerError};

/// Builds the book's `TwoLayerNet`: Affine → sigmoid → Affine, initial weights from N(0, 0.01²),
/// softmax cross entropy.
///
/// The book's `predict` ends in a softmax. Here the softmax is part of the loss, and
/// [`predict`](Sequential::predict) gives the scores before it.
///
/// Source: the book, section 4.5.
///
/// # Example
/// ```
/// let net = layers::TwoLayerNet::new(784, 50, 10).build::<f32>(init::Seed::new(1))?;
/// let shapes: Vec<_> = net.params().iter().map(|param| param.value.shape()).collect();
/// assert_eq!(shapes, [(784, 50), (1, 50), (50, 10), (1, 10)]);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TwoLayerNet(MultiLayerNet);

impl TwoLayerNet {
    /// A network of `inputs` features, one hidden layer of `hidden` units and `outputs` scores.
    ///
    /// ```
    /// let net = layers::TwoLayerNet::new(4, 3, 2).build::<f64>(init::Seed::new(1))?;
    /// assert_eq!(net.layers()[1].name(), "sigmoid");
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn new(inputs: usize, hidden: usize, outputs: usize) -> Self {
        let net = MultiLayerNet::new(inputs, &[hidden], outputs).activation(Activation::Sigmoid);
        Self(net.initializer(Initializer::Normal { std: 0.01 }))
    }

    /// Sets the standard deviation of the initial weights; the default is 0.01.
    ///
    /// ```
    /// let net = layers::TwoLayerNet::new(4, 3, 2).weight_init_std(0.0);
    /// let net = net.build::<f64>(init::Seed::new(1))?;
    /// assert_eq!(net.param("0.weight").unwrap().value.amax(), 0.0);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn weight_init_std(self, std: f64) -> Self {
        Self(self.0.initializer(Initializer::Normal { std }))
    }

    /// Builds the network with newly drawn weights.
    ///
    /// # Errors
    /// As [`MultiLayerNet::build`]; these settings cause none.
    ///
    /// ```
    /// let mut net = layers::TwoLayerNet::new(4, 3, 2).build::<f64>(init::Seed::new(1))?;
    /// assert_eq!(net.predict(&nalgebra::DMatrix::zeros(5, 4)).shape(), (5, 2));
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn build<T: Scalar>(&self, seed: Seed) -> Result<Sequential<T>, LayerError> {
        self.0.build(seed)
    }
}
