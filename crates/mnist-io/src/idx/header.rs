//! The header of an IDX file: element type and dimensions.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use byteorder::{BigEndian, ByteOrder};
use std::io::Read;

use super::{ElementType, FormatError};

/// The largest payload that is read: 1 GiB, about twice the largest data set of the MNIST family
/// (EMNIST by class, 547 MB).
pub const MAX_PAYLOAD: u64 = 1 << 30;

/// Length of the shortest header, with one dimension.
const SHORTEST: u64 = 8;

/// Element type and 1 to 255 dimensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) element: ElementType,
    pub(crate) dims: Vec<u32>,
}

impl Header {
    /// # Errors
    ///
    /// When the elements take more than [`MAX_PAYLOAD`].
    pub(crate) fn checked(self) -> Result<Self, FormatError> {
        if self.payload() > MAX_PAYLOAD {
            return Err(FormatError::TooLarge { dims: self.dims, limit: MAX_PAYLOAD });
        }
        Ok(self)
    }

    /// Reads a header, and not one byte more.
    pub(super) fn read(mut source: impl Read) -> Result<Self, FormatError> {
        let mut bytes = Vec::new();
        source.by_ref().take(4).read_to_end(&mut bytes)?;
        let (element, rank) = match bytes[..] {
            [0, 0, code @ 0x08..=0x0e, rank] => match ElementType::of_code(code) {
                Some(_) if rank == 0 => return Err(FormatError::NoDimensions),
                Some(element) => (element, rank),
                None => return Err(FormatError::ElementType { found: code }),
            },
            [a, b, c, d] => return Err(FormatError::Magic { found: [a, b, c, d] }),
            _ => {
                let found = bytes.len() as u64;
                return Err(FormatError::ShortHeader { expected: SHORTEST, found });
            }
        };
        let dims = u64::from(rank).saturating_mul(4);
        let expected = dims.saturating_add(4);
        source.take(dims).read_to_end(&mut bytes)?;
        let found = bytes.len() as u64;
        if found < expected {
            return Err(FormatError::ShortHeader { expected, found });
        }
        let dims = bytes.chunks_exact(4).skip(1).map(BigEndian::read_u32).collect();
        Self { element, dims }.checked()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // `Array::new` and `read` make sure that the rank fits into a byte.
        let magic = [0, 0, self.element.code(), self.dims.len() as u8];
        let dims = self.dims.iter().flat_map(|dim| dim.to_be_bytes());
        magic.into_iter().chain(dims).collect()
    }

    /// Rows and columns of images; see [`Array::into_images`](super::Array::into_images).
    pub(crate) fn image_size(&self) -> (usize, usize) {
        match self.dims[..] {
            [_, rows, cols] => (rows as usize, cols as usize),
            [_, pixels] if pixels.isqrt().saturating_pow(2) == pixels => {
                (pixels.isqrt() as usize, pixels.isqrt() as usize)
            }
            [.., pixels] => (1, pixels as usize),
            [] => (0, 0),
        }
    }

    /// Length of the header itself in bytes.
    pub(super) fn len(&self) -> u64 {
        (self.dims.len() as u64).saturating_add(1).saturating_mul(4)
    }

    /// Number of elements, at most `u64::MAX`.
    pub(super) fn elements(&self) -> u64 {
        self.dims.iter().fold(1, |product, &dim| product.saturating_mul(dim.into()))
    }

    /// Length of the elements in bytes, at most `u64::MAX`.
    pub(crate) fn payload(&self) -> u64 {
        self.elements().saturating_mul(self.element.size() as u64)
    }

    /// Byte of the file at which element `index` begins.
    pub(super) fn offset(&self, index: usize) -> u64 {
        (index as u64).saturating_mul(self.element.size() as u64).saturating_add(self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Header, FormatError> {
        Header::read(&mut &bytes[..])
    }

    #[test]
    fn a_header_is_read_and_written_as_the_same_bytes() {
        let bytes = [0, 0, 0x0b, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28];
        let header = read(&bytes).unwrap();
        assert_eq!(header.dims, [60_000, 28, 28]);
        assert_eq!(header.elements(), 47_040_000);
        assert_eq!(header.payload(), 94_080_000);
        assert_eq!(header.to_bytes(), bytes);
        assert_eq!(header.len(), 16);
    }

    #[test]
    fn a_product_over_64_bits_is_too_large() {
        let mut bytes = vec![0, 0, 8, 3];
        bytes.resize(16, 0xff);
        assert!(matches!(read(&bytes), Err(FormatError::TooLarge { .. })));
    }

    #[test]
    fn the_limit_counts_bytes() {
        let at = |element, rows| Header { element, dims: vec![1 << 10, rows, 1] }.checked();
        assert!(at(ElementType::U8, 1 << 20).is_ok());
        assert!(at(ElementType::U8, (1 << 20) + 1).is_err());
        assert!(at(ElementType::F64, 1 << 17).is_ok());
        assert!(at(ElementType::F64, (1 << 17) + 1).is_err());
    }

    #[test]
    fn each_wrong_magic_number_is_named() {
        let fault = |magic: [u8; 4]| read(&magic).unwrap_err().to_string();
        assert_eq!(
            fault([0, 0, 0x0a, 3]),
            "element type 0x0a at byte 2, expected 0x08, 0x09 or 0x0b to 0x0e: \
             fetch or write it again"
        );
        assert_eq!(
            fault([0, 0, 8, 0]),
            "0 dimensions at byte 3, expected at least 1: fetch or write it again"
        );
        assert_eq!(
            fault(*b"<!DO"),
            "starts with bytes [3c, 21, 44, 4f], expected 00, 00, an element type (08 to 0e) and a \
             number of dimensions: not an IDX file but a web page; fetch or write it again"
        );
    }
}
