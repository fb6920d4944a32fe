//! Max pooling.

use std::marker::PhantomData;

use kernels::{Scalar, with_wide_registers};
use nalgebra::DMatrix;
use tensor_ops::im2col::for_each_run;
use tensor_ops::{ImageShape, Window};

use crate::convolution::describe;
use crate::{Input, Layer, LayerError, Mode};

/// The largest value of each window, in each channel.
///
/// Shapes: x (batch, channels·height·width), y (batch, channels·out_height·out_width). The gradient
/// of an output goes to the first largest pixel of its window. The padding is never the largest, as
/// in PyTorch; the book's layer takes a padding and ignores it. NaN counts as the largest value.
///
/// Source: the book, section 7.4.4.
///
/// # Example
/// ```
/// use layers::{MaxPooling, Sequential};
/// use nalgebra::dmatrix;
/// use tensor_ops::{ImageShape, Window};
///
/// let image = ImageShape { channels: 1, height: 2, width: 4 };
/// let window = Window::new(2, 2).stride(2);
/// let mut net = Sequential::<f64>::new(8).push(MaxPooling::new(image, window)?)?;
/// let x = dmatrix![1.0, 5.0, 2.0, 0.0, 3.0, 4.0, 8.0, 7.0];
/// assert_eq!(net.predict(&x), &dmatrix![5.0, 8.0]);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct MaxPooling<T> {
    pub(crate) image: ImageShape,
    pub(crate) window: Window,
    pub(crate) output: ImageShape,
    /// The position of each output within its window.
    winners: Vec<u32>,
    scalar: PhantomData<T>,
}

impl<T: Scalar> MaxPooling<T> {
    /// A layer that pools the windows of `image`.
    ///
    /// # Errors
    /// [`LayerError::Window`] if the window does not fit the image.
    /// [`LayerError::Hyperparameter`] if the padding is not smaller than both sides of the window,
    /// because a window could then lie outside the image. (PyTorch allows up to half of each side.)
    ///
    /// ```
    /// use layers::MaxPooling;
    /// use tensor_ops::{ImageShape, Window};
    ///
    /// let image = ImageShape { channels: 3, height: 8, width: 8 };
    /// let window = Window::new(2, 2).stride(2);
    /// assert!(MaxPooling::<f32>::new(image, window).is_ok());
    /// let error = MaxPooling::<f32>::new(image, window.pad(2)).unwrap_err();
    /// let message = "max pooling's pad must be below the window's sides, found 2";
    /// assert_eq!(error.to_string(), message);
    /// ```
    pub fn new(image: ImageShape, window: Window) -> Result<Self, LayerError> {
        let (height, width) = window.output(image)?;
        let (allowed, pad) = (window.pad < window.height.min(window.width), window.pad as f64);
        let (name, expected) = ("max pooling's pad", "below the window's sides");
        LayerError::check_hyperparameter(allowed, name, expected, pad)?;
        Ok(Self {
            image,
            window,
            output: ImageShape { height, width, ..image },
            winners: Vec::new(),
            scalar: PhantomData,
        })
    }

    /// The shape of an output image: (channels, out_height, out_width).
    ///
    /// ```
    /// use tensor_ops::{ImageShape, Window};
    ///
    /// let image = ImageShape { channels: 3, height: 8, width: 6 };
    /// let window = Window::new(2, 2).stride(2);
    /// let layer = layers::MaxPooling::<f32>::new(image, window)?;
    /// assert_eq!(layer.output_shape(), ImageShape { channels: 3, height: 4, width: 3 });
    /// # Ok::<(), layers::LayerError>(())
    /// ```
    pub fn output_shape(&self) -> ImageShape {
        self.output
    }
}

impl<T: Scalar> Layer<T> for MaxPooling<T> {
    fn name(&self) -> &str {
        "max_pooling"
    }

