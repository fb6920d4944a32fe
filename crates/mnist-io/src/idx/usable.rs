//! Which arrays are images, and which are labels.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use super::header::Header;
use super::{Array, Content, ElementType, Elements, FormatError};
use crate::Images;

/// Columns of QMNIST's labels: the class, then the origin of the image.
const QMNIST_COLUMNS: u32 = 8;

impl Content {
    /// # Errors
    ///
    /// When an array with such a header cannot be used as this content.
    pub(super) fn check(self, header: &Header) -> Result<(), FormatError> {
        let &Header { element, ref dims } = header;
        let pixels = matches!(element, ElementType::U8 | ElementType::F32 | ElementType::F64);
        match (self, &dims[..]) {
            (Self::Images, &[_, rows, cols]) if pixels && (rows == 0 || cols == 0) => {
                Err(FormatError::NoPixels { rows, cols })
            }
            (Self::Images, &[_, 0]) if pixels => Err(FormatError::NoPixels { rows: 1, cols: 0 }),
            (Self::Images, [_, _] | [_, _, _]) if pixels => Ok(()),
            (Self::Labels, [_] | [_, 1]) if element.is_integer() => Ok(()),
            // No other number of columns: the first column of one-hot rows is not the class.
            (Self::Labels, [_, QMNIST_COLUMNS]) if element == ElementType::I32 => Ok(()),
            (Self::Images, [_]) if element.is_integer() => {
                Err(FormatError::Swapped { expected: self, found: Self::Labels, rank: 1 })
            }
            (Self::Labels, [_, _, _]) if pixels => {
                Err(FormatError::Swapped { expected: self, found: Self::Images, rank: 3 })
            }
            _ => Err(FormatError::Unusable { content: self, element, dims: dims.clone() }),
        }
    }
}

impl Array {
    /// Uses the array as images. Its size is (images, rows, columns) or (images, pixels); the
    /// latter are square images if the number of pixels is a square, else images of one row.
    ///
    /// Unsigned bytes are pixels. Floats are converted to bytes if nothing is lost: if none is
    /// above 1, each must be k/255 for a whole k from 0 to 255, to within 10⁻⁶, and becomes k;
    /// otherwise each must be a whole number from 0 to 255.
    ///
    /// # Errors
    ///
    /// [`FormatError::Unusable`] for another element type or number of dimensions,
    /// [`FormatError::Pixel`] for a float that cannot be converted.
    ///
    /// ```
    /// use mnist_io::idx::{Array, Elements};
    ///
    /// let images = Array::new(vec![1, 4], Elements::F32(vec![0.0, 0.2, 1.0, 0.4])).into_images()?;
    /// assert_eq!((images.rows(), images.cols(), images.pixels()), (2, 2, &[0, 51, 255, 102][..]));
    /// # Ok::<(), mnist_io::idx::FormatError>(())
    /// ```
    pub fn into_images(self) -> Result<Images, FormatError> {
        let Self { header, elements } = self;
        Content::Images.check(&header)?;
        let (rows, cols) = header.image_size();
        let pixels = match elements {
            Elements::U8(pixels) => pixels,
            Elements::F32(pixels) => to_bytes(&pixels, &header)?,
            Elements::F64(pixels) => to_bytes(&pixels, &header)?,
            _ => unreachable!("checked"),
        };
        Ok(Images::new(rows, cols, pixels))
    }

    /// Uses the array as labels: integers of size (labels) or (labels, 1), or, as in QMNIST, 32-bit
    /// integers of size (labels, 8) with the class in the first column.
    ///
    /// # Errors
    ///
    /// [`FormatError::Unusable`] for another element type or size, [`FormatError::Label`] for a
    /// label that is not 0 to 255.
    ///
    /// ```
    /// use mnist_io::idx::{Array, Elements};
    ///
    /// let array = |labels| Array::new(vec![2], Elements::I16(labels));
    /// assert_eq!(array(vec![5, 26]).into_labels()?, [5, 26]);
    /// let error = array(vec![5, -1]).into_labels().unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "label -1 at byte 10 (16-bit integer (0x0b)), expected 0 to 255: relabel the data"
    /// );
    /// # Ok::<(), mnist_io::idx::FormatError>(())
    /// ```
    pub fn into_labels(self) -> Result<Vec<u8>, FormatError> {
        let Self { header, elements } = self;
        Content::Labels.check(&header)?;
        match elements {
            Elements::U8(labels) => Ok(labels),
            Elements::I8(numbers) => to_labels(&numbers, &header),
            Elements::I16(numbers) => to_labels(&numbers, &header),
            Elements::I32(numbers) => to_labels(&numbers, &header),
            Elements::F32(_) | Elements::F64(_) => unreachable!("checked"),
        }
    }
}

/// How far a pixel may be from k/255: more than the rounding errors of `f32`, whichever way the
/// pixel was computed, and far less than 1/255.
const TOLERANCE: f64 = 1e-6;

fn to_bytes<T: Copy + Into<f64>>(pixels: &[T], header: &Header) -> Result<Vec<u8>, FormatError> {
    let element = header.element;
    let unit = !pixels.iter().any(|&pixel| pixel.into() > 1.0);
    let (scale, tolerance) = if unit { (255.0, TOLERANCE) } else { (1.0, 0.0) };
    let byte = |(index, &pixel): (usize, &T)| {
        let found = pixel.into();
        let byte = (found * scale).round() as u8;
        if (f64::from(byte) / scale - found).abs() <= tolerance {
            return Ok(byte);
        }
        Err(FormatError::Pixel { offset: header.offset(index), found, element, unit })
    };
    pixels.iter().enumerate().map(byte).collect()
}

fn to_labels<T: Copy + Into<i32>>(numbers: &[T], header: &Header) -> Result<Vec<u8>, FormatError> {
    let &Header { element, ref dims } = header;
    let columns = dims.get(1).map_or(1, |&columns| columns as usize);
    let label = |(index, &number): (usize, &T)| {
        let found = number.into();
        u8::try_from(found).map_err(|_| FormatError::Label {
            offset: header.offset(index),
            found,
            element,
        })
    };
    numbers.iter().enumerate().step_by(columns).map(label).collect()
}
