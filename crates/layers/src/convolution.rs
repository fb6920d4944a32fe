//! The convolutional layer.

use std::ops::Range;

use init::{Fans, Initialize};
use kernels::{Scalar, sum_slice};
use nalgebra::DMatrix;
use rand::Rng;
use tensor_ops::Operand::{Plain, Transposed};
use tensor_ops::{ImageShape, Window, col2im, im2col, matmul, matmul_relu, reshape};

use crate::{Fold, Input, Layer, LayerError, Mode, Param, Role, State, StateMut};

/// A convolution of images: an affine layer applied to every window (im2col).
///
/// Shapes: x (batch, channels·height·width), W (channels·window height·window width, filters), b
/// (1, filters), y (batch, filters·out_height·out_width). As in the book and PyTorch the filter is
/// not flipped (a cross-correlation). W has the same bytes as PyTorch's (filters, channels, height,
/// width) tensor. Features are ordered as [`ImageShape`] says, so the output needs no flattening
/// before an affine layer. A stride that leaves part of the image uncovered is an error; the book
/// and PyTorch ignore that part.
///
/// Forward: y = columns·W + b, where each row of `columns` is a window. Backward: dW = columnsᵀ·dy,
/// db = Σdy, and dx sums dy·Wᵀ over the windows that contain a pixel (col2im). Both passes go block
/// by block through the windows, so that the matrix of a block stays in the cache.
///
/// Source: the book, section 7.4.
///
/// # Example
/// ```
/// use init::{Initializer, Purpose, Seed};
/// use layers::{Convolution, Sequential};
/// use nalgebra::dmatrix;
/// use tensor_ops::{ImageShape, Window};
///
/// let image = ImageShape { channels: 1, height: 2, width: 3 };
/// let window = Window::new(2, 2);
/// let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
/// let ones = Initializer::Constant { value: 1.0 };
/// let layer = Convolution::<f64>::new(image, 1, window, ones, &mut rng)?;
/// assert_eq!(layer.output_shape(), ImageShape { channels: 1, height: 1, width: 2 });
///
/// let mut net = Sequential::new(6).push(layer)?;
/// let x = dmatrix![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// assert_eq!(net.predict(&x), &dmatrix![12.0, 16.0]);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Convolution<T> {
    weight: Param<T>,
    bias: Param<T>,
    pub(crate) image: ImageShape,
    pub(crate) window: Window,
    pub(crate) output: ImageShape,
    /// Whether ReLU follows, which the layer applies itself.
    relu: bool,
    /// A block of windows, a row each, and their gradient.
    columns: DMatrix<T>,
    d_columns: DMatrix<T>,
    /// The outputs of the block, a row per window; then their gradient.
    outputs: DMatrix<T>,
    /// The block's part of the weight's gradient.
    d_weight: DMatrix<T>,
}

/// Bytes of a block of windows, which is to stay in the L2 cache while it is used.
const BLOCK: usize = 256 << 10;

impl<T: Scalar> Convolution<T> {
    /// A layer of `filters` filters over `image`, with newly drawn weights and zero biases.
    ///
    /// # Errors
    /// [`LayerError::Window`] if the window does not fit the image.
    ///
    /// ```
    /// use init::{Initializer, Purpose, Seed};
    /// use layers::Convolution;
    /// use tensor_ops::{ImageShape, Window};
    ///
    /// let mnist = ImageShape { channels: 1, height: 28, width: 28 };
    /// let window = Window::new(5, 5).stride(2);
    /// let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    /// let layer = Convolution::<f32>::new(mnist, 30, window, Initializer::He, &mut rng);
    /// assert!(layer.unwrap_err().to_string().contains("in steps of 2 leaves 1 of 28"));
    /// ```
    pub fn new(
        image: ImageShape,
        filters: usize,
        window: Window,
        initializer: impl Initialize,
        rng: &mut impl Rng,
    ) -> Result<Self, LayerError> {
        Self::filled(image, filters, window, |weights, fans| {
            initializer.fill_with_fans(weights, fans, rng);
        })
    }

