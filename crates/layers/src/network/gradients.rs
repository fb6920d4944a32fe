//! Loss, gradients and accuracy of a network on a batch.

use std::mem::{swap, take};

use kernels::{Scalar, sum_squares_about, with_wide_registers};
use nalgebra::DMatrix;
use optimizers::{Slot, Slots};
use tensor_ops::reduce::{self, Over};
use tensor_ops::reshape;

use super::sequential::{Keep, Sequential};
use crate::{Input, Mode, Param, Role, Targets};

impl<T: Scalar> Sequential<T> {
    /// The loss of a batch, weight decay included.
    ///
    /// # Panics
    /// As [`forward`](Self::forward) and [`Loss::evaluate`](crate::Loss::evaluate).
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// net.params_mut().for_each(|param| param.value.fill(0.0));
    /// let loss = net.loss(&nalgebra::dmatrix![1.0, 2.0], &vec![1], layers::Mode::Eval);
    /// approx::assert_relative_eq!(loss, 2.0_f64.ln(), epsilon = 1e-6); // two equal scores
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    #[track_caller]
    pub fn loss<'a>(
        &mut self,
        x: impl Into<Input<'a, T>>,
        t: impl Into<Targets<'a, T>>,
        mode: Mode,
    ) -> T {
        let (mut gradient, mut scratch) =
            (take(&mut self.buffers.gradients[0]), take(&mut self.buffers.scratch));
        let function = self.loss;
        let scores = self.run(x.into(), mode, Keep::Needed);
        let loss = function.evaluate(scores, t.into(), &mut gradient, &mut scratch);
        (self.buffers.gradients[0], self.buffers.scratch) = (gradient, scratch);
        loss + self.decay_loss()
    }

    /// Forward and backward in [`Mode::Train`]: sets the gradient of every parameter and returns
    /// the loss. Weight decay is part of both.
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
    pub fn gradient<'a>(&mut self, x: impl Into<Input<'a, T>>, t: impl Into<Targets<'a, T>>) -> T {
        let x = x.into();
        let loss = self.loss(x, t, Mode::Train);
        let [mut dy, mut dx] = self.buffers.gradients.each_mut();
        let mut relu_done = false;
        for i in (1..self.layers.len()).rev() {
            if take(&mut relu_done) {
                continue;
            }
            let (input, y) = (&self.buffers.activations[i - 1], &self.buffers.activations[i]);
            // A ReLU whose input was left out gets y: both are above zero at the same places.
            let input = if input.shape() == (0, 0) { y } else { input };
            reshape(dx, input.nrows(), input.ncols());
            relu_done = self.layers[i - 1].is_relu() && self.layers[i].backward_relu(input, dy, dx);
            if !relu_done {
                self.layers[i].backward(input, y, dy, Some(dx));
            }
            swap(&mut dy, &mut dx);
        }
        // Nothing needs ∂loss/∂x of the first layer.
        if let (false, Some(layer)) = (relu_done, self.layers.first_mut()) {
            let y = &self.buffers.activations[0];
            match x {
                Input::Dense(x) => layer.backward(x, y, dy, None),
                Input::Sparse(x) => match layer.sparse_input() {
                    Some(layer) => layer.backward_sparse(x, dy),
                    None => layer.backward(&self.buffers.dense, y, dy, None),
                },
            }
        }
        if self.weight_decay != 0.0 {
            let lambda = T::of(self.weight_decay);
            // ANCHOR: weight_decay
            for Param { value, grad, .. } in self.params_mut().filter(|p| p.role == Role::Weight) {
                let pairs = grad.as_mut_slice().iter_mut().zip(value.as_slice());
                with_wide_registers(|| pairs.for_each(|(grad, &value)| *grad += lambda * value));
            }
            // ANCHOR_END: weight_decay
        }
        loss
    }

    /// The gradients by central differences of step `h`, one matrix per parameter in order.
    ///
    /// Every evaluation uses a copy of the network, so that running statistics do not change and
    /// dropout removes the same units each time. Slow: two passes for each element of a parameter.
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
        x: impl Into<Input<'a, T>>,
        t: impl Into<Targets<'a, T>>,
        h: f64,
    ) -> Vec<DMatrix<T>> {
        let (x, t) = (x.into(), t.into());
        let gradient = |(index, Param { value, .. }): (usize, &Param<T>)| {
            let loss_at = |values: &[T]| {
                let mut copy = self.clone();
                copy.slot(index).value.copy_from_slice(values);
                copy.loss(x, t, Mode::Train)
            };
            let mut point = value.as_slice().to_vec();
            let gradient = tensor_ops::numerical_gradient(loss_at, &mut point, h);
            DMatrix::from_vec(value.nrows(), value.ncols(), gradient)
        };
        self.params().enumerate().map(gradient).collect()
    }

    /// The share of rows whose largest score is that of their label.
    ///
    /// NaN counts as the largest score, as in NumPy: a network that has diverged predicts class 0
    /// for every row.
    ///
    /// # Panics
    /// If there is not one label per row, or there are no rows.
    ///
    /// ```
    /// let x = nalgebra::dmatrix![0.1, 0.9; 0.8, 0.2; 0.3, 0.7];
    /// let mut net = layers::Sequential::<f64>::new(2); // the scores are x itself
    /// assert_eq!(net.accuracy(&x, &[1, 0, 0]), 2.0 / 3.0);
    /// ```
    #[track_caller]
    pub fn accuracy<'a>(&mut self, x: impl Into<Input<'a, T>>, labels: &[usize]) -> f64 {
        assert!(!labels.is_empty(), "accuracy: there are no rows");
        self.count_correct(x, labels) as f64 / labels.len() as f64
    }

    /// The number of rows whose largest score is that of their label. Use it instead of
    /// [`accuracy`](Self::accuracy) to add up the counts of several blocks of data.
    ///
    /// # Panics
    /// If there is not one label per row.
    ///
    /// ```
    /// let x = nalgebra::dmatrix![0.1, 0.9; 0.8, 0.2; 0.3, 0.7];
    /// let mut net = layers::Sequential::<f64>::new(2);
    /// assert_eq!(net.count_correct(&x, &[1, 0, 0]), 2);
    /// ```
    #[track_caller]
    pub fn count_correct<'a>(&mut self, x: impl Into<Input<'a, T>>, labels: &[usize]) -> usize {
        let x = x.into();
        assert_eq!(x.shape().0, labels.len(), "accuracy: one label per row");
        let mut classes = take(&mut self.buffers.classes);
        classes.resize(labels.len(), 0);
        reduce::argmax(self.run(x, Mode::Eval, Keep::Needed), Over::Columns, &mut classes);
        let correct = classes.iter().zip(labels).filter(|(class, label)| class == label).count();
        self.buffers.classes = classes;
        correct
    }

    fn decay_loss(&self) -> T {
        if self.weight_decay == 0.0 {
            return T::zero();
        }
        let weights = self.params().filter(|param| param.role == Role::Weight);
        let squares = weights.map(|w| sum_squares_about(w.value.as_slice(), T::zero()).f64());
        T::of(0.5 * self.weight_decay * squares.sum::<f64>())
    }
}

