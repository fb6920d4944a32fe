//! The parser: from the bytes of a file, gzip or uncompressed, to an array, images or labels.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::io::{self, BufRead, Read};

use super::header::Header;
use super::{Array, Content, FormatError, gzip};
use crate::Images;

/// Parses the bytes of any IDX file, gzip or uncompressed.
///
/// Memory is allocated only after the length of `file` has shown that the file can hold the
/// elements that its header promises, and only for these.
///
/// # Errors
///
/// [`FormatError`] for anything but one complete file with nothing after it.
///
/// ```
/// use mnist_io::idx::{Elements, parse};
///
/// let array = parse(&[0, 0, 0x0c, 1, 0, 0, 0, 2, 0, 0, 0, 7, 0xff, 0xff, 0xff, 0xff])?;
/// assert_eq!((array.dims(), array.elements()), (&[2][..], &Elements::I32(vec![7, -1])));
/// # Ok::<(), mnist_io::idx::FormatError>(())
/// ```
pub fn parse(file: &[u8]) -> Result<Array, FormatError> {
    read_file(file, file.len() as u64, None)
}

/// Parses the bytes of an image file: [`parse`], then [`Array::into_images`].
///
/// # Errors
///
/// The errors of these two.
///
/// ```
/// let file = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9];
/// assert_eq!(mnist_io::idx::parse_images(&file)?.image(0), [7, 9]);
///
/// let error = mnist_io::idx::parse_images(&file[..17]).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "ends at byte 17, but its header promises 18 bytes: fetch or write it again"
/// );
/// # Ok::<(), mnist_io::idx::FormatError>(())
/// ```
pub fn parse_images(file: &[u8]) -> Result<Images, FormatError> {
    read_file(file, file.len() as u64, Some(Content::Images))?.into_images()
}

/// Parses the bytes of a label file: [`parse`], then [`Array::into_labels`].
///
/// # Errors
///
/// The errors of these two.
///
/// ```
/// let file = [0, 0, 8, 1, 0, 0, 0, 2, 5, 12];
/// assert_eq!(mnist_io::idx::parse_labels(&file)?, [5, 12]);
/// # Ok::<(), mnist_io::idx::FormatError>(())
/// ```
pub fn parse_labels(file: &[u8]) -> Result<Vec<u8>, FormatError> {
    read_file(file, file.len() as u64, Some(Content::Labels))?.into_labels()
}

/// Reads a file of `len` bytes, gzip or uncompressed. Given `content`, the header of any other
/// array is an error, so that its elements are not read.
pub(crate) fn read_file(
    file: impl BufRead,
    len: u64,
    content: Option<Content>,
) -> Result<Array, FormatError> {
    read_with(file, len, content, &mut |_| {}, Array::read)
}

/// As [`read_file`], but `take` reads the elements. `seen` is told all uncompressed bytes.
pub(crate) fn read_with<T>(
    mut file: impl BufRead,
    len: u64,
    content: Option<Content>,
    seen: &mut dyn FnMut(&[u8]),
    take: impl FnOnce(&mut dyn Read, &Header) -> Result<T, FormatError>,
) -> Result<T, FormatError> {
    if file.fill_buf()?.starts_with(&gzip::MAGIC) {
        let most = len.saturating_mul(gzip::MAX_RATIO);
        let source = &mut gzip::Members::new(file, len);
        read_uncompressed(&mut Seen { source, seen }, most, content, take)
    } else {
        read_uncompressed(&mut Seen { source: &mut file, seen }, len, content, take)
    }
}

/// Tells what is read.
struct Seen<'a> {
    source: &'a mut dyn Read,
    seen: &'a mut dyn FnMut(&[u8]),
}

impl Read for Seen<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buf)?;
        (self.seen)(buf.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Reads `source` to its end, which comes after at most `most` bytes.
fn read_uncompressed<T>(
    source: &mut dyn Read,
    most: u64,
    content: Option<Content>,
    take: impl FnOnce(&mut dyn Read, &Header) -> Result<T, FormatError>,
) -> Result<T, FormatError> {
    let header = Header::read(&mut *source)?;
    if let Some(content) = content {
        content.check(&header)?;
    }
    let expected = header.len().saturating_add(header.payload());
    if expected > most {
        return Err(FormatError::Short { expected, found: most });
    }
    let mut payload = source.take(header.payload());
    let taken = take(&mut payload, &header)?;
    if payload.limit() > 0 {
        let found = expected.saturating_sub(payload.limit());
        return Err(FormatError::Short { expected, found });
    }
    if payload.into_inner().read(&mut [0])? > 0 {
        return Err(FormatError::Trailing { offset: expected });
    }
    Ok(taken)
}
