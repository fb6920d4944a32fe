//! Mini-batches and one-hot targets: the bytes of a data set as the matrices that a network takes.

use std::ops::{Add, Div, Mul};

use crate::Images;

/// `f32` and `f64`: the element types of a gathered batch.
pub trait Number:
    Copy + From<u8> + Add<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
}

impl Number for f32 {}
impl Number for f64 {}

/// What a pixel becomes in [`Images::gather`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scale {
    /// pixel / 255, in [0, 1]: `normalize=True` of the notebook, bit for bit. The default.
    #[default]
    Unit,
    /// The byte itself, 0 to 255: `normalize=False`.
    Raw,
}

impl Scale {
    /// The number that a byte becomes.
    ///
    /// ```
    /// assert_eq!(mnist_io::Scale::Unit.value::<f64>(51), 0.2);
    /// ```
    #[inline(always)]
    pub fn value<T: Number>(self, byte: u8) -> T {
        let (zero, one, n255) = (T::from(0), T::from(1), T::from(255));
        // x/255 = x/256 + x/65280, without a division of x. The first product is exact and the
        // second one small, so that the sum is the rounded quotient for all 256 bytes (tested).
        let (high, low) = match self {
            Self::Unit => (one / (n255 + one), one / (n255 * n255 + n255)),
            Self::Raw => (one, zero),
        };
        T::from(byte) * high + T::from(byte) * low
    }
}

/// Pixels of an image that are transposed at a time: as many bytes as a `u64` has.
const BLOCK: usize = 8;

/// Images that are transposed at a time: few enough that their bytes stay in the L1 cache, and
/// enough for the output to be written in long runs.
const GROUP: usize = 64;

impl Images {
    /// Gathers the images at `indices` into `out`, a column-major (batch, features) matrix:
    /// `out[p * batch + b]` is pixel `p` of image `indices[b]`, as `scale` converts it.
    ///
    /// Pixels stay in row-major order, so that the same buffer read as (batch, 1, rows, cols) is
    /// the batch with `flatten=False`. Indices may repeat: the notebook draws with replacement.
    ///
    /// # Panics
    ///
    /// When `out` is not `indices.len() * features()` long, or an index is not below `count()`.
    ///
    /// ```
    /// use mnist_io::{Images, Scale};
    ///
    /// let images = Images::new(1, 3, vec![0, 51, 255, 102, 0, 0]);
    /// let mut x = [0.0_f64; 6];
    /// images.gather(&[1, 0], Scale::Unit, &mut x);
    /// assert_eq!(x, [0.4, 0.0, 0.0, 0.2, 0.0, 1.0]);
    /// ```
    #[track_caller]
    pub fn gather<T: Number>(&self, indices: &[usize], scale: Scale, out: &mut [T]) {
        let (batch, features) = (indices.len(), self.features());
        assert_eq!(
            out.len(),
            batch.saturating_mul(features),
            "out must hold {batch} images of {features} pixels"
        );
        let mut tile = [[0; GROUP]; BLOCK];
        for (group, indices) in indices.chunks(GROUP).enumerate() {
            let mut images: [&[u8]; GROUP] = [&[]; GROUP];
            for (image, &index) in images.iter_mut().zip(indices) {
                *image = self.image(index);
            }
            let rows = group * GROUP..group * GROUP + indices.len();
            for (block, columns) in out.chunks_mut(BLOCK * batch).enumerate() {
                transpose_block(&images, block * BLOCK, &mut tile);
                for (column, bytes) in columns.chunks_exact_mut(batch).zip(&tile) {
                    let values = column.get_mut(rows.clone()).unwrap_or_default();
                    for (x, &byte) in values.iter_mut().zip(bytes) {
                        *x = scale.value(byte);
                    }
                }
            }
        }
    }
}

/// Writes the pixels `at` to `at + BLOCK` of all `images` to `tile`, one row per pixel.
fn transpose_block(images: &[&[u8]; GROUP], at: usize, tile: &mut [[u8; GROUP]; BLOCK]) {
    for (eight, images) in images.as_chunks::<BLOCK>().0.iter().enumerate() {
        let mut words = images.map(|image| word_at(image, at));
        transpose(&mut words);
        for (bytes, word) in tile.iter_mut().zip(words) {
            if let Some(bytes) = bytes.as_chunks_mut().0.get_mut(eight) {
                *bytes = word.to_le_bytes();
            }
        }
    }
}

/// Eight pixels from `at` on, the first in the lowest byte; zeros past the end of the image.
fn word_at(image: &[u8], at: usize) -> u64 {
    let rest = image.get(at..).unwrap_or_default();
    match rest.first_chunk() {
        Some(word) => u64::from_le_bytes(*word),
        None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    }
}

