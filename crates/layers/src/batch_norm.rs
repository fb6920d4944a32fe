//! Batch normalisation.

use kernels::{Scalar, mean_slice, sum_pairs, sum_slice, variance_slice, with_wide_registers};
use nalgebra::DMatrix;
use tensor_ops::ImageShape;

use crate::layer::assert_same_shape;
use crate::{Buffer, Input, Layer, LayerError, Mode, Param, Role, State, StateMut};

/// y = γ·(x − μ)/√(σ² + ε) + β for each feature (or each channel).
///
/// In [`Mode::Train`], μ and σ² are the mean and the **biased** variance over the batch, and the
/// running statistics are updated: running ← momentum·running + (1 − momentum)·batch. In
/// [`Mode::Eval`], μ and σ² are the running statistics. Shapes: x and y (batch, features), γ and β
/// (1, features).
///
/// | | here, as in the book | PyTorch |
/// |---|---|---|
/// | ε | 10⁻⁶, inside the root (the book writes `10e-7`) | 10⁻⁵, inside the root |
/// | momentum | 0.9, the weight of the old value | 0.1, the weight of the new one |
/// | running variance | biased, starts at 0 | unbiased, starts at 1 |
/// | images | [`per_channel`](Self::per_channel), or per pixel as in the book | per channel |
/// | batch of one value per feature | variance 0, so y = β | an error |
/// | `f32` values of ±10²⁰ | variance infinite, so y = β and dx = 0 | the same |
///
/// γ starts at 1 and β at 0. Train before evaluating: the running variance starts at 0, so that
/// evaluation before the first batch multiplies by 1/√ε = 1000.
///
/// Backward, with x̂ = (x − μ)/√(σ² + ε) and n values per feature: dβ = Σdy, dγ = Σdy·x̂,
/// dx = γ/(n·√(σ² + ε))·(n·dy − dβ − x̂·dγ).
///
/// Source: the book, section 6.3; Ioffe & Szegedy 2015 (arXiv:1502.03167), whose algorithm 2 uses
/// the unbiased variance in evaluation.
///
/// # Example
/// ```
/// use layers::{BatchNorm, Layer, Mode};
/// use nalgebra::{DMatrix, dmatrix};
///
/// let mut norm = BatchNorm::<f64>::new(1);
/// let x = dmatrix![1.0; 3.0];
/// let mut y = DMatrix::zeros(2, 1);
/// norm.forward((&x).into(), &mut y, Mode::Train);
/// approx::assert_relative_eq!(y, dmatrix![-1.0; 1.0], epsilon = 1e-6);
/// ```
#[derive(Clone, Debug)]
pub struct BatchNorm<T> {
    params: [Param<T>; 2],
    /// Running mean and running variance.
    buffers: [Buffer<T>; 2],
    /// The number of neighbouring columns that share statistics: 1, or the pixels of a channel.
    positions: usize,
    momentum: f64,
    pub(crate) eps: f64,
    /// μ of each feature in the last training pass.
    mean: Vec<T>,
    /// 1/√(σ² + ε) of each feature in the last training pass.
    inverse_std: Vec<T>,
}

impl<T: Scalar> BatchNorm<T> {
    /// Normalises each of `features` columns on its own, with momentum 0.9 and ε = 10⁻⁶.
    ///
    /// ```
    /// use layers::Layer;
    ///
    /// let norm = layers::BatchNorm::<f32>::new(100);
    /// assert_eq!(norm.outputs(100), Ok(100));
    /// ```
    pub fn new(features: usize) -> Self {
        Self::with_positions(features, 1)
    }

    /// Normalises each channel of an image over the batch and all its pixels, as PyTorch's
    /// `BatchNorm2d`. (The book flattens images and normalises each pixel, as [`new`](Self::new)
    /// with all features does.)
    ///
    /// ```
    /// use layers::Layer;
    /// use tensor_ops::ImageShape;
    ///
    /// let image = ImageShape { channels: 3, height: 8, width: 8 };
    /// let norm = layers::BatchNorm::<f32>::per_channel(image);
    /// assert_eq!(norm.outputs(192), Ok(192));
    /// assert_eq!(norm.running()[0].values.len(), 3);
    /// ```
    pub fn per_channel(image: ImageShape) -> Self {
        Self::with_positions(image.channels, image.height * image.width)
    }

    pub(crate) fn with_positions(features: usize, positions: usize) -> Self {
        let mut scale = Param::zeros("weight", Role::Scale, 1, features);
        scale.value.fill(T::one());
        let zeros = || vec![T::zero(); features];
        Self {
            params: [scale, Param::zeros("bias", Role::Shift, 1, features)],
            buffers: ["running_mean", "running_var"]
                .map(|name| Buffer { name: name.to_owned(), values: zeros() }),
            positions,
            momentum: 0.9,
            eps: 1e-6,
            mean: zeros(),
            inverse_std: zeros(),
        }
    }

