//! Layers in a row, with a loss at the end.

use nalgebra::DMatrix;
use optimizers::{Slot, Slots};
use tensor_ops::{Scalar, reduce, reduce::Axis, reshape};

use crate::{Layer, LayerError, Loss, Mode, Param, Role, Targets};

/// A network: layers one after another, a loss, and optionally a weight decay.
///
/// It owns every activation and gradient; buffers grow in the first step and are used again after
/// it (`tests/allocation.rs` counts). Parameters are named as PyTorch's `nn.Sequential` names them, `<layer>.<name>`, counted from
/// 0: `0.weight`, `0.bias`, … [`MultiLayerNet`](crate::MultiLayerNet) builds the book's networks.
///
/// The total loss is the loss of the batch plus the weight decay ½·λ·ΣW² over the parameters whose
/// role is [`Role::Weight`]; their gradients get λ·W.
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
    layers: Vec<Box<dyn Layer<T>>>,
    /// How many features each layer gives.
    widths: Vec<usize>,
    loss: Loss,
    weight_decay: f64,
    /// The output of each layer in the last pass.
    activations: Vec<DMatrix<T>>,
    /// ∂loss/∂output of layer i, at i mod 2: two buffers are enough, and each keeps its sizes.
    gradients: [DMatrix<T>; 2],
    scratch: Vec<T>,
    classes: Vec<usize>,
}

impl<T: Scalar> Clone for Sequential<T> {
    fn clone(&self) -> Self {
        Self {
            layers: self.layers.iter().map(|layer| layer.boxed_clone()).collect(),
            widths: self.widths.clone(),
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

    /// The layers, to be changed.
    pub(super) fn layers_mut(&mut self) -> &mut [Box<dyn Layer<T>>] {
        &mut self.layers
    }

    /// The output of each layer in the last pass, as (batch, features) matrices; empty before it.
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
            reduce::sum_slice(values).is_finite() || values.iter().all(|value| value.is_finite())
        };
        self.params().all(|param| finite(param.value.as_slice()))
    }

    /// Runs every layer on `x`, a (batch, inputs) matrix, and gives the last one's output.
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
    pub fn forward<'a>(&'a mut self, x: &'a DMatrix<T>, mode: Mode) -> &'a DMatrix<T> {
        assert_eq!(x.ncols(), self.inputs, "network: columns of x and inputs of the network");
        for i in 0..self.layers.len() {
            let (before, rest) = self.activations.split_at_mut(i);
            let y = &mut rest[0];
            reshape(y, x.nrows(), self.widths[i]);
            self.layers[i].forward(before.last().unwrap_or(x), y, mode);
        }
        self.activations.last().unwrap_or(x)
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
    pub fn predict<'a>(&'a mut self, x: &'a DMatrix<T>) -> &'a DMatrix<T> {
        self.forward(x, Mode::Eval)
    }

    /// The loss of a batch, weight decay included.
    ///
    /// # Panics
    /// As [`forward`](Self::forward) and [`Loss::evaluate`].
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// net.params_mut().for_each(|param| param.value.fill(0.0));
    /// let loss = net.loss(&nalgebra::dmatrix![1.0, 2.0], &vec![1], layers::Mode::Eval);
    /// approx::assert_relative_eq!(loss, 2.0_f64.ln(), epsilon = 1e-6); // of two equal scores
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    #[track_caller]
    pub fn loss<'a>(&mut self, x: &DMatrix<T>, t: impl Into<Targets<'a, T>>, mode: Mode) -> T {
        self.forward(x, mode);
        let scores = self.activations.last().unwrap_or(x);
        // The last layer's: (len − 1) mod 2, and somewhere where there is no layer.
        let gradient = &mut self.gradients[(self.layers.len() + 1) % 2];
        let loss = self.loss.evaluate(scores, t.into(), gradient, &mut self.scratch);
        loss + self.decay_loss()
    }