    /// A layer whose weights `fill` sets, with zero biases.
    pub(crate) fn filled(
        image: ImageShape,
        filters: usize,
        window: Window,
        fill: impl FnOnce(&mut DMatrix<T>, Fans),
    ) -> Result<Self, LayerError> {
        let (height, width) = window.output(image)?;
        let area = window.height * window.width;
        let fans = Fans { n_in: image.channels * area, n_out: filters * area };
        let mut weight = Param::zeros("weight", Role::Weight, fans.n_in, filters);
        weight.torch_shape = vec![filters, image.channels, window.height, window.width];
        fill(&mut weight.value, fans);
        Ok(Self {
            weight,
            bias: Param::zeros("bias", Role::Bias, 1, filters),
            image,
            window,
            output: ImageShape { channels: filters, height, width },
            relu: false,
            columns: DMatrix::default(),
            d_columns: DMatrix::default(),
            outputs: DMatrix::default(),
            d_weight: DMatrix::default(),
        })
    }

    /// The shape of an output image: (filters, out_height, out_width).
    ///
    /// ```
    /// use init::{Initializer, Purpose, Seed};
    /// use tensor_ops::{ImageShape, Window};
    ///
    /// let mnist = ImageShape { channels: 1, height: 28, width: 28 };
    /// let window = Window::new(5, 5);
    /// let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
    /// let layer = layers::Convolution::<f32>::new(mnist, 30, window, Initializer::He, &mut rng)?;
    /// assert_eq!(layer.output_shape(), ImageShape { channels: 30, height: 24, width: 24 });
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn output_shape(&self) -> ImageShape {
        self.output
    }

    /// Blocks of windows that together are all windows.
    fn blocks(&self, batch: usize) -> impl Iterator<Item = Range<usize>> + use<T> {
        let windows = self.output.height * self.output.width;
        let bytes = batch * self.weight.value.nrows() * size_of::<T>();
        let size = (BLOCK / bytes.max(1)).max(1);
        (0..windows).step_by(size).map(move |start| start..windows.min(start + size))
    }
}

impl<T: Scalar> Layer<T> for Convolution<T> {
    fn name(&self) -> &str {
        "convolution"
    }

    fn description(&self) -> String {
        describe("convolution", self.image, self.window)
    }

    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        LayerError::check_input("convolution", self.image.features(), inputs)?;
        Ok(self.output.features())
    }

    fn forward(&mut self, x: Input<'_, T>, y: &mut DMatrix<T>, _: Mode) {
        let (x, y) = (x.dense(), y.as_mut_slice());
        let (batch, places) = (x.nrows(), x.nrows() * self.output.height * self.output.width);
        for windows in self.blocks(batch) {
            let (start, len) = (windows.start * batch, windows.len() * batch);
            im2col(windows, x, self.image, self.window, T::zero(), &mut self.columns)
                .expect("checked in `new`");
            reshape(&mut self.outputs, len, self.output.channels);
            let (columns, w) = (Plain(&self.columns), Plain(&self.weight.value));
            let product = if self.relu { matmul_relu } else { matmul };
            product(columns, w, Some(self.bias.value.as_slice()), &mut self.outputs);
            for (filter, output) in self.outputs.column_iter().enumerate() {
                y[filter * places + start..][..len].copy_from_slice(output.as_slice());
            }
        }
    }

    fn backward(
        &mut self,
        x: Input<'_, T>,
        _: &DMatrix<T>,
        dy: &DMatrix<T>,
        mut dx: Option<&mut DMatrix<T>>,
    ) {
        let (x, dy) = (x.dense(), dy.as_slice());
        let (batch, places) = (x.nrows(), x.nrows() * self.output.height * self.output.width);
        self.weight.grad.fill(T::zero());
        reshape(&mut self.d_weight, self.weight.grad.nrows(), self.output.channels);
        if let Some(dx) = dx.as_deref_mut() {
            dx.fill(T::zero());
        }
        for windows in self.blocks(batch) {
            let (start, len) = (windows.start * batch, windows.len() * batch);
            im2col(windows.clone(), x, self.image, self.window, T::zero(), &mut self.columns)
                .expect("checked in `new`");
            reshape(&mut self.outputs, len, self.output.channels);
            for (filter, mut d_output) in self.outputs.column_iter_mut().enumerate() {
                d_output.copy_from_slice(&dy[filter * places + start..][..len]);
            }
            let dy = Plain(&self.outputs);
            matmul(Transposed(&self.columns), dy, None, &mut self.d_weight);
            self.weight.grad += &self.d_weight;
            let Some(dx) = dx.as_deref_mut() else { continue };
            reshape(&mut self.d_columns, len, self.columns.ncols());
            matmul(dy, Transposed(&self.weight.value), None, &mut self.d_columns);
            col2im(windows, &self.d_columns, self.image, self.window, dx)
                .expect("checked in `new`");
        }
        for (filter, sum) in self.bias.grad.iter_mut().enumerate() {
            *sum = sum_slice(&dy[filter * places..][..places]);
        }
    }

    fn visit<'a>(&'a self, visitor: &mut dyn FnMut(State<'a, T>)) {
        visitor(State::Param(&self.weight));
        visitor(State::Param(&self.bias));
    }

    fn visit_mut<'a>(&'a mut self, visitor: &mut dyn FnMut(StateMut<'a, T>)) {
        visitor(StateMut::Param(&mut self.weight));
        visitor(StateMut::Param(&mut self.bias));
    }

    fn fold_relu(&mut self, fold: Fold) -> bool {
        self.relu = fold.output && !fold.input_gradient;
        !fold.input_gradient
    }
}

