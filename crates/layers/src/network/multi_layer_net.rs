//! The book's fully connected networks.

use init::{Initializer, Purpose, Seed};
use kernels::Scalar;

use super::Sequential;
use crate::{Activation, Affine, BatchNorm, Dropout, DropoutScaling, LayerError};

/// Builds the book's `MultiLayerNet` and `MultiLayerNetExtend`: affine layers with an activation
/// between them, optionally batch normalisation before and dropout after each activation.
///
/// Each hidden layer is Affine → \[BatchNorm\] → activation → \[Dropout\]; a last Affine gives the
/// scores. As in the book, the loss is softmax cross entropy, and the defaults are ReLU, He, no
/// weight decay, no batch normalisation, no dropout.
///
/// Weight decay is part of the loss, as in the book; in PyTorch it belongs to the optimizer.
///
/// Source: the book, chapter 6 and its `common/multi_layer_net_extend.py`.
///
/// Affine layers are counted from 0. The weights of the i-th are drawn from the stream (seed,
/// [`Purpose::Weights`], i), and the dropout after it draws from (seed, [`Purpose::Dropout`], i),
/// so that adding batch normalisation, dropout or a layer at the end changes no draw of another
/// layer.
///
/// # Example
/// ```
/// use init::Seed;
/// use layers::MultiLayerNet;
///
/// let mut net = MultiLayerNet::new(784, &[100; 5], 10)
///     .initializer("0.01".parse().unwrap())
///     .batch_norm(true)
///     .build::<f32>(Seed::new(7))?;
/// let x = nalgebra::DMatrix::from_element(2, 784, 0.5);
/// assert_eq!(net.predict(&x).shape(), (2, 10));
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MultiLayerNet {
    inputs: usize,
    hidden: Vec<usize>,
    outputs: usize,
    activation: Activation,
    initializer: Initializer,
    weight_decay: f64,
    batch_norm: bool,
    dropout: Option<(f64, DropoutScaling)>,
}

impl MultiLayerNet {
    /// A network of `inputs` features, hidden layers of the given widths, and `outputs` scores.
    ///
    /// ```
    /// let net = layers::MultiLayerNet::new(2, &[3], 2).build::<f32>(init::Seed::new(1))?;
    /// assert_eq!(net.layers().len(), 3); // affine, ReLU, affine
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn new(inputs: usize, hidden: &[usize], outputs: usize) -> Self {
        Self {
            inputs,
            hidden: hidden.to_vec(),
            outputs,
            activation: Activation::Relu,
            initializer: Initializer::He,
            weight_decay: 0.0,
            batch_norm: false,
            dropout: None,
        }
    }

    /// Sets the activation between the layers; the default is ReLU.
    ///
    /// ```
    /// let net = layers::MultiLayerNet::new(2, &[3], 2).activation(layers::Activation::Tanh);
    /// let net = net.build::<f32>(init::Seed::new(1))?;
    /// assert_eq!(net.layers()[1].name(), "tanh");
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn activation(self, activation: Activation) -> Self {
        Self { activation, ..self }
    }

