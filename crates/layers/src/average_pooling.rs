//! Average pooling.

use kernels::Scalar;
use nalgebra::DMatrix;
use tensor_ops::{ImageShape, Window, col2im, im2col, reshape};

use crate::convolution::describe;
use crate::{Input, Layer, LayerError, Mode};

/// The mean of each window, in each channel.
///
/// Shapes: x (batch, channels·height·width), y (batch, channels·out_height·out_width). The gradient
/// of an output goes in equal parts to the pixels of its window. Padding counts as zeros, as in
/// PyTorch's `AvgPool2d` (whose `count_include_pad` is true by default); Keras leaves it out.
///
/// Source: LeCun et al. 1998 (LeNet-5). The book has max pooling only.
///
/// # Example
/// ```
/// use layers::{AveragePooling, Sequential};
/// use nalgebra::dmatrix;
/// use tensor_ops::{ImageShape, Window};
///
/// let image = ImageShape { channels: 1, height: 2, width: 4 };
/// let layer = AveragePooling::new(image, Window::new(2, 2).stride(2))?;
/// let mut net = Sequential::<f64>::new(8).push(layer)?;
/// let x = dmatrix![1.0, 5.0, 2.0, 0.0, 3.0, 3.0, 8.0, 6.0];
/// assert_eq!(net.predict(&x), &dmatrix![3.0, 4.0]);
/// # Ok::<(), layers::LayerError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AveragePooling<T> {
    pub(crate) image: ImageShape,
    pub(crate) window: Window,
    pub(crate) output: ImageShape,
    /// The windows of the last input, a row each; then their gradient.
    columns: DMatrix<T>,
}

impl<T: Scalar> AveragePooling<T> {
    /// A layer that pools the windows of `image`.
    ///
    /// # Errors
    /// [`LayerError::Window`] if the window does not fit the image.
    pub fn new(image: ImageShape, window: Window) -> Result<Self, LayerError> {
        let (height, width) = window.output(image)?;
        let output = ImageShape { height, width, ..image };
        Ok(Self { image, window, output, columns: DMatrix::default() })
    }

    /// The shape of an output image: (channels, out_height, out_width).
    pub fn output_shape(&self) -> ImageShape {
        self.output
    }

    /// The number of pixels in a window.
    fn taps(&self) -> usize {
        self.window.height * self.window.width
    }
}

impl<T: Scalar> Layer<T> for AveragePooling<T> {
    fn name(&self) -> &str {
        "average_pooling"
    }

    fn description(&self) -> String {
        describe("average_pooling", self.image, self.window)
    }

    fn outputs(&self, inputs: usize) -> Result<usize, LayerError> {
        LayerError::check_input("average_pooling", self.image.features(), inputs)?;
        Ok(self.output.features())
    }

    fn forward(&mut self, x: Input<'_, T>, y: &mut DMatrix<T>, _: Mode) {
        im2col(x.dense(), self.image, self.window, T::zero(), &mut self.columns)
            .expect("checked in `new`");
        let (taps, places) = (self.taps(), self.columns.nrows().max(1));
        let share = T::of(1.0 / taps as f64);
        let channels = self.columns.as_slice().chunks_exact(places * taps);
        for (columns, y) in channels.zip(y.as_mut_slice().chunks_exact_mut(places)) {
            y.fill(T::zero());
            for column in columns.chunks_exact(places) {
                y.iter_mut().zip(column).for_each(|(sum, &value)| *sum += value);
            }
            y.iter_mut().for_each(|sum| *sum *= share);
        }
    }

    fn backward(
        &mut self,
        x: Input<'_, T>,
        _: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    ) {
        let Some(dx) = dx else { return };
        let (batch, taps) = (x.shape().0, self.taps());
        let places = batch * self.output.height * self.output.width;
        reshape(&mut self.columns, places, taps * self.image.channels);
        let share = T::of(1.0 / taps as f64);
        for (feature, column) in
            self.columns.as_mut_slice().chunks_exact_mut(places.max(1)).enumerate()
        {
            let dy = &dy.as_slice()[feature / taps * places..][..places];
            column.iter_mut().zip(dy).for_each(|(dx, &dy)| *dx = share * dy);
        }
        col2im(&self.columns, batch, self.image, self.window, dx).expect("checked in `new`");
    }
}
