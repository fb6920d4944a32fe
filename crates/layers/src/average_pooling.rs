//! Average pooling.

use std::marker::PhantomData;

use kernels::{Scalar, with_wide_registers};
use nalgebra::DMatrix;
use tensor_ops::im2col::for_each_run;
use tensor_ops::{ImageShape, Window};

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
    scalar: PhantomData<T>,
}

impl<T: Scalar> AveragePooling<T> {
    /// A layer that pools the windows of `image`.
    ///
    /// # Errors
    /// [`LayerError::Window`] if the window does not fit the image.
    pub fn new(image: ImageShape, window: Window) -> Result<Self, LayerError> {
        let (height, width) = window.output(image)?;
        let output = ImageShape { height, width, ..image };
        Ok(Self { image, window, output, scalar: PhantomData })
    }

    /// The shape of an output image: (channels, out_height, out_width).
    pub fn output_shape(&self) -> ImageShape {
        self.output
    }

    /// Calls `f` with an output and a pixel of its window as (place of the output, place of the
    /// pixel, length), for neighbours in memory together.
    fn for_each_pair(&self, batch: usize, mut f: impl FnMut(usize, usize, usize)) {
        let windows = self.output.height * self.output.width;
        for_each_run(0..windows, self.image, self.window, |run| {
            let Some(feature) = run.feature else { return };
            f((run.channel * windows + run.first) * batch, feature * batch, run.count * batch);
        })
        .expect("checked in `new`");
    }

    /// What a pixel counts in its window.
    fn share(&self) -> T {
        T::of(1.0 / self.window.area() as f64)
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
        let (x, batch, share) = (x.dense().as_slice(), x.shape().0, self.share());
        y.fill(T::zero());
        let y = y.as_mut_slice();
        self.for_each_pair(batch, |output, pixel, len| {
            let pairs = y[output..][..len].iter_mut().zip(&x[pixel..][..len]);
            with_wide_registers(|| pairs.for_each(|(sum, &value)| *sum += value));
        });
        with_wide_registers(|| y.iter_mut().for_each(|sum| *sum *= share));
    }

    fn backward(
        &mut self,
        x: Input<'_, T>,
        _: &DMatrix<T>,
        dy: &DMatrix<T>,
        dx: Option<&mut DMatrix<T>>,
    ) {
        let Some(dx) = dx else { return };
        let (dy, share) = (dy.as_slice(), self.share());
        dx.fill(T::zero());
        let dx = dx.as_mut_slice();
        self.for_each_pair(x.shape().0, |output, pixel, len| {
            let pairs = dx[pixel..][..len].iter_mut().zip(&dy[output..][..len]);
            with_wide_registers(|| pairs.for_each(|(dx, &dy)| *dx += share * dy));
        });
    }
}
