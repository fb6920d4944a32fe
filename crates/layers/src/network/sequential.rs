//! A sequence of layers with a loss at the end.

use kernels::{Scalar, sum_slice};
use nalgebra::DMatrix;
use tensor_ops::reshape;

use crate::{Input, Layer, LayerError, Loss, Mode, Param};

/// A network: a sequence of layers, a loss, and optionally weight decay.
///
/// The network owns every activation and gradient. Its buffers grow in the first step and are
/// reused after it (`tests/it/allocation.rs` counts allocations). Parameters have the names of
/// PyTorch's `nn.Sequential`, `<layer>.<name>`, with layers counted from 0: `0.weight`, `0.bias`, …
/// [`MultiLayerNet`](crate::MultiLayerNet) builds the book's networks.
///
/// The total loss is the loss of the batch plus the weight decay ½·λ·ΣW² over the parameters whose
/// role is [`Role::Weight`](crate::Role::Weight); their gradients get λ·W added.
///
/// # Example
/// Your own network, trained for one step:
/// ```
/// use init::{Initializer, Purpose, Seed};
/// use layers::{Affine, Elementwise, Loss, Mode, Sequential, activation::Tanh};
/// use nalgebra::dmatrix;
///
/// let seed = Seed::new(1);
/// let affine = |layer, n_in, n_out| {
///     let mut rng = seed.stream(Purpose::Weights, layer);
///     Affine::<f64>::new(n_in, n_out, Initializer::Xavier, &mut rng)
/// };
/// let mut net = Sequential::new(2)
///     .push(affine(0, 2, 8))?
///     .push(Elementwise(Tanh))?
///     .push(affine(2, 8, 1))?
///     .loss_function(Loss::MeanSquaredError);
///
/// let (x, t) = (dmatrix![0.0, 1.0; 1.0, 1.0], dmatrix![1.0; 0.0]);
/// let before = net.gradient(&x, &t);
/// for param in net.params_mut() {
///     param.value -= &param.grad * 0.1;
/// }
/// assert!(net.loss(&x, &t, Mode::Eval) < before);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Debug)]
pub struct Sequential<T: Scalar> {
    inputs: usize,
    pub(super) layers: Vec<Box<dyn Layer<T>>>,
    /// The number of output features of each layer.
    widths: Vec<usize>,
    pub(super) loss: Loss,
    pub(super) weight_decay: f64,
    pub(super) buffers: Buffers<T>,
}

/// Buffers that every pass reuses.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers<T: Scalar> {
    /// The output of each layer in the last pass; see [`Keep`].
    pub(super) activations: Vec<DMatrix<T>>,
    /// The batch of the last pass in dense form, if it was sparse and the first layer takes only
    /// dense batches.
    pub(super) dense: DMatrix<T>,
    /// The first holds ∂loss/∂scores; the backward pass alternates between the two.
    pub(super) gradients: [DMatrix<T>; 2],
    /// Scratch space of the loss.
    pub(super) scratch: Vec<T>,
    /// The predicted class of each row.
    pub(super) classes: Vec<usize>,
}

/// Which outputs of layers a pass keeps in [`Buffers::activations`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// The output of every layer.
    All,
    /// An output that only a fused ReLU needs is left out: its matrix has the shape (0, 0).
    Needed,
}

impl<T: Scalar> Clone for Sequential<T> {
    fn clone(&self) -> Self {
        Self {
            layers: self.layers.iter().map(|layer| layer.boxed_clone()).collect(),
            widths: self.widths.clone(),
            buffers: self.buffers.clone(),
            ..*self
        }
    }
}

impl<T: Scalar> Sequential<T> {
    /// A network without layers that takes `inputs` features. Its output is its input.
    ///
    /// ```
    /// let x = nalgebra::dmatrix![1.0_f32, 2.0];
    /// assert_eq!(layers::Sequential::new(2).predict(&x), &x);
    /// ```
    pub fn new(inputs: usize) -> Self {
        Self {
            inputs,
            layers: Vec::new(),
            widths: Vec::new(),
            loss: Loss::default(),
            weight_decay: 0.0,
            buffers: Buffers::default(),
        }
    }