/// Lends the parameters to an optimizer. Only weights decay.
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
    use crate::activation::{Function, Relu};
    use crate::{Affine, Elementwise, MultiLayerNet};
    use init::{Initializer, Purpose, Seed};
    use kernels::ByteRows;
    use tensor_ops::Sparse;

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

    /// A ReLU that is not fused into the layer before it.
    #[derive(Clone, Debug)]
    struct Separate;

    impl Function for Separate {
        const NAME: &'static str = "separate";
        fn value<T: Scalar>(&self, x: T) -> T {
            Relu.value(x)
        }
        fn slope<T: Scalar>(&self, x: T, y: T) -> T {
            Relu.slope(x, y)
        }
    }

    #[test]
    fn a_fused_relu_gives_the_same_bits_as_a_separate_one() {
        let affine = |layer, n_in, n_out| {
            let mut rng = Seed::new(1).stream(Purpose::Weights, layer);
            Affine::<f32>::new(n_in, n_out, Initializer::He, &mut rng)
        };
        let build = |relu: &dyn Fn(Sequential<f32>) -> Sequential<f32>| {
            let first = relu(Sequential::new(9).push(affine(0, 9, 40)).unwrap());
            relu(first.push(affine(2, 40, 20)).unwrap()).push(affine(4, 20, 3)).unwrap()
        };
        let fused = build(&|net| net.push(Elementwise(Relu)).unwrap());
        let separate = build(&|net| net.push(Elementwise(Separate)).unwrap());
        let pixels: Vec<u8> = (0..50 * 9).map(|at| (at / 9 * 5 + at % 9 * 3) as u8 % 7).collect();
        let value = |byte| if byte == 0 { 0.0 } else { f32::from(byte) - 3.5 };
        let sparse = Sparse::new(&ByteRows::new(pixels.chunks_exact(9)), value);
        let mut x = DMatrix::zeros(0, 0);
        sparse.to_dense(&mut x);
        let labels: Vec<usize> = (0..50).map(|i| i % 3).collect();
        for x in [Input::from(&x), Input::from(&sparse)] {
            let (mut fused, mut separate) = (fused.clone(), separate.clone());
            assert_eq!(fused.gradient(x, &labels), separate.gradient(x, &labels));
            assert!(fused.activations()[0].is_empty() && !separate.activations()[0].is_empty());
            assert!(fused.params().zip(separate.params()).all(|(a, b)| a.grad == b.grad));
            assert_eq!(fused.accuracy(x, &labels), separate.accuracy(x, &labels));
            fused.forward(x, Mode::Train);
            separate.forward(x, Mode::Train);
            assert_eq!(fused.activations(), separate.activations());
        }
    }

    #[test]
    fn a_network_of_nan_predicts_class_zero() {
        let mut net = MultiLayerNet::new(3, &[4], 3).build::<f32>(Seed::new(1)).unwrap();
        net.params_mut().for_each(|param| param.value.fill(f32::NAN));
        let x = DMatrix::from_element(4, 3, 1.0);
        assert_eq!(net.accuracy(&x, &[0, 1, 2, 0]), 0.5);
    }
}
