//! Image windows as matrix rows, which turns a convolution into one matrix product.

use std::ops::{Bound, Range, RangeBounds};

use kernels::{Scalar, with_wide_registers};
use nalgebra::DMatrix;
use thiserror::Error;

use crate::reshape;

/// The shape of one image; a batch is a (batch, channels·height·width) matrix.
///
/// Features are ordered as NumPy flattens (channels, height, width): pixel (y, x) of channel c has
/// the index (c·height + y)·width + x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageShape {
    /// Number of channels.
    pub channels: usize,
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
}

impl ImageShape {
    /// channels·height·width: the number of features of a sample.
    ///
    /// ```
    /// let mnist = tensor_ops::ImageShape { channels: 1, height: 28, width: 28 };
    /// assert_eq!(mnist.features(), 784);
    /// ```
    pub fn features(&self) -> usize {
        self.channels * self.height * self.width
    }
}

/// A filter's window: size, stride and padding, and what happens to pixels that no window reaches.
///
/// ```
/// use tensor_ops::{ImageShape, Window};
///
/// let image = ImageShape { channels: 1, height: 28, width: 28 };
/// let window = Window::new(5, 5).stride(2);
/// assert!(window.output(image).is_err()); // the last of 28 pixels would be left out
/// assert_eq!(window.floor().output(image)?, (12, 12)); // as in PyTorch
/// # Ok::<(), tensor_ops::WindowError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Window {
    /// Height in pixels.
    pub height: usize,
    /// Width in pixels.
    pub width: usize,
    /// Distance between neighbouring windows, in both directions; 1 by default.
    pub stride: usize,
    /// Pixels of padding on each of the four sides; 0 by default.
    pub pad: usize,
    /// Whether pixels at the lower and right edge that no window reaches are left out. By default
    /// they are an error.
    pub floor: bool,
}

impl Window {
    /// A window of this size with stride 1 and no padding.
    pub const fn new(height: usize, width: usize) -> Self {
        Self { height, width, stride: 1, pad: 0, floor: false }
    }

    /// Sets the distance between neighbouring windows.
    #[must_use]
    pub const fn stride(self, stride: usize) -> Self {
        Self { stride, ..self }
    }

    /// Sets the padding on each of the four sides.
    #[must_use]
    pub const fn pad(self, pad: usize) -> Self {
        Self { pad, ..self }
    }

    /// Leaves out pixels that no window reaches, as the book's code and PyTorch do.
    #[must_use]
    pub const fn floor(self) -> Self {
        Self { floor: true, ..self }
    }

    /// The number of pixels.
    ///
    /// ```
    /// assert_eq!(tensor_ops::Window::new(3, 5).area(), 15);
    /// ```
    pub const fn area(&self) -> usize {
        self.height * self.width
    }

    /// (height, width) of the output for an image.
    ///
    /// # Errors
    /// As [`conv_output_size`]; no [`WindowError::Uneven`] with [`floor`](Self::floor).
    ///
    /// ```
    /// use tensor_ops::{ImageShape, Window};
    ///
    /// let image = ImageShape { channels: 1, height: 28, width: 28 };
    /// assert_eq!(Window::new(5, 5).output(image)?, (24, 24));
    /// # Ok::<(), tensor_ops::WindowError>(())
    /// ```
    pub fn output(&self, image: ImageShape) -> Result<(usize, usize), WindowError> {
        let along = |input, filter| match conv_output_size(input, filter, self.stride, self.pad) {
            Err(WindowError::Uneven { .. }) if self.floor => {
                Ok((input + 2 * self.pad - filter) / self.stride + 1)
            }
            size => size,
        };
        Ok((along(image.height, self.height)?, along(image.width, self.width)?))
    }
}