    /// Sets how weights are initialised (the book's `weight_init_std`); the default is He.
    ///
    /// ```
    /// let net = layers::MultiLayerNet::new(2, &[3], 2).initializer(init::Initializer::Zeros);
    /// let net = net.build::<f32>(init::Seed::new(1))?;
    /// assert_eq!(net.param("0.weight").unwrap().value.sum(), 0.0);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn initializer(self, initializer: Initializer) -> Self {
        Self { initializer, ..self }
    }

    /// Sets λ of the weight decay ½·λ·ΣW² (the book's `weight_decay_lambda`); the default is 0.
    ///
    /// ```
    /// let net = layers::MultiLayerNet::new(2, &[3], 2).weight_decay(-1.0);
    /// let error = net.build::<f32>(init::Seed::new(1)).unwrap_err();
    /// assert_eq!(error.to_string(), "weight decay must be at least 0 and finite, found -1");
    /// ```
    pub fn weight_decay(self, lambda: f64) -> Self {
        Self { weight_decay: lambda, ..self }
    }

    /// Sets whether there is batch normalisation before each activation (the book's
    /// `use_batchnorm`); the default is false.
    ///
    /// ```
    /// let net = layers::MultiLayerNet::new(2, &[3], 2).batch_norm(true);
    /// let net = net.build::<f32>(init::Seed::new(1))?;
    /// assert_eq!(net.layers()[1].name(), "batch_norm");
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn batch_norm(self, batch_norm: bool) -> Self {
        Self { batch_norm, ..self }
    }

    /// Adds dropout of the given ratio after each activation (the book's `use_dropout` and
    /// `dropout_ration`); by default there is none.
    ///
    /// ```
    /// let net = layers::MultiLayerNet::new(2, &[3], 2)
    ///     .dropout(0.2, layers::DropoutScaling::AtEvaluation)
    ///     .build::<f32>(init::Seed::new(1))?;
    /// assert_eq!(net.layers()[2].name(), "dropout");
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn dropout(self, ratio: f64, scaling: DropoutScaling) -> Self {
        Self { dropout: Some((ratio, scaling)), ..self }
    }

    /// Builds the network with newly drawn weights.
    ///
    /// # Errors
    /// [`LayerError::Hyperparameter`] if the weight decay is negative or not finite, or the
    /// dropout ratio is not in \[0, 1).
    ///
    /// ```
    /// use init::Seed;
    /// use layers::MultiLayerNet;
    ///
    /// let net = MultiLayerNet::new(2, &[3], 2);
    /// let (a, b) = (net.build::<f32>(Seed::new(1))?, net.build::<f32>(Seed::new(1))?);
    /// assert_eq!(a.param("0.weight").unwrap().value, b.param("0.weight").unwrap().value);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn build<T: Scalar>(&self, seed: Seed) -> Result<Sequential<T>, LayerError> {
        let affine = |index: usize, inputs, outputs| {
            let mut rng = seed.stream(Purpose::Weights, index as u64);
            Affine::new(inputs, outputs, self.initializer, &mut rng)
        };
        let mut net = Sequential::new(self.inputs).weight_decay(self.weight_decay)?;
        let mut inputs = self.inputs;
        for (index, &width) in self.hidden.iter().enumerate() {
            net = net.push(affine(index, inputs, width))?;
            if self.batch_norm {
                net = net.push(BatchNorm::new(width))?;
            }
            net = net.push_boxed(self.activation.layer())?;
            if let Some((ratio, scaling)) = self.dropout {
                let rng = seed.stream(Purpose::Dropout, index as u64);
                net = net.push(Dropout::new(ratio, scaling, rng)?)?;
            }
            inputs = width;
        }
        net.push(affine(self.hidden.len(), inputs, self.outputs))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(net: &Sequential<f32>) -> Vec<&str> {
        net.layers().iter().map(|layer| layer.name()).collect()
    }

    #[test]
    fn layers_are_in_the_books_order() {
        let net = MultiLayerNet::new(4, &[3, 3], 2)
            .activation(Activation::Sigmoid)
            .batch_norm(true)
            .dropout(0.2, DropoutScaling::AtEvaluation)
            .build(Seed::new(1))
            .unwrap();
        let hidden = ["affine", "batch_norm", "sigmoid", "dropout"];
        assert_eq!(names(&net), [&hidden[..], &hidden[..], &["affine"]].concat());
    }

    #[test]
    fn batch_norm_and_further_layers_change_no_other_weights() {
        let weight = |net: MultiLayerNet, name: &str| {
            net.build::<f64>(Seed::new(3)).unwrap().param(name).unwrap().value.clone()
        };
        let plain = MultiLayerNet::new(4, &[3, 3], 2);
        let more = MultiLayerNet::new(4, &[3, 3, 3], 2).batch_norm(true);
        assert_eq!(weight(plain.clone(), "0.weight"), weight(more.clone(), "0.weight"));
        assert_eq!(weight(plain, "2.weight"), weight(more, "3.weight"));
    }

    #[test]
    fn hyperparameters_out_of_range_are_refused() {
        let net = MultiLayerNet::new(4, &[3], 2);
        for wrong in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(net.clone().weight_decay(wrong).build::<f32>(Seed::new(1)).is_err());
            let dropout = net.clone().dropout(wrong, DropoutScaling::default());
            assert!(dropout.build::<f32>(Seed::new(1)).is_err());
        }
    }
}