/// The settings of a layer that slides a window over images.
pub(crate) fn describe(name: &str, image: ImageShape, window: Window) -> String {
    let ImageShape { channels, height, width } = image;
    let Window { height: window_height, width: window_width, stride, pad, floor, .. } = window;
    format!(
        "{name} channels={channels} height={height} width={width} window_height={window_height} \
         window_width={window_width} stride={stride} pad={pad} floor={floor}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use init::{Initializer, Purpose, Seed};

    /// The sum is taken pixel by pixel, as the definition of a convolution says.
    #[test]
    fn agrees_with_the_sum_over_the_window() {
        let image = ImageShape { channels: 2, height: 5, width: 4 };
        let window = Window::new(3, 2).pad(1);
        let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
        let mut layer =
            Convolution::<f64>::new(image, 3, window, Initializer::He, &mut rng).unwrap();
        layer.bias.value.copy_from_slice(&[0.1, -0.2, 0.3]);
        let x = DMatrix::from_fn(2, 40, |i, j| ((i * 17 + j * 7) % 13) as f64 - 6.0);
        let out = layer.output_shape();
        let mut y = DMatrix::zeros(2, out.features());
        layer.forward((&x).into(), &mut y, Mode::Train);
        for n in 0..2 {
            for place in 0..out.features() {
                let (filter, oy) =
                    (place / (out.height * out.width), place / out.width % out.height);
                let ox = place % out.width;
                let mut sum = layer.bias.value[filter];
                for tap in 0..2 * 3 * 2 {
                    let (c, dy, dx) = (tap / 6, tap / 2 % 3, tap % 2);
                    let (py, px) = ((oy + dy) as isize - 1, (ox + dx) as isize - 1);
                    if (0..5).contains(&py) && (0..4).contains(&px) {
                        let feature = (c * 5 + py as usize) * 4 + px as usize;
                        sum += x[(n, feature)] * layer.weight.value[(tap, filter)];
                    }
                }
                assert!((y[(n, place)] - sum).abs() < 1e-12);
            }
        }
    }

    /// For 32 filters of 3×3 over 16 channels, PyTorch counts 16·9 inputs and 32·9 outputs.
    #[test]
    fn fans_count_the_area_of_the_window() {
        let image = ImageShape { channels: 16, height: 8, width: 8 };
        let window = Window::new(3, 3).pad(1);
        let weights = |initializer| {
            let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
            let layer = Convolution::<f64>::new(image, 32, window, initializer, &mut rng).unwrap();
            layer.weight.value.clone()
        };
        let (n_in, n_out) = (144.0, 288.0);
        for (initializer, variance) in [
            (Initializer::GlorotNormal, 2.0 / (n_in + n_out)),
            (Initializer::GlorotUniform, 2.0 / (n_in + n_out)),
            (Initializer::Xavier, 1.0 / n_in),
            (Initializer::He, 2.0 / n_in),
            (Initializer::HeUniform, 2.0 / n_in),
            (Initializer::LecunUniform, 1.0 / n_in),
        ] {
            let w = weights(initializer);
            let found = w.norm_squared() / w.len() as f64;
            // Five standard errors of the variance of 4,608 normal draws.
            assert!((found / variance - 1.0).abs() < 0.11, "{initializer}: {found} for {variance}");
        }
        let widest = weights(Initializer::GlorotUniform).amax();
        assert!(widest > 0.1175 && widest < 0.11786, "{widest}");
    }

    #[test]
    fn a_window_that_does_not_fit_is_an_error() {
        let image = ImageShape { channels: 1, height: 3, width: 3 };
        let window = Window::new(5, 5);
        let mut rng = Seed::new(1).stream(Purpose::Weights, 0);
        let error = Convolution::<f32>::new(image, 1, window, Initializer::He, &mut rng);
        assert!(error.unwrap_err().to_string().contains("a window of 5 does not fit into 3"));
    }
}
