//! What takes the images of a data set as they are read or drawn.

use std::collections::TryReserveError;

use crate::Images;

/// Takes the images of a split, one after another, as they are read or drawn: for
/// [`load_into`](crate::load_into) and [`synthetic_into`](crate::synthetic_into).
///
/// [`Images`] keeps them as they are. Whatever keeps less, such as the first thousand or only the
/// pixels that are not 0, never has all of them in memory.
///
/// ```
/// use std::collections::TryReserveError;
///
/// /// The mean ink of each image.
/// #[derive(Default)]
/// struct Means(Vec<f64>);
///
/// impl mnist_io::ImageSink for Means {
///     fn begin(&mut self, count: usize, _size: (usize, usize)) -> Result<(), TryReserveError> {
///         self.0.try_reserve_exact(count)
///     }
///
///     fn image(&mut self, pixels: &[u8]) {
///         let sum: f64 = pixels.iter().copied().map(f64::from).sum();
///         self.0.push(sum / pixels.len() as f64);
///     }
/// }
///
/// let digits = mnist_io::synthetic_into(1, [5, 2], [Means::default(), Means::default()]);
/// assert_eq!((digits.train.images.0.len(), digits.test.images.0.len()), (5, 2));
/// ```
pub trait ImageSink {
    /// Called once, before the first image: so many images of (rows, columns) will follow.
    ///
    /// # Errors
    ///
    /// If there is no memory for them.
    fn begin(&mut self, count: usize, size: (usize, usize)) -> Result<(), TryReserveError>;

    /// The next image, row by row.
    fn image(&mut self, pixels: &[u8]);
}

/// Replaces what was there.
impl ImageSink for Images {
    fn begin(&mut self, count: usize, size: (usize, usize)) -> Result<(), TryReserveError> {
        let mut pixels = Vec::new();
        pixels.try_reserve_exact(count.saturating_mul(size.0).saturating_mul(size.1))?;
        *self = Self::new(size.0, size.1, pixels);
        Ok(())
    }

    fn image(&mut self, pixels: &[u8]) {
        self.push(pixels);
    }
}