/// A window that does not fit its image.
///
/// # Example
/// ```
/// let error = tensor_ops::conv_output_size(4, 7, 1, 1).unwrap_err();
/// assert_eq!(error.to_string(), "a window of 7 does not fit into 4 with 1 zeros on each side");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WindowError {
    /// The window or its stride is 0.
    #[error("a window of {filter} with stride {stride}: both must be at least 1")]
    Empty {
        /// The window's size.
        filter: usize,
        /// Its stride.
        stride: usize,
    },
    /// The window is larger than the padded image.
    #[error("a window of {filter} does not fit into {input} with {pad} zeros on each side")]
    TooLarge {
        /// The image's size.
        input: usize,
        /// The window's size.
        filter: usize,
        /// Zeros on each side.
        pad: usize,
    },
    /// The last step would leave part of the image out.
    #[error(
        "a window of {filter} in steps of {stride} leaves {rest} of {input} + 2·{pad} uncovered: \
         change the stride or the padding, or leave them out by `floor`"
    )]
    Uneven {
        /// The image's size.
        input: usize,
        /// The window's size.
        filter: usize,
        /// Its stride.
        stride: usize,
        /// Zeros on each side.
        pad: usize,
        /// Pixels that no window reaches.
        rest: usize,
    },
}

/// (input + 2·pad − filter)/stride + 1: how many windows fit along one side.
///
/// The book's formula. Its code floors the result in `im2col`, and PyTorch floors it too; here a
/// division with a remainder is an error.
///
/// # Errors
/// [`WindowError`] if the window is empty, too large, or leaves part of the input uncovered.
///
/// # Example
/// ```
/// use tensor_ops::conv_output_size;
///
/// assert_eq!(conv_output_size(28, 5, 1, 2), Ok(28));
/// assert_eq!(conv_output_size(7, 3, 2, 0), Ok(3));
/// assert!(conv_output_size(28, 5, 2, 0).is_err()); // 23 is odd
/// ```
pub fn conv_output_size(
    input: usize,
    filter: usize,
    stride: usize,
    pad: usize,
) -> Result<usize, WindowError> {
    if filter == 0 || stride == 0 {
        return Err(WindowError::Empty { filter, stride });
    }
    let Some(room) = (input + 2 * pad).checked_sub(filter) else {
        return Err(WindowError::TooLarge { input, filter, pad });
    };
    match room % stride {
        0 => Ok(room / stride + 1),
        rest => Err(WindowError::Uneven { input, filter, stride, pad, rest }),
    }
}

/// Copies windows of every image into rows of `columns`: all of them (`..`), or a range that counts
/// them in the order (out_y, out_x). A block can stay in the cache until it is used, which the
/// matrix of all windows cannot.
///
/// `x` is (batch, channels·height·width); `columns` becomes (windows·batch, channels·window
/// height·window width). Columns are ordered (channel, y, x) as in the book. **Rows are ordered
/// (out_y, out_x, image)**, with the image index varying fastest; the book's order is (image,
/// out_y, out_x). In this order every copy is contiguous along the batch. The product with a
/// (channels·window height·window width, filters) weight has the memory layout of the next layer's
/// (batch, filters·out_height·out_width) input: no copy is needed.
///
/// Pixels outside the image are `padding`: 0 for a convolution, −∞ for max pooling.
///
/// # Errors
/// [`WindowError`] if the window does not fit.
///
/// # Panics
/// If `x` does not have `image.features()` columns, or if there are not that many windows.
///
/// # Example
/// ```
/// use tensor_ops::{ImageShape, Window, im2col};
///
/// let (image, window) = (ImageShape { channels: 1, height: 2, width: 3 }, Window::new(2, 2));
/// let x = nalgebra::dmatrix![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
/// let mut columns = nalgebra::DMatrix::zeros(0, 0);
/// im2col(.., &x, image, window, 0.0, &mut columns)?;
/// assert_eq!(columns, nalgebra::dmatrix![1.0, 2.0, 4.0, 5.0; 2.0, 3.0, 5.0, 6.0]);
/// im2col(1..2, &x, image, window, 0.0, &mut columns)?;
/// assert_eq!(columns, nalgebra::dmatrix![2.0, 3.0, 5.0, 6.0]);
/// # Ok::<(), tensor_ops::WindowError>(())
/// ```
#[track_caller]
pub fn im2col<T: Scalar>(
    windows: impl RangeBounds<usize>,
    x: &DMatrix<T>,
    image: ImageShape,
    window: Window,
    padding: T,
    columns: &mut DMatrix<T>,
) -> Result<(), WindowError> {
    assert_eq!(x.ncols(), image.features(), "im2col: x must have one column per feature");
    let windows = range(windows, image, window)?;
    let (batch, rows) = (x.nrows(), windows.len() * x.nrows());
    reshape(columns, rows, image.channels * window.area());
    let (source, target) = (x.as_slice(), columns.as_mut_slice());
    for_each_run(windows, image, window, |run| {
        let start = (run.channel * window.area() + run.tap) * rows + run.first * batch;
        let target = &mut target[start..][..run.count * batch];
        match run.feature {
            Some(feature) => target.copy_from_slice(&source[feature * batch..][..target.len()]),
            None => target.fill(padding),
        }
    })
}

