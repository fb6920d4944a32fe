//! Layers in a row, with a loss at the end.

use kernels::{Scalar, sum_slice};
use nalgebra::DMatrix;
use tensor_ops::reshape;

use crate::{Input, Layer, LayerError, Loss, Mode, Param};

/// A network: layers one after another, a loss, and optionally a weight decay.
///
/// It owns every activation and gradient; buffers grow in the first step and are used again after
/// it (`tests/it/allocation.rs` counts). Parameters are named as PyTorch's `nn.Sequential` names them,
/// `<layer>.<name>`, counted from 0: `0.weight`, `0.bias`, …
/// [`MultiLayerNet`](crate::MultiLayerNet) builds the book's networks.
///
/// The total loss is the loss of the batch plus the weight decay ½·λ·ΣW² over the parameters whose
/// role is [`Role::Weight`](crate::Role::Weight); their gradients get λ·W.
///
/// # Example
/// A network of one's own, trained for a step:
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
    /// How many features each layer gives.
    widths: Vec<usize>,
    pub(super) loss: Loss,
    pub(super) weight_decay: f64,
    /// The batch of the last pass, where it was sparse and the first layer does not take that.
    pub(super) dense: DMatrix<T>,
    /// The output of each layer in the last pass.
    pub(super) activations: Vec<DMatrix<T>>,
    /// ∂loss/∂output of layer i, at i mod 2: two buffers are enough, and each keeps its sizes.
    pub(super) gradients: [DMatrix<T>; 2],
    pub(super) scratch: Vec<T>,
    pub(super) classes: Vec<usize>,
}

/// What a pass leaves in [`Sequential::activations`].
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outputs {
    /// The output of every layer.
    All,
    /// A matrix of shape (0, 0) instead of what ReLU takes in the same pass.
    Needed,
}

impl<T: Scalar> Clone for Sequential<T> {
    fn clone(&self) -> Self {
        Self {
            layers: self.layers.iter().map(|layer| layer.boxed_clone()).collect(),
            widths: self.widths.clone(),
            dense: self.dense.clone(),
            activations: self.activations.clone(),
            gradients: self.gradients.clone(),
            scratch: self.scratch.clone(),
            classes: self.classes.clone(),
            ..*self
        }
    }
}

impl<T: Scalar> Sequential<T> {
    /// A network of no layers that takes `inputs` features: its output is its input.
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
            dense: DMatrix::zeros(0, 0),
            activations: Vec::new(),
            gradients: [DMatrix::zeros(0, 0), DMatrix::zeros(0, 0)],
            scratch: Vec::new(),
            classes: Vec::new(),
        }
    }

    /// Adds a layer at the end.
    ///
    /// # Errors
    /// [`LayerError`] if it does not take the features that come out so far.
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

    /// Adds a layer that is boxed already, as [`Activation::layer`](crate::Activation::layer) gives.
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
        self.activations.push(DMatrix::zeros(0, 0));
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
    pub fn loss_function(mut self, loss: Loss) -> Self {
        self.loss = loss;
        self
    }

    /// Sets λ of the weight decay ½·λ·ΣW²; the default is 0.
    ///
    /// As in the book it is part of the loss. PyTorch's optimizers add λ·W to the gradient and leave
    /// the loss alone; `optimizers::Decay::L2` does that.
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
    pub fn weight_decay(mut self, lambda: f64) -> Self {
        let allowed = lambda.is_finite() && lambda >= 0.0;
        assert!(allowed, "network: weight decay must be at least 0 and finite, found {lambda}");
        self.weight_decay = lambda;
        self
    }

    /// The layers, first to last.
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

    /// The output of each layer in the last pass, as (batch, features) matrices; empty before it.
    ///
    /// [`forward`](Self::forward) and [`predict`](Self::predict) keep them all. Other passes let an
    /// [`Affine`](crate::Affine) layer rectify what it gives if ReLU follows, and leave its own output empty, as
    /// PyTorch's `ReLU(inplace=True)` leaves none: writing and reading it would take a tenth of their time.
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// net.predict(&nalgebra::dmatrix![1.0, -1.0]);
    /// let hidden = &net.activations()[1]; // after ReLU
    /// assert!(hidden.shape() == (1, 3) && hidden.min() >= 0.0);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn activations(&self) -> &[DMatrix<T>] {
        &self.activations
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

    /// Every parameter in order, to be changed.
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

    /// The parameter of a full name such as `0.weight`; `None` if there is none.
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

    /// Whether every parameter is a finite number: false once training has diverged.
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// assert!(net.is_finite());
    /// net.params_mut().next().unwrap().value[0] = f64::NAN;
    /// assert!(!net.is_finite());
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn is_finite(&self) -> bool {
        // A sum is finite only if its terms are, but may overflow where they are: then look closely.
        let finite = |values: &[T]| {
            sum_slice(values).is_finite() || values.iter().all(|value| value.is_finite())
        };
        self.params().all(|param| finite(param.value.as_slice()))
    }

    /// Runs every layer on `x`, a (batch, inputs) matrix, dense or [`Sparse`](tensor_ops::Sparse), and
    /// gives the last one's output.
    ///
    /// # Panics
    /// If `x` has another number of columns than the network takes.
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// let x = nalgebra::dmatrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0];
    /// assert_eq!(net.forward(&x, layers::Mode::Train).shape(), (3, 2));
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    #[track_caller]
    pub fn forward<'a>(&'a mut self, x: impl Into<Input<'a, T>>, mode: Mode) -> &'a DMatrix<T> {
        let x = x.into();
        self.run(x, mode, Outputs::All);
        self.output(x)
    }

    /// [`forward`](Self::forward) without its result.
    #[track_caller]
    pub(super) fn run(&mut self, x: Input<'_, T>, mode: Mode, outputs: Outputs) {
        let (batch, inputs) = x.shape();
        assert_eq!(inputs, self.inputs, "network: columns of x and inputs of the network");
        let mut rectified = false;
        for i in 0..self.layers.len() {
            if std::mem::take(&mut rectified) {
                continue;
            }
            let relu_follows = self.layers.get(i + 1).is_some_and(|next| next.is_relu());
            let (before, rest) = self.activations.split_at_mut(i);
            let layer = &mut self.layers[i];
            if outputs == Outputs::Needed && relu_follows {
                reshape(&mut rest[1], batch, self.widths[i + 1]);
                rectified = layer.forward_relu(before.last().map_or(x, Input::from), &mut rest[1]);
                if rectified {
                    reshape(&mut rest[0], 0, 0);
                    continue;
                }
            }
            let y = &mut rest[0];
            reshape(y, batch, self.widths[i]);
            match (before.last(), x) {
                (Some(input), _) => layer.forward(input, y, mode),
                (None, Input::Dense(x)) => layer.forward(x, y, mode),
                (None, Input::Sparse(x)) => match layer.sparse_input() {
                    Some(layer) => layer.forward_sparse(x, y),
                    None => {
                        x.to_dense(&mut self.dense);
                        layer.forward(&self.dense, y, mode);
                    }
                },
            }
        }
        if let (true, Input::Sparse(x)) = (self.layers.is_empty(), x) {
            x.to_dense(&mut self.dense);
        }
    }

    /// The output of the last pass, which was of `x`.
    pub(super) fn output<'a>(&'a self, x: Input<'a, T>) -> &'a DMatrix<T> {
        match (self.activations.last(), x) {
            (Some(output), _) => output,
            (None, Input::Dense(x)) => x,
            (None, Input::Sparse(_)) => &self.dense,
        }
    }

    /// The outputs (scores, before any softmax) for `x` in [`Mode::Eval`].
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