    /// Adds a layer at the end.
    ///
    /// # Errors
    /// [`LayerError`] if the layer takes another number of features than the network gives.
    ///
    /// ```
    /// use layers::{BatchNorm, Elementwise, Sequential, activation::Relu};
    ///
    /// let net = Sequential::<f32>::new(4).push(BatchNorm::new(4))?.push(Elementwise(Relu))?;
    /// assert_eq!(net.layers().len(), 2);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn push(self, layer: impl Layer<T> + 'static) -> Result<Self, LayerError> {
        self.push_boxed(Box::new(layer))
    }

    /// [`push`](Self::push) for a boxed layer, such as
    /// [`Activation::layer`](crate::Activation::layer).
    ///
    /// # Errors
    /// As [`push`](Self::push).
    ///
    /// ```
    /// let layer = "tanh".parse::<layers::Activation>()?.layer();
    /// let net = layers::Sequential::<f32>::new(4).push_boxed(layer)?;
    /// assert_eq!(net.layers()[0].name(), "tanh");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn push_boxed(mut self, layer: Box<dyn Layer<T>>) -> Result<Self, LayerError> {
        let inputs = self.widths.last().copied().unwrap_or(self.inputs);
        let width = layer.outputs(inputs).map_err(|error| match error {
            LayerError::Inputs { name, expected, found, .. } => {
                LayerError::Inputs { position: self.layers.len(), name, expected, found }
            }
            other => other,
        })?;
        self.layers.push(layer);
        self.widths.push(width);
        self.buffers.activations.push(DMatrix::default());
        Ok(self)
    }

    /// Sets the loss; the default is the book's [`Loss::CrossEntropy`].
    ///
    /// ```
    /// use layers::{Loss, Mode, Sequential};
    /// use nalgebra::dmatrix;
    ///
    /// let mut net = Sequential::new(1).loss_function(Loss::MeanSquaredError);
    /// assert_eq!(net.loss(&dmatrix![3.0], &dmatrix![1.0], Mode::Eval), 2.0); // ½(3 − 1)²
    /// ```
    pub fn loss_function(self, loss: Loss) -> Self {
        Self { loss, ..self }
    }

    /// Sets λ of the weight decay ½·λ·ΣW²; the default is 0.
    ///
    /// As in the book, it is part of the loss. PyTorch's optimizers instead add λ·W to the gradient
    /// and leave the loss alone, as `optimizers::Decay::L2` does.
    ///
    /// # Panics
    /// If λ is negative or not finite.
    ///
    /// ```
    /// use init::{Initializer, Purpose, Seed};
    /// use layers::{Affine, Loss, Mode, Sequential};
    /// use nalgebra::dmatrix;
    ///
    /// let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    /// let layer = Affine::new(1, 1, Initializer::Constant { value: 3.0 }, &mut rng);
    /// let net = Sequential::new(1).push(layer)?.loss_function(Loss::MeanSquaredError);
    /// let mut net = net.weight_decay(0.2);
    /// assert_eq!(net.loss(&dmatrix![1.0], &dmatrix![3.0], Mode::Eval), 0.2 * 4.5);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    #[track_caller]
    pub fn weight_decay(self, lambda: f64) -> Self {
        let allowed = lambda.is_finite() && lambda >= 0.0;
        assert!(allowed, "network: weight decay must be at least 0 and finite, found {lambda}");
        Self { weight_decay: lambda, ..self }
    }

    /// The layers in order.
    ///
    /// ```
    /// let net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// let names: Vec<_> = net.layers().iter().map(|layer| layer.name()).collect();
    /// assert_eq!(names, ["affine", "relu", "affine"]);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn layers(&self) -> &[Box<dyn Layer<T>>] {
        &self.layers
    }

    /// The output of each layer in the last pass, a (batch, features) matrix; empty before the
    /// first pass.
    ///
    /// [`forward`](Self::forward) and [`predict`](Self::predict) keep every output. Other passes
    /// fuse ReLU into an [`Affine`](crate::Affine) layer before it and leave the output of that
    /// layer empty (PyTorch's `ReLU(inplace=True)` does not keep it either): writing and reading it
    /// would take a tenth of their time.
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// net.predict(&nalgebra::dmatrix![1.0, -1.0]);
    /// let hidden = &net.activations()[1]; // after ReLU
    /// assert!(hidden.shape() == (1, 3) && hidden.min() >= 0.0);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn activations(&self) -> &[DMatrix<T>] {
        &self.buffers.activations
    }

    /// Every parameter in order.
    ///
    /// ```
    /// let net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// let count: usize = net.params().map(|param| param.value.len()).sum();
    /// assert_eq!(count, 2 * 3 + 3 + 3 * 2 + 2);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn params(&self) -> impl Iterator<Item = &Param<T>> {
        self.layers.iter().flat_map(|layer| layer.params())
    }

    /// Every parameter in order, mutable.
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// net.params_mut().for_each(|param| param.value.fill(0.0));
    /// assert_eq!(net.predict(&nalgebra::dmatrix![1.0, 2.0]), &nalgebra::dmatrix![0.0, 0.0]);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn params_mut(&mut self) -> impl Iterator<Item = &mut Param<T>> {
        self.layers.iter_mut().flat_map(|layer| layer.params_mut())
    }

    /// The parameter with a full name such as `0.weight`; `None` if there is none.
    ///
    /// ```
    /// let net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// assert_eq!(net.param("2.weight").unwrap().value.shape(), (3, 2));
    /// assert!(net.param("1.weight").is_none()); // ReLU
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn param(&self, name: &str) -> Option<&Param<T>> {
        let (layer, name) = name.split_once('.')?;
        let layer = self.layers.get(layer.parse::<usize>().ok()?)?;
        layer.params().iter().find(|param| param.name == name)
    }

    /// Whether all parameters are finite. False once training has diverged.
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// assert!(net.is_finite());
    /// net.params_mut().next().unwrap().value[0] = f64::NAN;
    /// assert!(!net.is_finite());
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn is_finite(&self) -> bool {
        self.params().all(|param| {
            let values = param.value.as_slice();
            // A finite sum, which is fast, has finite terms; finite terms may have an infinite sum.
            sum_slice(values).is_finite() || values.iter().all(|value| value.is_finite())
        })
    }

    /// Runs all layers on `x`, a (batch, inputs) matrix, dense or [`Sparse`](tensor_ops::Sparse),
    /// and returns the output of the last.
    ///
    /// # Panics
    /// If the number of columns of `x` is not the number of inputs of the network.
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// let x = nalgebra::dmatrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0];
    /// assert_eq!(net.forward(&x, layers::Mode::Train).shape(), (3, 2));
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    #[track_caller]
    pub fn forward<'a>(&'a mut self, x: impl Into<Input<'a, T>>, mode: Mode) -> &'a DMatrix<T> {
        self.run(x.into(), mode, Keep::All)
    }

    /// [`forward`](Self::forward); `keep` says which outputs it keeps.
    #[track_caller]
    pub(super) fn run<'a>(&'a mut self, x: Input<'a, T>, mode: Mode, keep: Keep) -> &'a DMatrix<T> {
        let (batch, inputs) = x.shape();
        assert_eq!(inputs, self.inputs, "network: x must have a column for each input");
        let mut i = 0;
        while i < self.layers.len() {
            let relu_follows = self.layers.get(i + 1).is_some_and(|next| next.is_relu());
            let (before, after) = self.buffers.activations.split_at_mut(i);
            let (layer, input) = (&mut self.layers[i], before.last().map_or(x, Input::from));
            if keep == Keep::Needed && relu_follows {
                reshape(&mut after[1], batch, self.widths[i + 1]);
                if layer.forward_relu(input, &mut after[1]) {
                    reshape(&mut after[0], 0, 0);
                    i += 2;
                    continue;
                }
            }
            let y = &mut after[0];
            reshape(y, batch, self.widths[i]);
            match input {
                Input::Dense(input) => layer.forward(input, y, mode),
                Input::Sparse(input) => match layer.sparse_input() {
                    Some(layer) => layer.forward_sparse(input, y),
                    None => {
                        input.to_dense(&mut self.buffers.dense);
                        layer.forward(&self.buffers.dense, y, mode);
                    }
                },
            }
            i += 1;
        }
        match (self.buffers.activations.last(), x) {
            (Some(output), _) => output,
            (None, Input::Dense(x)) => x,
            (None, Input::Sparse(x)) => {
                x.to_dense(&mut self.buffers.dense);
                &self.buffers.dense
            }
        }
    }

    /// The output for `x` in [`Mode::Eval`]: scores, before any softmax.
    ///
    /// # Panics
    /// As [`forward`](Self::forward).
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// let mut p = net.predict(&nalgebra::dmatrix![1.0, 2.0]).clone();
    /// tensor_ops::softmax::softmax(&mut p, &mut [0.0]); // scores to probabilities
    /// approx::assert_relative_eq!(p.sum(), 1.0, epsilon = 1e-15);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    #[track_caller]
    pub fn predict<'a>(&'a mut self, x: impl Into<Input<'a, T>>) -> &'a DMatrix<T> {
        self.forward(x, Mode::Eval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Affine, BatchNorm};
    use init::{Initializer, Purpose, Seed};
    use optimizers::Slots;

    #[test]
    fn a_layer_that_does_not_fit_is_named_with_its_place() {
        let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
        let affine = Affine::<f32>::new(4, 3, Initializer::He, &mut rng);
        let error = Sequential::new(4).push(affine).unwrap().push(BatchNorm::new(5)).unwrap_err();
        assert_eq!(error.to_string(), "layer 1 (batch_norm) takes 5 features, but 3 come in");
    }

    #[test]
    #[should_panic(expected = "weight decay must be at least 0 and finite, found -0.1")]
    fn a_negative_weight_decay_is_refused() {
        let _ = Sequential::<f32>::new(2).weight_decay(-0.1);
    }

    #[test]
    fn a_copy_learns_apart() {
        let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
        let affine = Affine::<f64>::new(2, 3, Initializer::He, &mut rng);
        let mut net = Sequential::new(2).push(affine).unwrap();
        let copy = net.clone();
        net.slot(0).value.fill(9.0);
        assert_eq!(net.param("0.weight").unwrap().value[0], 9.0);
        assert_ne!(copy.param("0.weight").unwrap().value[0], 9.0);
        assert!(net.param("0.gamma").is_none() && net.param("9.weight").is_none());
    }
}
