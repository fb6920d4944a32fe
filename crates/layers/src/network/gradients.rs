//! Loss, gradients and accuracy of a network on a batch.

use std::mem::take;
use std::sync::Arc;

use kernels::{Scalar, sum_squares_about, with_wide_registers};
use nalgebra::DMatrix;
use tensor_ops::reduce::{self, Over};

use super::Sequential;
use crate::{Input, Mode, Param, Role, Targets};

impl<T: Scalar> Sequential<T> {
    /// The loss of a batch, weight decay included.
    ///
    /// # Panics
    /// As [`forward`](Self::forward) and [`LossFunction::evaluate`](crate::LossFunction::evaluate).
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// net.params_mut().into_iter().for_each(|param| param.value.fill(0.0));
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
        let function = Arc::clone(&self.loss);
        let scores = self.run(x.into(), mode);
        tensor_ops::reshape(&mut gradient, scores.nrows(), scores.ncols());
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
        self.backward_through(x, None);
        if self.weight_decay != 0.0 {
            let lambda = T::of(self.weight_decay);
            // ANCHOR: weight_decay
            self.visit_params_mut(|Param { role, value, grad, .. }| {
                if *role == Role::Weight {
                    let pairs = grad.as_mut_slice().iter_mut().zip(value.as_slice());
                    with_wide_registers(|| {
                        pairs.for_each(|(grad, &value)| *grad += lambda * value)
                    });
                }
            });
            // ANCHOR_END: weight_decay
        }
        loss
    }

    /// [`gradient`](Self::gradient) over several batches, as if they were one: use it where a batch
    /// does not fit into memory. Returns the loss of all of them.
    ///
    /// Every row counts the same, whatever batch it is in. Batch normalisation still sees each
    /// batch alone, and dropout draws for each.
    ///
    /// # Panics
    /// As [`loss`](Self::loss).
    ///
    /// ```
    /// let mut net = layers::MultiLayerNet::new(2, &[3], 2).build::<f64>(init::Seed::new(1))?;
    /// let (x, labels) = (nalgebra::dmatrix![1.0, 2.0; -1.0, 0.5; 3.0, 1.0], [1, 0, 1]);
    /// let whole = net.gradient(&x, &labels);
    /// let expected = net.param("0.weight").unwrap().grad.clone();
    ///
    /// let parts = [(x.rows(0, 2), &labels[..2]), (x.rows(2, 1), &labels[2..])];
    /// approx::assert_relative_eq!(net.gradient_over(parts), whole, epsilon = 1e-15);
    /// approx::assert_relative_eq!(net.param("0.weight").unwrap().grad, expected, epsilon = 1e-15);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    #[track_caller]
    pub fn gradient_over<'a, X: Into<Input<'a, T>>, L: Into<Targets<'a, T>>>(
        &mut self,
        batches: impl IntoIterator<Item = (X, L)>,
    ) -> T {
        let (mut rows, mut loss, mut sums) = (T::zero(), T::zero(), Vec::new());
        for (x, t) in batches {
            let (x, t) = (x.into(), t.into());
            let count = T::of(t.len() as f64);
            rows += count;
            loss += count * self.gradient(x, t);
            let mut index = 0;
            self.visit_params_mut(|Param { grad, .. }| {
                *grad *= count;
                match sums.get_mut(index) {
                    None => sums.push(grad.clone()),
                    Some(sum) => *sum += &*grad,
                }
                index += 1;
            });
        }
        let mut sums = sums.into_iter();
        self.visit_params_mut(|param| {
            if let Some(sum) = sums.next() {
                param.grad = sum / rows;
            }
        });
        loss / rows
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
    /// for (param, numerical) in net.params().into_iter().zip(&numerical) {
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
                copy.params_mut()[index].value.copy_from_slice(values);
                copy.loss(x, t, Mode::Train)
            };
            let mut point = value.as_slice().to_vec();
            let gradient = tensor_ops::numerical_gradient(loss_at, &mut point, h);
            DMatrix::from_vec(value.nrows(), value.ncols(), gradient)
        };
        self.params().into_iter().enumerate().map(gradient).collect()
    }

    /// The share of rows whose largest score is that of their class, given as labels or as rows of
    /// targets.
    ///
    /// NaN counts as the largest score, as in NumPy: a network that has diverged predicts class 0
    /// for every row.
    ///
    /// # Panics
    /// If there is not one target per row, or there are no rows.
    ///
    /// ```
    /// let x = nalgebra::dmatrix![0.1, 0.9; 0.8, 0.2; 0.3, 0.7];
    /// let mut net = layers::Sequential::<f64>::new(2); // the scores are x itself
    /// assert_eq!(net.accuracy(&x, &[1, 0, 0]), 2.0 / 3.0);
    /// assert_eq!(net.accuracy(&x, &tensor_ops::one_hot(&[1, 0, 0], 2)), 2.0 / 3.0);
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    #[track_caller]
    pub fn accuracy<'a>(
        &mut self,
        x: impl Into<Input<'a, T>>,
        targets: impl Into<Targets<'a, T>>,
    ) -> f64 {
        let targets = targets.into();
        assert!(!targets.is_empty(), "accuracy: there are no rows");
        self.count_correct(x, targets) as f64 / targets.len() as f64
    }

    /// The number of rows whose largest score is that of their class. Use it instead of
    /// [`accuracy`](Self::accuracy) to add up the counts of several blocks of data.
    ///
    /// # Panics
    /// If there is not one target per row.
    ///
    /// ```
    /// let x = nalgebra::dmatrix![0.1, 0.9; 0.8, 0.2; 0.3, 0.7];
    /// let mut net = layers::Sequential::<f64>::new(2);
    /// assert_eq!(net.count_correct(&x, &[1_u8, 0, 0][..]), 2);
    /// ```
    #[track_caller]
    pub fn count_correct<'a>(
        &mut self,
        x: impl Into<Input<'a, T>>,
        targets: impl Into<Targets<'a, T>>,
    ) -> usize {
        let (x, targets) = (x.into(), targets.into());
        assert_eq!(x.shape().0, targets.len(), "accuracy: one label per row");
        let mut classes = take(&mut self.buffers.classes);
        classes.resize(targets.len(), 0);
        reduce::argmax(self.run(x, Mode::Eval), Over::Columns, &mut classes);
        let rows = classes.iter().enumerate();
        let correct = rows.filter(|(row, class)| targets.class(*row) == **class).count();
        self.buffers.classes = classes;
        correct
    }

    fn decay_loss(&self) -> T {
        if self.weight_decay == 0.0 {
            return T::zero();
        }
        let mut squares = 0.0;
        self.visit_params(|Param { role, value, .. }| {
            if *role == Role::Weight {
                squares += sum_squares_about(value.as_slice(), T::zero()).f64();
            }
        });
        T::of(0.5 * self.weight_decay * squares)
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
        for (p, d) in plain.params().into_iter().zip(decayed.params()) {
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
            assert!(
                fused.params().into_iter().zip(separate.params()).all(|(a, b)| a.grad == b.grad)
            );
            assert_eq!(fused.accuracy(x, &labels), separate.accuracy(x, &labels));
            assert_eq!(fused.forward(x, Mode::Train), separate.forward(x, Mode::Train));
            assert_eq!(fused.activations()[1], separate.activations()[1]);
        }
    }

    #[test]
    fn a_network_of_nan_predicts_class_zero() {
        let mut net = MultiLayerNet::new(3, &[4], 3).build::<f32>(Seed::new(1)).unwrap();
        net.visit_params_mut(|param| param.value.fill(f32::NAN));
        let x = DMatrix::from_element(4, 3, 1.0);
        assert_eq!(net.accuracy(&x, &[0, 1, 2, 0]), 0.5);
    }
}