/// Adds every row of `columns` back onto the images: the transpose of [`im2col`] of the same
/// windows.
///
/// `columns` has the layout of [`im2col`]'s result; `x`, which is (batch, channels·height·width),
/// keeps what it has. A pixel in several windows gets the sum of its elements in `columns`.
///
/// # Errors
/// [`WindowError`] if the window does not fit.
///
/// # Panics
/// If `columns` or `x` does not have its shape in [`im2col`].
///
/// # Example
/// ```
/// use tensor_ops::{ImageShape, Window, col2im};
///
/// let image = ImageShape { channels: 1, height: 1, width: 3 };
/// let mut x = nalgebra::DMatrix::zeros(1, 3);
/// let columns = nalgebra::dmatrix![1.0, 2.0; 10.0, 20.0]; // windows (0, 1) and (1, 2)
/// col2im(.., &columns, image, Window::new(1, 2), &mut x)?;
/// assert_eq!(x, nalgebra::dmatrix![1.0, 12.0, 20.0]);
/// # Ok::<(), tensor_ops::WindowError>(())
/// ```
#[track_caller]
pub fn col2im<T: Scalar>(
    windows: impl RangeBounds<usize>,
    columns: &DMatrix<T>,
    image: ImageShape,
    window: Window,
    x: &mut DMatrix<T>,
) -> Result<(), WindowError> {
    let windows = range(windows, image, window)?;
    let (batch, rows) = (x.nrows(), windows.len() * x.nrows());
    let expected = (rows, image.channels * window.area());
    assert_eq!(columns.shape(), expected, "col2im: columns must have the shape of im2col's result");
    assert_eq!(x.ncols(), image.features(), "col2im: x must have one column per feature");
    let (source, target) = (columns.as_slice(), x.as_mut_slice());
    for_each_run(windows, image, window, |run| {
        let Some(feature) = run.feature else { return };
        let start = (run.channel * window.area() + run.tap) * rows + run.first * batch;
        let source = &source[start..][..run.count * batch];
        let pairs = target[feature * batch..][..source.len()].iter_mut().zip(source);
        with_wide_registers(|| pairs.for_each(|(sum, &value)| *sum += value));
    })
}

fn range(
    windows: impl RangeBounds<usize>,
    image: ImageShape,
    window: Window,
) -> Result<Range<usize>, WindowError> {
    let (height, width) = window.output(image)?;
    let start = match windows.start_bound() {
        Bound::Included(&first) => first,
        Bound::Excluded(&before) => before + 1,
        Bound::Unbounded => 0,
    };
    Ok(match windows.end_bound() {
        Bound::Included(&last) => start..last + 1,
        Bound::Excluded(&end) => start..end,
        Bound::Unbounded => start..height * width,
    })
}

/// Neighbouring windows in which the same pixel is one of neighbouring features, or padding.
///
/// In a batch, whose columns are contiguous, these are `count`·batch contiguous values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The channel.
    pub channel: usize,
    /// The pixel within the window, row by row: channel·area + tap is its column in [`im2col`]'s
    /// result.
    pub tap: usize,
    /// The first window, counted from the start of the range.
    pub first: usize,
    /// The number of windows.
    pub count: usize,
    /// The feature that the pixel is in the first window, or `None` for padding.
    pub feature: Option<usize>,
}

