//! The notebook's first network.

use init::{Initializer, Seed};
use tensor_ops::Scalar;

use super::{MultiLayerNet, Sequential};
use crate::{Activation, LayerError};

/// The notebook's `TwoLayerNet`: Affine → sigmoid → Affine, weights N(0, 0.01²), softmax cross
/// entropy.
///
/// The notebook's `predict` ends in a softmax; here the loss does, and
/// [`predict`](Sequential::predict) gives the scores before it.
///
/// # Example
/// ```
/// let net = layers::TwoLayerNet::new(784, 50, 10).build::<f32>(init::Seed::new(1))?;
/// let shapes: Vec<_> = net.params().map(|param| param.value.shape()).collect();
/// assert_eq!(shapes, [(784, 50), (1, 50), (50, 10), (1, 10)]);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct TwoLayerNet(MultiLayerNet);

impl TwoLayerNet {
    /// A network of `inputs` features, one hidden layer and `outputs` scores.
    pub fn new(inputs: usize, hidden: usize, outputs: usize) -> Self {
        let net = MultiLayerNet::new(inputs, &[hidden], outputs).activation(Activation::Sigmoid);
        Self(net.initializer(Initializer::Normal { std: 0.01 }))
    }

    /// Sets the standard deviation of the first weights; the default is 0.01.
    pub fn weight_init_std(self, std: f64) -> Self {
        Self(self.0.initializer(Initializer::Normal { std }))
    }

    /// The network, with fresh weights from the seed's streams.
    ///
    /// # Errors
    /// As [`MultiLayerNet::build`]; with these settings there is none.
    pub fn build<T: Scalar>(&self, seed: Seed) -> Result<Sequential<T>, LayerError> {
        self.0.build(seed)
    }
}