    /// Forward and backward in [`Mode::Train`]: sets every parameter's gradient, gives the loss
    /// (weight decay is in both).
    ///
    /// # Panics
    /// As [`loss`](Self::loss).
    ///
    /// ```
    /// use layers::{Mode, MultiLayerNet};
    /// use nalgebra::dmatrix;
    /// use optimizers::{Rule, Sgd};
    ///
    /// let mut net = MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// let mut sgd = Sgd { lr: 0.1 }.build()?;
    /// let (x, labels) = (dmatrix![1.0, 2.0; -1.0, 0.5], vec![1, 0]);
    /// let before = net.gradient(&x, &labels);
    /// sgd.step(&mut net)?;
    /// assert!(net.loss(&x, &labels, Mode::Train) < before);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[track_caller]
    pub fn gradient<'a>(&mut self, x: &DMatrix<T>, t: impl Into<Targets<'a, T>>) -> T {
        let loss = self.loss(x, t, Mode::Train);
        for i in (0..self.layers.len()).rev() {
            let [even, odd] = &mut self.gradients;
            let (dy, dx) = if i % 2 == 0 { (even, odd) } else { (odd, even) };
            if i == 0 {
                // Nothing learns from the gradient by the input of the network.
                self.layers[i].backward(x, &self.activations[i], dy, None);
            } else {
                let input = &self.activations[i - 1];
                reshape(dx, input.nrows(), input.ncols());
                self.layers[i].backward(input, &self.activations[i], dy, Some(dx));
            }
        }
        if self.weight_decay != 0.0 {
            let lambda = T::of(self.weight_decay);
            for Param { value, grad, .. } in self.params_mut().filter(|p| p.role == Role::Weight) {
                let pairs = grad.as_mut_slice().iter_mut().zip(value.as_slice());
                pairs.for_each(|(grad, &value)| *grad += lambda * value);
            }
        }
        loss
    }

    /// The gradients by central differences of step `h`, a matrix for each parameter in order.
    ///
    /// Every evaluation starts from a copy of the network as it is now, so running statistics do
    /// not move and dropout removes the same units each time. Slow: two passes a parameter.
    ///
    /// # Panics
    /// As [`loss`](Self::loss).
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// let (x, labels) = (nalgebra::dmatrix![1.0, 2.0; -1.0, 0.5], vec![1, 0]);
    /// let numerical = net.numerical_gradient(&x, &labels, 1e-5);
    /// net.gradient(&x, &labels);
    /// for (param, numerical) in net.params().zip(&numerical) {
    ///    approx::assert_relative_eq!(&param.grad, numerical, epsilon = 1e-6);
    /// }
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    #[track_caller]
    pub fn numerical_gradient<'a>(
        &self,
        x: &DMatrix<T>,
        t: impl Into<Targets<'a, T>>,
        h: f64,
    ) -> Vec<DMatrix<T>> {
        let t = t.into();
        let count = self.params().count();
        (0..count)
            .map(|index| {
                let param = self.params().nth(index).expect("counted above");
                let (rows, columns) = param.value.shape();
                let mut values = param.value.as_slice().to_vec();
                let loss_at = |values: &[T]| {
                    let mut copy = self.clone();
                    copy.slot(index).value.copy_from_slice(values);
                    copy.loss(x, t, Mode::Train)
                };
                let gradient = tensor_ops::numerical_gradient(loss_at, &mut values, h);
                DMatrix::from_vec(rows, columns, gradient)
            })
            .collect()
    }

    /// The share of rows whose largest score is at their label.
    ///
    /// As in NumPy, NaN counts as the largest: a diverged network predicts class 0 throughout.
    ///
    /// # Panics
    /// If there is not one label a row, or there are none.
    ///
    /// ```
    /// let x = nalgebra::dmatrix![0.1, 0.9; 0.8, 0.2; 0.3, 0.7];
    /// let mut net = layers::Sequential::<f64>::new(2); // the scores are x itself
    /// assert_eq!(net.accuracy(&x, &[1, 0, 0]), 2.0 / 3.0);
    /// ```
    #[track_caller]
    pub fn accuracy(&mut self, x: &DMatrix<T>, labels: &[usize]) -> f64 {
        assert!(!labels.is_empty(), "accuracy: of no samples");
        self.count_correct(x, labels) as f64 / labels.len() as f64
    }

    /// How many rows have their largest score at their label: [`accuracy`](Self::accuracy) for data
    /// that comes in blocks.
    ///
    /// # Panics
    /// If there is not one label a row.
    ///
    /// ```
    /// let x = nalgebra::dmatrix![0.1, 0.9; 0.8, 0.2; 0.3, 0.7];
    /// let mut net = layers::Sequential::<f64>::new(2);
    /// assert_eq!(net.count_correct(&x, &[1, 0, 0]), 2);
    /// ```
    #[track_caller]
    pub fn count_correct(&mut self, x: &DMatrix<T>, labels: &[usize]) -> usize {
        assert_eq!(x.nrows(), labels.len(), "accuracy: one label a row");
        let mut classes = std::mem::take(&mut self.classes);
        classes.resize(labels.len(), 0);
        reduce::argmax(self.predict(x), Axis::Columns, &mut classes);
        let correct = classes.iter().zip(labels).filter(|(class, label)| class == label).count();
        self.classes = classes;
        correct
    }

    fn decay_loss(&self) -> T {
        if self.weight_decay == 0.0 {
            return T::zero();
        }
        let weights = self.params().filter(|param| param.role == Role::Weight);
        let squares: T =
            weights.map(|w| reduce::sum_squares_about(w.value.as_slice(), T::zero())).sum();
        T::of(0.5 * self.weight_decay) * squares
    }
}

