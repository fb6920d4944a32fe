//! The passes of a network, and a network as a layer of another.

use std::mem::swap;

use kernels::Scalar;
use nalgebra::DMatrix;
use tensor_ops::reshape;

use super::Sequential;
use crate::{Input, Layer, LayerError, Mode, State, StateMut};

impl<T: Scalar> Sequential<T> {
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
    pub fn forward<'a>(&mut self, x: impl Into<Input<'a, T>>, mode: Mode) -> &DMatrix<T> {
        self.run(x.into(), mode)
    }

    /// [`forward`](Self::forward), with a result that does not borrow `x`.
    #[track_caller]
    pub(super) fn run(&mut self, x: Input<'_, T>, mode: Mode) -> &DMatrix<T> {
        let (batch, inputs) = x.shape();
        assert_eq!(inputs, self.inputs, "network: x must have a column for each input");
        if self.needs_copy(x) {
            x.copy_to(&mut self.buffers.dense);
        }
        let first = if self.needs_copy(x) { Input::Dense(&self.buffers.dense) } else { x };
        for (i, layer) in self.layers.iter_mut().enumerate() {
            if self.links[i].forward_done {
                continue;
            }
            let (before, after) = self.buffers.activations.split_at_mut(i);
            let input = before.last().map_or(first, Input::from);
            let y = match self.links.get(i + 1) {
                Some(next) if next.forward_done => &mut after[1],
                _ => &mut after[0],
            };
            reshape(y, batch, self.links[i].width);
            layer.forward(input, y, mode);
        }
        if self.layers.is_empty() {
            x.copy_to(&mut self.buffers.dense);
        }
        self.buffers.activations.last().unwrap_or(&self.buffers.dense)
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
    pub fn predict<'a>(&mut self, x: impl Into<Input<'a, T>>) -> &DMatrix<T> {
        self.forward(x, Mode::Eval)
    }

    /// Sets the gradient of every parameter, given `dy`, the gradient of any loss with respect to
    /// the output. `x` is the batch of the last [`forward`](Self::forward), which was in
    /// [`Mode::Train`]. Weight decay is not added.
    ///
    /// [`gradient`](Self::gradient) does both passes with the network's own loss. To get ∂loss/∂x
    /// too, call [`Layer::backward`].
    ///
    /// # Panics
    /// If the shapes differ from those of that pass.
    ///
    /// ```
    /// use layers::{Mode, MultiLayerNet};
    /// use nalgebra::dmatrix;
    ///
    /// let mut net = MultiLayerNet::new(2, &[3], 1).build::<f64>(init::Seed::new(1))?;
    /// let x = dmatrix![1.0, 2.0; -1.0, 0.5];
    /// let y = net.forward(&x, Mode::Train).clone();
    /// net.backward(&x, &y.map(|y| 4.0 * y.powi(3))); // of the loss Σy⁴
    /// assert_eq!(net.param("2.bias").unwrap().grad[0], 4.0 * (y[0].powi(3) + y[1].powi(3)));
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    #[track_caller]
    pub fn backward<'a>(&mut self, x: impl Into<Input<'a, T>>, dy: &DMatrix<T>) {
        self.backward_from(x.into(), dy, None);
    }

    fn backward_from(&mut self, x: Input<'_, T>, dy: &DMatrix<T>, dx: Option<&mut DMatrix<T>>) {
        let buffer = &mut self.buffers.gradients[0];
        reshape(buffer, dy.nrows(), dy.ncols());
        buffer.copy_from(dy);
        self.backward_through(x, dx);
    }

    /// The backward pass of all layers from ∂loss/∂output in the first buffer.
    pub(super) fn backward_through(&mut self, x: Input<'_, T>, mut dx: Option<&mut DMatrix<T>>) {
        let copied = self.needs_copy(x);
        let Self { layers, links, buffers, .. } = self;
        let x = if copied { Input::Dense(&buffers.dense) } else { x };
        let [mut dy, mut next] = buffers.gradients.each_mut();
        for (i, layer) in layers.iter_mut().enumerate().rev() {
            let Some(link) = links.get(i).filter(|link| !link.backward_done) else { continue };
            let output = match links.get(i + 1) {
                Some(relu) if relu.forward_done => i + 1,
                _ => i,
            };
            let y = &buffers.activations[output];
            // A ReLU that was applied before gets y for x: both are above zero at the same places.
            let input = match i.checked_sub(1) {
                _ if link.forward_done => y.into(),
                Some(before) => Input::Dense(&buffers.activations[before]),
                None => x,
            };
            let is_lowest = i == 0 || (i == 1 && links[0].backward_done);
            if is_lowest {
                // Nothing needs ∂loss/∂x of the first layer, unless the network is part of another.
                return layer.backward(input, y, dy, dx.as_deref_mut());
            }
            let (rows, columns) = input.shape();
            reshape(next, rows, columns);
            layer.backward(input, y, dy, Some(next));
            swap(&mut dy, &mut next);
        }
        if let Some(dx) = dx {
            dx.copy_from(dy); // a network without layers
        }
    }

    /// Whether the first layer needs a dense copy of `x`.
    fn needs_copy(&self, x: Input<'_, T>) -> bool {
        match x {
            Input::Dense(_) => false,
            Input::Sparse(_) => self.layers.first().is_none_or(|layer| !layer.takes_sparse()),
            Input::View(_) | Input::Strided(_) => true,
        }
    }
}

impl<T: Scalar> Layer<T> for Sequential<T> {
    fn name(&self) -> &str {
        "sequential"
    }

    /// The layers in brackets: `sequential(affine, relu, affine)`.
    fn description(&self) -> String {
        format!("sequential({})", self.layer_list())
    }

    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        LayerError::check_input("sequential", self.inputs, inputs)?;
        Ok(self.links.last().map_or(self.inputs, |link| link.width))
    }

    fn forward(&mut self, x: Input<'_, T>, y: &mut DMatrix<T>, mode: Mode) {
        y.copy_from(self.run(x, mode));
    }

    fn backward(
        &mut self,
        x: Input<'_, T>,
        _: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    ) {
        self.backward_from(x, dy, dx);
    }

    fn visit<'a>(&'a self, visitor: &mut dyn FnMut(State<'a, T>)) {
        self.layers.iter().for_each(|layer| layer.visit(visitor));
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut dyn FnMut(StateMut<'a, T>)) {
        self.layers.iter_mut().for_each(|layer| layer.visit_mut(visitor));
    }

    fn takes_sparse(&self) -> bool {
        true
    }
}