    /// Sets the weight of the old running statistics in an update, in \[0, 1\]; the default is 0.9.
    /// PyTorch's `momentum` is 1 minus this.
    ///
    /// # Errors
    /// [`LayerError::Hyperparameter`] outside that range.
    ///
    /// ```
    /// assert!(layers::BatchNorm::<f32>::new(3).momentum(0.99).is_ok());
    /// assert!(layers::BatchNorm::<f32>::new(3).momentum(1.5).is_err());
    /// ```
    pub fn momentum(self, momentum: f64) -> Result<Self, LayerError> {
        let (name, expected) = ("batch norm's momentum", "between 0 and 1");
        let allowed = (0.0..=1.0).contains(&momentum);
        LayerError::check_hyperparameter(allowed, name, expected, momentum)?;
        Ok(Self { momentum, ..self })
    }

    /// Sets ε, inside the root; the default is 10⁻⁶, PyTorch's is 10⁻⁵.
    ///
    /// # Errors
    /// [`LayerError::Hyperparameter`] if ε is not above 0 and finite as a `T`: with ε = 0, a
    /// feature that is constant over a batch would become NaN.
    ///
    /// ```
    /// assert!(layers::BatchNorm::<f32>::new(3).eps(1e-5).is_ok());
    /// assert!(layers::BatchNorm::<f32>::new(3).eps(1e-60).is_err()); // 0 in f32
    /// ```
    pub fn eps(self, eps: f64) -> Result<Self, LayerError> {
        let (name, expected) = ("batch norm's eps", "above 0 and finite as the element type");
        let allowed = T::of(eps).is_finite() && T::of(eps) > T::zero();
        LayerError::check_hyperparameter(allowed, name, expected, eps)?;
        Ok(Self { eps, ..self })
    }

    /// The running mean and the running variance.
    ///
    /// ```
    /// let norm = layers::BatchNorm::<f32>::new(2);
    /// assert_eq!(norm.running()[1].values, [0.0, 0.0]);
    /// ```
    pub fn running(&self) -> &[Buffer<T>; 2] {
        &self.buffers
    }

    /// Sets μ and 1/√(σ² + ε) of a feature and updates its running statistics.
    fn observe(&mut self, feature: usize, values: &[T]) {
        let (keep, eps) = (T::of(self.momentum), T::of(self.eps));
        // ANCHOR: observe
        let mean = mean_slice(values);
        let variance = variance_slice(values, mean);
        self.mean[feature] = mean;
        self.inverse_std[feature] = (variance + eps).sqrt().recip();
        // ANCHOR_END: observe
        for (buffer, new) in self.buffers.iter_mut().zip([mean, variance]) {
            let running = &mut buffer.values[feature];
            *running = keep * *running + (T::one() - keep) * new;
        }
    }
}

impl<T: Scalar> Layer<T> for BatchNorm<T> {
    fn name(&self) -> &str {
        "batch_norm"
    }