/// An optimizer steps a network directly; weights decay, other parameters do not.
impl<T: Scalar> Slots<T> for Sequential<T> {
    fn len(&self) -> usize {
        self.layers.iter().map(|layer| layer.params().len()).sum()
    }

    fn slot(&mut self, index: usize) -> Slot<'_, T> {
        let param = self.params_mut().nth(index).expect("an index below len()");
        Slot {
            decay: param.role == Role::Weight,
            value: param.value.as_mut_slice(),
            grad: param.grad.as_mut_slice(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Affine, BatchNorm, MultiLayerNet};
    use init::{Initializer, Purpose, Seed};

    #[test]
    fn a_layer_that_does_not_fit_is_named_with_its_place() {
        let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
        let affine = Affine::<f32>::new(4, 3, Initializer::He, &mut rng);
        let error = Sequential::new(4).push(affine).unwrap().push(BatchNorm::new(5)).unwrap_err();
        assert_eq!(error.to_string(), "layer 1 (batch_norm) takes 5 features, but 3 come in");
    }

    #[test]
    fn weight_decay_touches_weights_only() {
        let build = |lambda| {
            let net = MultiLayerNet::new(3, &[4], 2).batch_norm(true).weight_decay(lambda);
            net.build::<f64>(Seed::new(5)).unwrap()
        };
        let (mut plain, mut decayed) = (build(0.0), build(0.5));
        let x = DMatrix::from_fn(6, 3, |i, j| (i as f64 - j as f64) / 3.0);
        let t = vec![0, 1, 1, 0, 1, 0];
        let loss = plain.gradient(&x, &t);
        let with_decay = decayed.gradient(&x, &t);
        let mut squares = 0.0;
        for (p, d) in plain.params().zip(decayed.params()) {
            let lambda = if p.role == Role::Weight { 0.5 } else { 0.0 };
            squares += lambda * p.value.norm_squared();
            approx::assert_relative_eq!(d.grad, &p.grad + &p.value * lambda, epsilon = 1e-14);
        }
        approx::assert_relative_eq!(with_decay, loss + 0.5 * squares, epsilon = 1e-14);
    }

    #[test]
    #[should_panic(expected = "weight decay must be at least 0 and finite, found -0.1")]
    fn a_negative_weight_decay_is_refused() {
        let _ = Sequential::<f32>::new(2).weight_decay(-0.1);
    }

    #[test]
    fn a_network_of_nan_predicts_class_zero() {
        let mut net = MultiLayerNet::new(3, &[4], 3).build::<f32>(Seed::new(1)).unwrap();
        net.params_mut().for_each(|param| param.value.fill(f32::NAN));
        let x = DMatrix::from_element(4, 3, 1.0);
        assert_eq!(net.accuracy(&x, &[0, 1, 2, 0]), 0.5);
    }

    #[test]
    fn a_copy_learns_apart() {
        let mut net = MultiLayerNet::new(2, &[3], 2).build::<f64>(Seed::new(1)).unwrap();
        let copy = net.clone();
        net.slot(0).value.fill(9.0);
        assert_eq!(net.param("0.weight").unwrap().value[0], 9.0);
        assert_ne!(copy.param("0.weight").unwrap().value[0], 9.0);
        assert!(net.param("0.gamma").is_none() && net.param("9.weight").is_none());
    }
}