    fn description(&self) -> String {
        describe("max_pooling", self.image, self.window)
    }

    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        LayerError::check_input("max_pooling", self.image.features(), inputs)?;
        Ok(self.output.features())
    }

    fn forward(&mut self, x: Input<'_, T>, y: &mut DMatrix<T>, _: Mode) {
        let (x, batch) = (x.dense().as_slice(), x.shape().0);
        let windows = self.output.height * self.output.width;
        self.winners.resize(y.len(), 0);
        // The first position in the image: among pixels of −∞, no padding may win.
        let (Window { width, stride, pad, .. }, across) = (self.window, self.output.width);
        let outside = |window: usize| pad.saturating_sub(window * stride);
        let first = |window: usize| outside(window / across) * width + outside(window % across);
        for (window, winners) in self.winners.chunks_exact_mut(batch.max(1)).enumerate() {
            winners.fill(first(window % windows) as u32);
        }
        y.fill(T::neg_infinity());
        let y = y.as_mut_slice();
        for_each_run(0..windows, self.image, self.window, |run| {
            let Some(feature) = run.feature else { return };
            let (start, len) = ((run.channel * windows + run.first) * batch, run.count * batch);
            let tap = run.tap as u32;
            let best = y[start..][..len].iter_mut().zip(&mut self.winners[start..][..len]);
            let values = best.zip(&x[feature * batch..][..len]);
            with_wide_registers(|| {
                values.for_each(|((best, winner), &value)| {
                    let wins = value > *best || (value.is_nan() && !best.is_nan());
                    *best = if wins { value } else { *best };
                    *winner = if wins { tap } else { *winner };
                });
            });
        })
        .expect("checked in `new`");
    }

    fn backward(
        &mut self,
        x: Input<'_, T>,
        _: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    ) {
        let Some(dx) = dx else { return };
        let windows = self.output.height * self.output.width;
        dx.fill(T::zero());
        let (dx, dy, batch) = (dx.as_mut_slice(), dy.as_slice(), x.shape().0);
        for_each_run(0..windows, self.image, self.window, |run| {
            let Some(feature) = run.feature else { return };
            let (start, len) = ((run.channel * windows + run.first) * batch, run.count * batch);
            let tap = run.tap as u32;
            let outputs = dy[start..][..len].iter().zip(&self.winners[start..][..len]);
            let values = dx[feature * batch..][..len].iter_mut().zip(outputs);
            with_wide_registers(|| {
                values.for_each(|(dx, (&dy, &winner))| {
                    *dx += if winner == tap { dy } else { T::zero() };
                });
            });
        })
        .expect("checked in `new`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_padding_is_never_the_largest() {
        let image = ImageShape { channels: 1, height: 1, width: 1 };
        let window = Window::new(3, 3).pad(1);
        let mut layer = MaxPooling::<f64>::new(image, window).unwrap();
        for pixel in [-5.0, f64::NEG_INFINITY] {
            let x = DMatrix::from_element(2, 1, pixel);
            let (mut y, mut dx) = (DMatrix::zeros(2, 1), DMatrix::zeros(2, 1));
            layer.forward((&x).into(), &mut y, Mode::Train);
            assert_eq!(y, x);
            layer.backward((&x).into(), &y, &DMatrix::from_element(2, 1, 3.0), Some(&mut dx));
            assert_eq!(dx, DMatrix::from_element(2, 1, 3.0));
        }
    }

    /// Each of the nine windows has its gradient in one of the four pixels.
    #[test]
    fn no_gradient_is_lost_to_the_padding() {
        let image = ImageShape { channels: 2, height: 2, width: 2 };
        let window = Window::new(2, 2).pad(1);
        let mut layer = MaxPooling::<f32>::new(image, window).unwrap();
        let x = DMatrix::from_element(3, 8, f32::NEG_INFINITY);
        let (mut y, mut dx) = (DMatrix::zeros(3, 18), x.clone());
        layer.forward((&x).into(), &mut y, Mode::Train);
        layer.backward((&x).into(), &y, &DMatrix::from_element(3, 18, 1.0), Some(&mut dx));
        for image in dx.row_iter() {
            assert_eq!(image.iter().copied().collect::<Vec<_>>(), [4.0, 2.0, 2.0, 1.0].repeat(2));
        }
    }

    #[test]
    fn a_nan_in_the_window_is_seen() {
        let image = ImageShape { channels: 1, height: 1, width: 2 };
        let window = Window::new(1, 2);
        let mut layer = MaxPooling::new(image, window).unwrap();
        let mut y = DMatrix::zeros(1, 1);
        let x = DMatrix::from_vec(1, 2, vec![1.0, f64::NAN]);
        layer.forward((&x).into(), &mut y, Mode::Eval);
        assert!(y[0].is_nan());
    }
}