    fn description(&self) -> String {
        let (eps, momentum) = (self.eps, self.momentum);
        match self.positions {
            1 => format!("batch_norm eps={eps} momentum={momentum}"),
            positions => format!("batch_norm eps={eps} momentum={momentum} positions={positions}"),
        }
    }

    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        LayerError::check_input("batch_norm", self.mean.len() * self.positions, inputs)?;
        Ok(inputs)
    }

    fn forward(&mut self, x: Input<'_, T>, y: &mut DMatrix<T>, mode: Mode) {
        let x = x.dense();
        // The batch index is contiguous, so a feature (or a channel) is one contiguous slice.
        assert_same_shape("batch_norm", x, y);
        let group = (x.nrows() * self.positions).max(1); // an empty batch has no chunks of any size
        if mode == Mode::Train {
            // In a separate loop, the square root of a feature overlaps with the sums of the next.
            let features = x.as_slice().chunks_exact(group).enumerate();
            features.for_each(|(feature, values)| self.observe(feature, values));
        }
        let groups = y.as_mut_slice().chunks_exact_mut(group).zip(x.as_slice().chunks_exact(group));
        for (feature, (y, x)) in groups.enumerate() {
            let (mean, inverse_std) = match mode {
                Mode::Train => (self.mean[feature], self.inverse_std[feature]),
                Mode::Eval => {
                    let [mean, variance] = [0, 1].map(|i| self.buffers[i].values[feature]);
                    (mean, (variance + T::of(self.eps)).sqrt().recip())
                }
            };
            let [scale, shift] = [0, 1].map(|i| self.params[i].value[feature]);
            with_wide_registers(|| {
                // ANCHOR: forward
                let factor = scale * inverse_std;
                for (y, &x) in y.iter_mut().zip(x) {
                    *y = (x - mean) * factor + shift;
                }
                // ANCHOR_END: forward
            });
        }
    }

    fn backward(
        &mut self,
        x: Input<'_, T>,
        _: &DMatrix<T>,
        dy: &DMatrix<T>,
        mut dx: Option<&mut DMatrix<T>>,
    ) {
        let x = x.dense();
        assert_same_shape("batch_norm", x, dy);
        let group = x.nrows() * self.positions;
        if group == 0 {
            self.params.iter_mut().for_each(|param| param.grad.fill(T::zero()));
            return;
        }
        let count = T::of(group as f64);
        let slices = x.as_slice().chunks_exact(group).zip(dy.as_slice().chunks_exact(group));
        for (feature, (x, dy)) in slices.enumerate() {
            let (mean, inverse_std) = (self.mean[feature], self.inverse_std[feature]);
            // ANCHOR: backward
            let d_shift = sum_slice(dy);
            let d_scale = sum_pairs(x, dy, |x, dy| (x - mean) * dy) * inverse_std;
            // ANCHOR_END: backward
            self.params[0].grad[feature] = d_scale;
            self.params[1].grad[feature] = d_shift;
            if let Some(dx) = dx.as_deref_mut() {
                let dx = &mut dx.as_mut_slice()[feature * group..(feature + 1) * group];
                let factor = self.params[0].value[feature] * inverse_std;
                let slope = d_scale * inverse_std / count;
                let level = d_shift / count;
                with_wide_registers(|| {
                    for ((dx, &dy), &x) in dx.iter_mut().zip(dy).zip(x) {
                        *dx = factor * (dy - level - (x - mean) * slope);
                    }
                });
            }
        }
    }

    fn visit<'a>(&'a self, visitor: &mut dyn FnMut(State<'a, T>)) {
        self.params.iter().for_each(|param| visitor(State::Param(param)));
        self.buffers.iter().for_each(|buffer| visitor(State::Buffer(buffer)));
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut dyn FnMut(StateMut<'a, T>)) {
        self.params.iter_mut().for_each(|param| visitor(StateMut::Param(param)));
        self.buffers.iter_mut().for_each(|buffer| visitor(StateMut::Buffer(buffer)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    fn forward(norm: &mut BatchNorm<f64>, x: &DMatrix<f64>, mode: Mode) -> DMatrix<f64> {
        let mut y = DMatrix::zeros(x.nrows(), x.ncols());
        norm.forward(x.into(), &mut y, mode);
        y
    }

    #[test]
    fn running_statistics_start_at_zero_and_take_a_tenth_of_each_batch() {
        let mut norm = BatchNorm::<f64>::new(1);
        let x = DMatrix::from_vec(4, 1, vec![1.0, 2.0, 3.0, 6.0]); // mean 3, biased variance 3.5
        forward(&mut norm, &x, Mode::Train);
        assert_relative_eq!(norm.buffers[0].values[0], 0.3, epsilon = 1e-15);
        assert_relative_eq!(norm.buffers[1].values[0], 0.35, epsilon = 1e-15);
        forward(&mut norm, &x, Mode::Train);
        assert_relative_eq!(norm.buffers[0].values[0], 0.57, epsilon = 1e-15);
        assert_relative_eq!(norm.buffers[1].values[0], 0.665, epsilon = 1e-15);
    }

    #[test]
    fn evaluation_uses_the_running_statistics_and_leaves_them_alone() {
        let mut norm = BatchNorm::<f64>::new(1);
        norm.buffers[0].values[0] = 2.0;
        norm.buffers[1].values[0] = 4.0;
        let before = norm.buffers.clone();
        let y = forward(&mut norm, &DMatrix::from_vec(1, 1, vec![6.0]), Mode::Eval);
        assert_relative_eq!(y[0], 4.0 / (4.0_f64 + 1e-6).sqrt(), epsilon = 1e-15);
        assert_eq!(norm.buffers, before);
    }

    #[test]
    fn a_channel_is_normalised_over_the_batch_and_its_pixels() {
        let image = ImageShape { channels: 2, height: 2, width: 3 };
        let x = DMatrix::from_fn(5, 12, |i, j| ((i * 7 + j * 5) % 11) as f64);
        let y = forward(&mut BatchNorm::per_channel(image), &x, Mode::Train);
        for channel in 0..2 {
            let values = y.columns(channel * 6, 6);
            assert_relative_eq!(values.mean(), 0.0, epsilon = 1e-12);
            assert_relative_eq!(values.map(|v| v * v).mean(), 1.0, epsilon = 1e-6);
        }
        let by_pixel = forward(&mut BatchNorm::new(12), &x, Mode::Train);
        assert_relative_eq!(by_pixel.column(0).mean(), 0.0, epsilon = 1e-12);
        assert!((by_pixel - y).amax() > 0.1);
    }

    /// With sums in f32, y would be 0.42 and −1.
    #[test]
    fn a_large_batch_of_equal_values_is_normalised_to_zero_in_single_precision() {
        for (count, value) in [(60_000, 12.7_f32), (1000, 1_234_567.1)] {
            let x = DMatrix::from_element(count, 1, value);
            let mut y = x.clone();
            BatchNorm::new(1).forward((&x).into(), &mut y, Mode::Train);
            assert_eq!(y.amax(), 0.0, "{count} times {value}");
        }
    }

    /// The mean of x² less the squared mean would be rounded to 0 at 10⁴ already, as in flax. At
    /// 10⁸, neighbours in `f32` are 8 apart, and the mean itself is rounded to one of them.
    #[test]
    fn a_column_far_from_zero_is_normalised_as_one_around_it() {
        for (base, unit, close) in [(0.0, 1.0, 1e-6), (1e4, 1.0, 1e-6), (1e8, 8.0, 0.6)] {
            let x = DMatrix::from_fn(4, 1, |i, _| base + unit * i as f32);
            let mut y = x.clone();
            BatchNorm::new(1).forward((&x).into(), &mut y, Mode::Train);
            for (y, x) in y.iter().zip([-1.5, -0.5, 0.5, 1.5]) {
                assert!((y - x / 1.25_f32.sqrt()).abs() < close, "{y} at {base}");
            }
        }
    }

    /// PyTorch 2.15 gives the same on a CPU, since it keeps the sum of squares in `f32`.
    #[test]
    fn a_variance_beyond_single_precision_gives_the_shift() {
        let mut norm = BatchNorm::<f32>::new(1);
        norm.params[1].value[0] = 7.0;
        let (x, dy) =
            (DMatrix::from_vec(2, 1, vec![-1e20, 1e20]), DMatrix::from_vec(2, 1, vec![1.0, 2.0]));
        let (mut y, mut dx) = (x.clone(), x.clone());
        norm.forward((&x).into(), &mut y, Mode::Train);
        norm.backward((&x).into(), &y, &dy, Some(&mut dx));
        assert_eq!((y.as_slice(), dx.as_slice()), (&[7.0, 7.0][..], &[0.0, 0.0][..]));
        assert_eq!(norm.buffers[1].values, [f32::INFINITY]);
    }

    #[test]
    fn a_batch_of_one_gives_the_shift() {
        let mut norm = BatchNorm::<f64>::new(2);
        norm.params[1].value[1] = 7.0;
        let y = forward(&mut norm, &DMatrix::from_vec(1, 2, vec![5.0, -3.0]), Mode::Train);
        assert_eq!(y, DMatrix::from_vec(1, 2, vec![0.0, 7.0]));
    }

    /// As `f32`, the first two are 0 and give NaN for a constant feature; 1e300 is infinite and
    /// gives y = β for every feature.
    #[test]
    fn an_eps_that_rounds_to_zero_or_infinity_is_refused() {
        for eps in [0.0, 1e-60, 1e300, -1e-6, f64::NAN] {
            assert!(BatchNorm::<f32>::new(1).eps(eps).is_err(), "{eps}");
        }
        assert!(BatchNorm::<f64>::new(1).eps(1e-60).is_ok());
        let mut norm = BatchNorm::<f32>::new(1).eps(1e-45).unwrap();
        let (x, mut y) = (DMatrix::from_element(2, 1, 3.0), DMatrix::zeros(2, 1));
        norm.forward((&x).into(), &mut y, Mode::Train);
        assert_eq!(y.amax(), 0.0);
    }

    #[test]
    fn an_empty_batch_has_zero_gradients_and_leaves_the_statistics_alone() {
        let mut norm = BatchNorm::<f64>::new(2);
        norm.params.iter_mut().for_each(|param| param.grad.fill(5.0));
        let x = DMatrix::zeros(0, 2);
        forward(&mut norm, &x, Mode::Train);
        norm.backward((&x).into(), &x, &x, Some(&mut x.clone()));
        assert!(norm.params.iter().all(|param| param.grad == DMatrix::zeros(1, 2)));
        assert_eq!(norm.buffers, BatchNorm::new(2).buffers);
    }

    #[test]
    #[should_panic(expected = "batch_norm: input, output and gradients differ in shape")]
    fn an_output_of_another_shape_is_refused() {
        let (x, mut y) = (DMatrix::zeros(3, 2), DMatrix::zeros(2, 2));
        BatchNorm::<f64>::new(2).forward((&x).into(), &mut y, Mode::Train);
    }

    #[test]
    fn the_wrong_number_of_features_is_named() {
        let message = BatchNorm::<f32>::new(3).outputs(4).unwrap_err().to_string();
        assert!(message.contains("batch_norm") && message.contains("takes 3 features, but 4"));
    }
}