/// Transposes 8×8 bytes, one row per word.
fn transpose(rows: &mut [u64; BLOCK]) {
    exchange::<4>(rows, 0x0000_0000_ffff_ffff);
    exchange::<2>(rows, 0x0000_ffff_0000_ffff);
    exchange::<1>(rows, 0x00ff_00ff_00ff_00ff);
}

/// Transposes every block of 2×2 squares of `N`×`N` bytes: exchanges the upper right square, the
/// bytes above `mask`, with the lower left one, the bytes within it.
fn exchange<const N: usize>(rows: &mut [u64; BLOCK], mask: u64) {
    for [upper, lower] in rows.as_chunks_mut::<N>().0.as_chunks_mut().0 {
        for (upper, lower) in upper.iter_mut().zip(lower) {
            let exchanged = (*upper >> (8 * N) ^ *lower) & mask;
            *lower ^= exchanged;
            *upper ^= exchanged << (8 * N);
        }
    }
}

/// Writes `labels` as one-hot rows into `out`, a column-major (batch, classes) matrix:
/// `out[c * batch + b]` is 1 where `labels[b] == c`, else 0.
///
/// # Panics
///
/// When `out` is not `labels.len() * classes` long, or a label is not below `classes`.
///
/// ```
/// let mut t = [0.0_f32; 6];
/// mnist_io::one_hot(&[2, 0], 3, &mut t);
/// assert_eq!(t, [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]);
/// ```
#[track_caller]
pub fn one_hot<T: Number>(labels: &[u8], classes: usize, out: &mut [T]) {
    let batch = labels.len();
    assert_eq!(
        out.len(),
        batch.saturating_mul(classes),
        "out must hold {batch} rows of {classes} classes"
    );
    out.fill(T::from(0));
    for (row, &label) in labels.iter().enumerate() {
        let at = usize::from(label).saturating_mul(batch).saturating_add(row);
        match out.get_mut(at) {
            Some(hot) => *hot = T::from(1),
            None => panic!("label {label} of {classes} classes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Images in which neighbouring pixels differ in every direction.
    fn images(count: usize, rows: usize, cols: usize) -> Images {
        let pixels = (0..count * rows * cols).map(|i| (i * 151 % 251) as u8).collect();
        Images::new(rows, cols, pixels)
    }

    fn check<T: Number + PartialEq + std::fmt::Debug>(scale: Scale, expected: impl Fn(u8) -> T) {
        for (rows, cols) in [(1, 1), (1, 7), (2, 4), (3, 3), (28, 28)] {
            for batch in [0, 1, 7, 8, 9, 128] {
                let images = images(131, rows, cols);
                let indices: Vec<usize> = (0..batch).map(|b| b * 37 % 131).collect();
                let mut x = vec![T::from(1); batch * rows * cols];
                images.gather(&indices, scale, &mut x);
                for (b, &i) in indices.iter().enumerate() {
                    for (p, &pixel) in images.image(i).iter().enumerate() {
                        assert_eq!(x[p * batch + b], expected(pixel), "image {i}, pixel {p}");
                    }
                }
            }
        }
    }

    #[test]
    fn gather_transposes_every_shape() {
        check(Scale::Raw, f32::from);
        check(Scale::Raw, f64::from);
        check(Scale::Unit, |pixel| f32::from(pixel) / 255.0);
        check(Scale::Unit, |pixel| f64::from(pixel) / 255.0);
    }

    #[test]
    fn unit_scale_is_the_rounded_quotient_for_every_byte() {
        let images = Images::new(1, 1, (0..=255).collect());
        let indices: Vec<usize> = (0..256).collect();
        let (mut x, mut y) = ([0.0_f32; 256], [0.0_f64; 256]);
        images.gather(&indices, Scale::Unit, &mut x);
        images.gather(&indices, Scale::Unit, &mut y);
        for i in 0..256 {
            assert_eq!(x[i].to_bits(), (i as f32 / 255.0).to_bits());
            assert_eq!(y[i].to_bits(), (i as f64 / 255.0).to_bits());
        }
    }

    #[test]
    #[should_panic(expected = "image 2 of 2")]
    fn an_index_past_the_end_panics() {
        images(2, 1, 1).gather(&[0, 2], Scale::Raw, &mut [0.0_f32; 2]);
    }

    #[test]
    #[should_panic(expected = "out must hold 1 images of 4 pixels")]
    fn a_buffer_of_another_size_panics() {
        images(2, 2, 2).gather(&[0], Scale::Raw, &mut [0.0_f32; 5]);
    }

    #[test]
    #[should_panic(expected = "label 3 of 3 classes")]
    fn a_label_past_the_classes_panics() {
        one_hot(&[3], 3, &mut [0.0_f32; 3]);
    }
}
