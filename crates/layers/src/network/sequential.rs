//! A sequence of layers with a loss at the end.

use std::any::Any;
use std::sync::Arc;

use kernels::Scalar;
use nalgebra::DMatrix;

use crate::activation::Relu;
use crate::{Elementwise, Fold, Layer, LayerError, Loss, LossFunction, StateMut};

/// A network: a sequence of layers, a loss, and optionally weight decay.
///
/// The network owns every activation and gradient. Its buffers grow in the first step and are
/// reused after it (`tests/it/allocation.rs` counts allocations). Parameters have the names of
/// PyTorch's `nn.Sequential`, `<layer>.<name>`, with layers counted from 0: `0.weight`, `0.bias`, …
/// [`features`](Self::features) and [`images`](Self::images) build networks with the shapes
/// inferred, and [`MultiLayerNet`](crate::MultiLayerNet) the book's.
///
/// The total loss is the loss of the batch plus the weight decay ½·λ·ΣW² over the parameters whose
/// role is [`Role::Weight`](crate::Role::Weight); their gradients get λ·W added.
///
/// A network is also a [`Layer`], so that it can be a part of another; its loss and weight decay
/// are then not used.
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
#[derive(Clone, Debug)]
pub struct Sequential<T: Scalar> {
    pub(super) inputs: usize,
    pub(super) layers: Vec<Box<dyn Layer<T>>>,
    pub(super) links: Vec<Link>,
    pub(super) loss: Arc<dyn LossFunction<T>>,
    pub(super) weight_decay: f64,
    pub(super) buffers: Buffers<T>,
}

/// How a layer stands among the others.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Link {
    /// The number of output features.
    pub(super) width: usize,
    /// The number of parameters.
    pub(super) params: usize,
    /// The neighbouring ReLUs that the layer applies itself.
    fold: Fold,
    /// The layer is a ReLU that the layer before it applies.
    pub(super) forward_done: bool,
    /// The layer is a ReLU whose backward pass the layer after it does.
    pub(super) backward_done: bool,
}

