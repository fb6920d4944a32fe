//! Which arrays are images, and which are labels.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use super::header::Header;
use super::{Array, Content, ElementType, Elements, FormatError};
use crate::Images;

/// Columns of QMNIST's labels: the class, then where the image came from.
const QMNIST_COLUMNS: u32 = 8;

impl Content {
    /// # Errors
    ///
    /// When this cannot be made of an array with such a header.
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
            // Of 8 columns only: targets of one-hot rows would be taken for classes.
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
    /// The array as images: three dimensions are images, rows and columns; two are images and
    /// pixels, square images where the number of pixels is a square, else of one row.
    ///
    /// Unsigned bytes are pixels. Floats become bytes if nothing is lost: where none is above 1,
    /// each must be k/255 for a whole k from 0 to 255, to within a millionth, and becomes k; else
    /// each must be a whole number from 0 to 255.
    ///
    /// # Errors
    ///
    /// [`FormatError::Unusable`] for another element type or rank, [`FormatError::Pixel`] for a
    /// float that is no pixel.
    ///
    /// ```
    /// use mnist_io::idx::{Array, Elements};
    ///
    /// let images = Array::new(vec![1, 4], Elements::F32(vec![0.0, 0.2, 1.0, 0.4])).into_images()?;
    /// assert_eq!((images.rows(), images.cols(), images.pixels()), (2, 2, &[0, 51, 255, 102][..]));
    /// # Ok::<(), mnist_io::idx::FormatError>(())
    /// ```
    pub fn into_images(self) -> Result<Images, FormatError> {
        Content::Images.check(&self.header)?;
        let first = self.header.len();
        let (rows, cols) = match self.header.dims[..] {
            [_, rows, cols] => (rows, cols),
            [_, pixels] if pixels.isqrt().saturating_pow(2) == pixels => {
                (pixels.isqrt(), pixels.isqrt())
            }
            [.., pixels] => (1, pixels),
            [] => unreachable!("checked"),
        };
        let pixels = match self.elements {
            Elements::U8(pixels) => pixels,
            Elements::F32(pixels) => {
                bytes(&pixels, |&pixel| pixel.into(), ElementType::F32, first)?
            }
            Elements::F64(pixels) => bytes(&pixels, |&pixel| pixel, ElementType::F64, first)?,
            _ => unreachable!("checked"),
        };
        Ok(Images::new(rows as usize, cols as usize, pixels))
    }

    /// The array as labels: integers of one dimension, of two with one column, or QMNIST's 32-bit
    /// integers of two, 8 columns with the class in the first.
    ///
    /// # Errors
    ///
    /// [`FormatError::Unusable`] for another element type or rank, [`FormatError::Label`] for a
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
        Content::Labels.check(&self.header)?;
        let Header { element, dims } = &self.header;
        let columns = dims.get(1).map_or(1, |&columns| columns as usize);
        let first = self.header.len();
        let classes = |numbers: &mut dyn Iterator<Item = i32>| {
            let classes = numbers.enumerate().step_by(columns);
            let class = |(at, found): (usize, i32)| {
                u8::try_from(found).map_err(|_| FormatError::Label {
                    offset: offset(first, at, *element),
                    found,
                    element: *element,
                })
            };
            classes.map(class).collect()
        };
        match self.elements {
            Elements::U8(labels) => Ok(labels),
            Elements::I8(numbers) => classes(&mut numbers.into_iter().map(i32::from)),
            Elements::I16(numbers) => classes(&mut numbers.into_iter().map(i32::from)),
            Elements::I32(numbers) => classes(&mut numbers.into_iter()),
            Elements::F32(_) | Elements::F64(_) => unreachable!("checked"),
        }
    }
}

/// Where element `at` stands in a file whose elements begin at byte `first`.
fn offset(first: u64, at: usize, element: ElementType) -> u64 {
    (at as u64).saturating_mul(element.size() as u64).saturating_add(first)
}

/// How far a pixel may be from k/255: what `f32` rounds away, by whatever way it was computed, and far
/// less than the step of 1/255.
const TOLERANCE: f64 = 1e-6;

fn bytes<T>(
    pixels: &[T],
    value: impl Fn(&T) -> f64,
    element: ElementType,
    first: u64,
) -> Result<Vec<u8>, FormatError> {
    let unit = !pixels.iter().any(|pixel| value(pixel) > 1.0);
    let (scale, tolerance) = if unit { (255.0, TOLERANCE) } else { (1.0, 0.0) };
    let byte = |(at, pixel): (usize, &T)| {
        let found = value(pixel);
        let byte = (found * scale).round() as u8;
        if (f64::from(byte) / scale - found).abs() <= tolerance {
            return Ok(byte);
        }
        Err(FormatError::Pixel { offset: offset(first, at, element), found, element, unit })
    };
    pixels.iter().enumerate().map(byte).collect()
}