/// Calls `f` for every pixel of these windows, in the memory order of [`im2col`]'s result.
///
/// # Errors
/// [`WindowError`] if the window does not fit.
///
/// # Panics
/// If there are not that many windows.
///
/// ```
/// use tensor_ops::{ImageShape, Window, im2col::for_each_run};
///
/// let (image, window) = (ImageShape { channels: 1, height: 1, width: 4 }, Window::new(1, 2));
/// let mut runs = Vec::new();
/// for_each_run(0..3, image, window, |run| runs.push((run.tap, run.count, run.feature)))?;
/// assert_eq!(runs, [(0, 3, Some(0)), (1, 3, Some(1))]); // the left and the right pixel
/// # Ok::<(), tensor_ops::WindowError>(())
/// ```
#[track_caller]
pub fn for_each_run(
    windows: Range<usize>,
    image: ImageShape,
    window: Window,
    mut f: impl FnMut(Run),
) -> Result<(), WindowError> {
    let (down, across) = window.output(image)?;
    assert!(windows.end <= down * across, "windows {windows:?} of {}", down * across);
    let inside = |out: usize, offset: usize, size: usize| {
        (out * window.stride + offset).checked_sub(window.pad).filter(|&at| at < size)
    };
    let area = window.area();
    for (channel, tap) in (0..image.channels).flat_map(|c| (0..area).map(move |tap| (c, tap))) {
        let (dy, dx) = (tap / window.width, tap % window.width);
        for oy in windows.start / across..windows.end.div_ceil(across) {
            let y = inside(oy, dy, image.height);
            let feature_at = |ox| {
                let (y, x) = y.zip(inside(ox, dx, image.width))?;
                Some((channel * image.height + y) * image.width + x)
            };
            let end = across.min(windows.end - oy * across);
            let mut ox = windows.start.saturating_sub(oy * across);
            while ox < end {
                let feature = feature_at(ox);
                let follows = |next: usize| match feature {
                    Some(_) => window.stride == 1 && feature_at(next).is_some(),
                    None => feature_at(next).is_none(),
                };
                let count = 1 + (ox + 1..end).take_while(|&next| follows(next)).count();
                let first = oy * across + ox - windows.start;
                f(Run { channel, tap, first, count, feature });
                ox += count;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The notebook's `im2col` of 1…36 as (2, 2, 3, 3), by docs/reference/tensor_ops.py. Its rows
    /// are ordered (image, y, x), ours (y, x, image).
    #[test]
    fn agrees_with_the_notebook_except_for_the_order_of_rows() {
        let image = ImageShape { channels: 2, height: 3, width: 3 };
        let x = DMatrix::from_fn(2, 18, |i, j| (i * 18 + j + 1) as f64);
        let mut columns = DMatrix::zeros(0, 0);
        let window = Window::new(2, 2);
        im2col(.., &x, image, window, 0.0, &mut columns).unwrap();
        let book = [
            [1, 2, 4, 5, 10, 11, 13, 14],
            [2, 3, 5, 6, 11, 12, 14, 15],
            [4, 5, 7, 8, 13, 14, 16, 17],
            [5, 6, 8, 9, 14, 15, 17, 18],
            [19, 20, 22, 23, 28, 29, 31, 32],
            [20, 21, 23, 24, 29, 30, 32, 33],
            [22, 23, 25, 26, 31, 32, 34, 35],
            [23, 24, 26, 27, 32, 33, 35, 36],
        ];
        for (row, expected) in book.iter().enumerate() {
            let ours = (row % 4) * 2 + row / 4;
            let got: Vec<i32> = columns.row(ours).iter().map(|&v| v as i32).collect();
            assert_eq!(got, expected);
        }

        let window = Window::new(3, 3).stride(2).pad(1);
        im2col(.., &x, image, window, 0.0, &mut columns).unwrap();
        let last: Vec<i32> = columns.row(7).iter().map(|&v| v as i32).collect();
        assert_eq!(last, [23, 24, 0, 26, 27, 0, 0, 0, 0, 32, 33, 0, 35, 36, 0, 0, 0, 0]);
    }

    fn geometry() -> impl Strategy<Value = (usize, ImageShape, Window)> {
        ((0..4usize, 1..4usize, 1..8usize, 1..8usize), (1..4usize, 1..4usize, 1..3usize, 0..3usize))
            .prop_map(|((batch, channels, h, w), (height, width, stride, pad))| {
                (
                    batch,
                    ImageShape { channels, height: h, width: w },
                    Window::new(height, width).stride(stride).pad(pad),
                )
            })
            .prop_filter("the window fits", |(_, image, window)| window.output(*image).is_ok())
    }

    proptest! {
        /// ⟨im2col(x), c⟩ = ⟨x, col2im(c)⟩ for all x and c defines the transpose.
        #[test]
        fn col2im_is_the_transpose_of_im2col((batch, image, window) in geometry()) {
            let value = |i, j| (i * 37 + j * 11) as f64 % 7.0;
            let x = DMatrix::from_fn(batch, image.features(), value);
            let mut columns = DMatrix::zeros(0, 0);
            im2col(.., &x, image, window, 0.0, &mut columns).unwrap();
            let c = columns.map_with_location(|i, j, _| ((i * 5 + j * 3) % 11) as f64);
            let mut back = x.map(|_| 0.0);
            col2im(.., &c, image, window, &mut back).unwrap();
            prop_assert_eq!(columns.dot(&c), x.dot(&back));
        }

        #[test]
        fn every_window_holds_its_pixels((batch, image, window) in geometry()) {
            let x = DMatrix::from_fn(batch, image.features(), |i, j| (i * 1000 + j + 1) as f64);
            let mut columns = DMatrix::zeros(0, 0);
            im2col(.., &x, image, window, 0.0, &mut columns).unwrap();
            let (oh, ow) = window.output(image).unwrap();
            for (n, oy, ox) in itertools3(batch, oh, ow) {
                for (c, dy, dx) in itertools3(image.channels, window.height, window.width) {
                    let y = (oy * window.stride + dy) as isize - window.pad as isize;
                    let at = (ox * window.stride + dx) as isize - window.pad as isize;
                    let inside = (0..image.height as isize).contains(&y)
                        && (0..image.width as isize).contains(&at);
                    let expected = if inside {
                        let feature = (c * image.height + y as usize) * image.width + at as usize;
                        x[(n, feature)]
                    } else { 0.0 };
                    let row = (oy * ow + ox) * batch + n;
                    let column = (c * window.height + dy) * window.width + dx;
                    prop_assert_eq!(columns[(row, column)], expected);
                }
            }
        }
    }

    proptest! {
        /// Of the block of windows, and of its gradient.
        #[test]
        fn blocks_of_windows_are_rows_of_all((batch, image, window) in geometry(), size in 1..9usize) {
            let x = DMatrix::from_fn(batch, image.features(), |i, j| (i * 1000 + j + 1) as f64);
            let (mut all, mut block) = (DMatrix::zeros(0, 0), DMatrix::zeros(0, 0));
            im2col(.., &x, image, window, -1.0, &mut all).unwrap();
            let (mut whole, mut sum) = (x.map(|_| 0.0), x.map(|_| 0.0));
            col2im(.., &all, image, window, &mut whole).unwrap();
            let (down, across) = window.output(image).unwrap();
            for start in (0..down * across).step_by(size) {
                let windows = start..(start + size).min(down * across);
                im2col(windows.clone(), &x, image, window, -1.0, &mut block).unwrap();
                prop_assert_eq!(&block, &all.rows(start * batch, windows.len() * batch));
                col2im(windows, &block, image, window, &mut sum).unwrap();
            }
            prop_assert_eq!(sum, whole);
        }
    }

    fn itertools3(a: usize, b: usize, c: usize) -> Vec<(usize, usize, usize)> {
        (0..a * b * c).map(|i| (i / (b * c), i / c % b, i % c)).collect()
    }

    #[test]
    fn windows_that_do_not_fit_are_named() {
        let text = |r: Result<usize, WindowError>| r.unwrap_err().to_string();
        assert_eq!(
            text(conv_output_size(4, 7, 1, 1)),
            "a window of 7 does not fit into 4 with 1 zeros on each side"
        );
        assert!(text(conv_output_size(28, 5, 2, 0)).contains("leaves 1 of 28 + 2·0 uncovered"));
        assert!(text(conv_output_size(4, 0, 1, 0)).contains("at least 1"));
        assert!(text(conv_output_size(4, 1, 0, 0)).contains("at least 1"));
    }
}
