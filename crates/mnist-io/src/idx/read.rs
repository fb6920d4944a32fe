//! The parser: from the bytes of a file, gzip or plain, to an array, images or labels.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::io::{BufRead, Read};

use super::header::Header;
use super::{Array, Content, Elements, FormatError, gzip};
use crate::Images;

/// Parses the bytes of any IDX file, gzip or plain.
///
/// Memory taken: at most the elements that the header promises, and those only after the length of
/// `file` has shown that it can hold them.
///
/// # Errors
///
/// [`FormatError`], for anything but one complete file with nothing after it.
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

/// Parses the bytes of an image file, as [`parse`] and [`Array::into_images`] do.
///
/// # Errors
///
/// As those.
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

/// Parses the bytes of a label file, as [`parse`] and [`Array::into_labels`] do.
///
/// # Errors
///
/// As those.
///
/// ```
/// let file = [0, 0, 8, 1, 0, 0, 0, 2, 5, 12];
/// assert_eq!(mnist_io::idx::parse_labels(&file)?, [5, 12]);
/// # Ok::<(), mnist_io::idx::FormatError>(())
/// ```
pub fn parse_labels(file: &[u8]) -> Result<Vec<u8>, FormatError> {
    read_file(file, file.len() as u64, Some(Content::Labels))?.into_labels()
}

/// Reads a file of `len` bytes, gzip or plain. If it is to be images or labels, another array is
/// refused by its header.
pub(crate) fn read_file(
    mut file: impl BufRead,
    len: u64,
    content: Option<Content>,
) -> Result<Array, FormatError> {
    if file.fill_buf().map_err(FormatError::Read)?.starts_with(&gzip::MAGIC) {
        let most = len.saturating_mul(gzip::MAX_RATIO);
        gzip::read_members(file, |members| read_payload(members, most, content))
    } else {
        read_payload(&mut file, len, content)
    }
}

/// Reads the one payload that `source` must hold, knowing that it cannot hold more than `most`
/// bytes.
fn read_payload(
    source: &mut impl Read,
    most: u64,
    content: Option<Content>,
) -> Result<Array, FormatError> {
    let header = Header::read(source)?;
    if let Some(content) = content {
        content.check(&header)?;
    }
    let (Some(count), Some(promised)) = (header.elements(), header.bytes()) else {
        unreachable!("the header was checked")
    };
    let expected = header.len().saturating_add(promised);
    if expected > most {
        return Err(FormatError::Short { expected, found: most });
    }
    let count = usize::try_from(count).map_err(|_| FormatError::Memory { expected: promised })?;
    let elements = Elements::read(source, header.element, count)
        .map_err(|fault| fault.of_file(header.len(), promised))?;
    if source.read(&mut [0]).map_err(FormatError::Read)? != 0 {
        return Err(FormatError::Trailing { offset: expected });
    }
    Ok(Array { header, elements })
}