/// Buffers that every pass reuses.
#[derive(Clone, Debug, Default)]
pub(super) struct Buffers<T: Scalar> {
    /// The output of each layer in the last pass; empty for a layer that applies a ReLU, whose
    /// place has it.
    pub(super) activations: Vec<DMatrix<T>>,
    /// The batch of the last pass as a dense matrix, if it was none and the first layer needs one.
    pub(super) dense: DMatrix<T>,
    /// The first holds ∂loss/∂scores; the backward pass alternates between the two.
    pub(super) gradients: [DMatrix<T>; 2],
    /// Scratch space of the loss.
    pub(super) scratch: Vec<T>,
    /// The predicted class of each row.
    pub(super) classes: Vec<usize>,
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
            links: Vec::new(),
            loss: Arc::new(Loss::default()),
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
    pub fn push(self, layer: impl Layer<T>) -> Result<Self, LayerError> {
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
    pub fn push_boxed(mut self, mut layer: Box<dyn Layer<T>>) -> Result<Self, LayerError> {
        let position = self.layers.len();
        let inputs = self.links.last().map_or(self.inputs, |link| link.width);
        let width = layer.outputs(inputs).map_err(|error| match error {
            LayerError::Inputs { name, expected, found, .. } => {
                LayerError::Inputs { position, name, expected, found }
            }
            other => other,
        })?;
        let mut params = 0;
        layer.visit_mut(&mut |mut state| {
            let name = state.name();
            *name = format!("{position}.{name}");
            params += usize::from(matches!(state, StateMut::Param(_)));
        });
        self.links.push(Link { width, params, ..Link::default() });
        self.layers.push(layer);
        self.buffers.activations.push(DMatrix::default());
        self.fold_relu(position);
        Ok(self)
    }

    /// Has the neighbours of a ReLU apply it, if they can, when the last of the two was added.
    fn fold_relu(&mut self, last: usize) {
        // A copied layer may still apply the ReLU of another network.
        self.layers[last].fold_relu(Fold::default());
        let Some(before) = last.checked_sub(1) else { return };
        if is_relu(&*self.layers[last]) {
            let fold = Fold { output: true, ..self.links[before].fold };
            if self.layers[before].fold_relu(fold) {
                self.links[before].fold = fold;
                self.links[last].forward_done = true;
            }
        } else if is_relu(&*self.layers[before]) {
            let fold = Fold { input_gradient: true, ..Fold::default() };
            if self.layers[last].fold_relu(fold) {
                self.links[last].fold = fold;
                self.links[before].backward_done = true;
            }
        }
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
    pub fn loss_function(self, loss: impl LossFunction<T> + 'static) -> Self {
        Self { loss: Arc::new(loss), ..self }
    }

    /// Sets λ of the weight decay ½·λ·ΣW²; the default is 0.
    ///
    /// As in the book, it is part of the loss. PyTorch's optimizers instead add λ·W to the gradient
    /// and leave the loss alone, as `optimizers::Decay::L2` does.
    ///
    /// # Errors
    /// [`LayerError::Hyperparameter`] if λ is negative or not finite.
    ///
    /// ```
    /// use layers::{Affine, Loss, Mode, Sequential};
    /// use nalgebra::dmatrix;
    ///
    /// let layer = Affine::from_parts(dmatrix![3.0], &[0.0])?;
    /// let net = Sequential::new(1).push(layer)?.loss_function(Loss::MeanSquaredError);
    /// let mut net = net.weight_decay(0.2)?;
    /// assert_eq!(net.loss(&dmatrix![1.0], &dmatrix![3.0], Mode::Eval), 0.2 * 4.5);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn weight_decay(self, lambda: f64) -> Result<Self, LayerError> {
        let (allowed, expected) = (lambda.is_finite() && lambda >= 0.0, "at least 0 and finite");
        LayerError::check_hyperparameter(allowed, "weight decay", expected, lambda)?;
        Ok(Self { weight_decay: lambda, ..self })
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
    /// The output of an [`Affine`](crate::Affine) or [`Convolution`](crate::Convolution) layer
    /// before ReLU stays empty: the layer applies the ReLU itself, as writing and reading it would
    /// take a tenth of a step's time. (PyTorch's `ReLU(inplace=True)` does not keep it either.)
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// net.predict(&nalgebra::dmatrix![1.0, -1.0]);
    /// let hidden = &net.activations()[1]; // after ReLU
    /// assert!(hidden.shape() == (1, 3) && hidden.min() >= 0.0);
    /// assert!(net.activations()[0].is_empty());
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn activations(&self) -> &[DMatrix<T>] {
        &self.buffers.activations
    }
}

fn is_relu<T: Scalar>(layer: &dyn Layer<T>) -> bool {
    (layer as &dyn Any).is::<Elementwise<Relu>>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Affine, BatchNorm};
    use init::{Initializer, Purpose, Seed};
    use optimizers::Slots;

    fn affine(n_in: usize, n_out: usize) -> Affine<f64> {
        let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
        Affine::new(n_in, n_out, Initializer::He, &mut rng)
    }

    #[test]
    fn a_layer_that_does_not_fit_is_named_with_its_place() {
        let net = Sequential::new(4).push(affine(4, 3)).unwrap();
        let error = net.push(BatchNorm::new(5)).unwrap_err();
        assert_eq!(error.to_string(), "layer 1 (batch_norm) takes 5 features, but 3 come in");
    }

    #[test]
    fn a_negative_weight_decay_is_refused() {
        let error = Sequential::<f32>::new(2).weight_decay(-0.1).unwrap_err();
        assert_eq!(error.to_string(), "weight decay must be at least 0 and finite, found -0.1");
    }

    #[test]
    fn a_copy_learns_apart() {
        let mut net = Sequential::new(2).push(affine(2, 3)).unwrap();
        let copy = net.clone();
        net.slot(0).value.fill(9.0);
        assert_eq!(net.param("0.weight").unwrap().value[0], 9.0);
        assert_ne!(copy.param("0.weight").unwrap().value[0], 9.0);
    }

    #[test]
    fn a_layer_copied_out_of_a_network_leaves_its_relu_there() {
        let net = Sequential::new(2).push(affine(2, 3)).unwrap();
        let net = net.push(Elementwise(Relu)).unwrap();
        let mut alone = Sequential::new(2).push_boxed(net.layers()[0].clone()).unwrap();
        assert!(alone.predict(&nalgebra::dmatrix![1.0, -3.0]).min() < 0.0);
    }
}
