//! The parser: from the bytes of a file, gzip or plain, to images or labels.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::io::{BufRead, Read};

use sha2::{Digest, Sha256};

use super::header::Header;
use super::{Content, FormatError, gzip};
use crate::Images;

/// Parses the bytes of an image file, gzip or plain.
///
/// Memory taken: at most the pixels that the header promises, and those only after the length of
/// `file` has shown that it can hold them.
///
/// # Errors
///
/// [`FormatError`], for anything but one complete file with nothing after it.
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
    Ok(read_file(file, file.len() as u64, Content::Images)?.into_images())
}

/// Parses the bytes of a label file, gzip or plain. Labels are 0 to 9.
///
/// # Errors
///
/// [`FormatError`], for anything but one complete file with nothing after it, and for a label
/// above 9.
///
/// ```
/// let file = [0, 0, 8, 1, 0, 0, 0, 2, 5, 12];
/// let error = mnist_io::idx::parse_labels(&file).unwrap_err();
/// assert_eq!(error.to_string(), "label 12 at byte 9, expected 0 to 9: relabel the data");
/// ```
pub fn parse_labels(file: &[u8]) -> Result<Vec<u8>, FormatError> {
    Ok(read_file(file, file.len() as u64, Content::Labels)?.elements)
}

/// The decompressed content of a file.
pub(crate) struct Payload {
    header: Header,
    elements: Vec<u8>,
}

impl Payload {
    /// Length in bytes, header included.
    pub(crate) fn len(&self) -> u64 {
        (self.header.to_bytes().len() as u64).saturating_add(self.elements.len() as u64)
    }

    /// SHA-256 over header and elements, in lower-case hexadecimal.
    pub(crate) fn sha256(&self) -> String {
        let digest =
            Sha256::new().chain_update(self.header.to_bytes()).chain_update(&self.elements);
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The elements as images; a payload of labels becomes images of 1×1.
    pub(crate) fn into_images(self) -> Images {
        let side = |axis| self.header.dims().get(axis).map_or(1, |&dim| dim as usize);
        Images::new(side(1), side(2), self.elements)
    }

    pub(crate) fn into_labels(self) -> Vec<u8> {
        self.elements
    }
}

/// Reads a file of `len` bytes, gzip or plain.
pub(crate) fn read_file(
    mut file: impl BufRead,
    len: u64,
    content: Content,
) -> Result<Payload, FormatError> {
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
    content: Content,
) -> Result<Payload, FormatError> {
    let header = Header::read(source, content)?;
    let header_len = header.to_bytes().len() as u64;
    let promised = header.elements();
    let expected = header_len.saturating_add(promised);
    if expected > most {
        return Err(FormatError::Short { expected, found: most });
    }

    let mut elements = Vec::new();
    let memory = FormatError::Memory { expected: promised };
    match usize::try_from(promised) {
        Ok(capacity) if elements.try_reserve_exact(capacity).is_ok() => {}
        _ => return Err(memory),
    }
    source.take(promised).read_to_end(&mut elements).map_err(FormatError::Read)?;
    if elements.len() as u64 != promised {
        let found = header_len.saturating_add(elements.len() as u64);
        return Err(FormatError::Short { expected, found });
    }
    if source.read(&mut [0]).map_err(FormatError::Read)? != 0 {
        return Err(FormatError::Trailing { offset: expected });
    }
    if content == Content::Labels
        && let Some((i, &found)) = elements.iter().enumerate().find(|&(_, &label)| label > 9)
    {
        return Err(FormatError::Label { offset: header_len.saturating_add(i as u64), found });
    }
    Ok(Payload { header, elements })
}
