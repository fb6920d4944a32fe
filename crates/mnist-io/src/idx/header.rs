//! The first bytes of a file: element type and dimensions.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::io::Read;

use byteorder::{BigEndian, ByteOrder};

use super::{ElementType, FormatError};

/// The largest payload that is read: 1 GiB, twice the largest set of the MNIST family
/// (EMNIST by class, 547 MB).
pub const MAX_PAYLOAD: u64 = 1 << 30;

/// The shortest header: one dimension.
const SHORTEST: u64 = 8;

/// Element type and dimensions, of which there are 1 to 255.
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
        match self.bytes() {
            Some(bytes) if bytes <= MAX_PAYLOAD => Ok(self),
            _ => Err(FormatError::TooLarge { dims: self.dims, limit: MAX_PAYLOAD }),
        }
    }

    /// Reads a header, and not one byte more.
    pub(super) fn read(source: &mut impl Read) -> Result<Self, FormatError> {
        let mut bytes = Vec::new();
        let mut read = |bytes: &mut Vec<u8>, n: u64| {
            source.take(n).read_to_end(bytes).map_err(FormatError::Read)
        };
        read(&mut bytes, 4)?;
        let short = |expected, found: usize| {
            Err(FormatError::ShortHeader { expected, found: found as u64 })
        };
        let Ok(magic) = <[u8; 4]>::try_from(&bytes[..]) else {
            return short(SHORTEST, bytes.len());
        };
        let (element, rank) = element_and_rank(magic)?;
        let dims = u64::from(rank).saturating_mul(4);
        read(&mut bytes, dims)?;
        if bytes.len() as u64 != dims.saturating_add(4) {
            return short(dims.saturating_add(4), bytes.len());
        }
        let dims = bytes.chunks_exact(4).skip(1).map(BigEndian::read_u32).collect();
        Self { element, dims }.checked()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // `Array::new` and the reader see to it that the rank is a byte.
        let magic = [0, 0, self.element.code(), self.dims.len() as u8];
        let dims = self.dims.iter().flat_map(|dim| dim.to_be_bytes());
        magic.into_iter().chain(dims).collect()
    }

    /// Length of the header itself.
    pub(super) fn len(&self) -> u64 {
        (self.dims.len() as u64).saturating_add(1).saturating_mul(4)
    }

    /// Elements after the header, if a `u64` can count them.
    pub(super) fn elements(&self) -> Option<u64> {
        self.dims.iter().try_fold(1_u64, |product, &dim| product.checked_mul(dim.into()))
    }

    /// Bytes after the header, if a `u64` can count them.
    pub(super) fn bytes(&self) -> Option<u64> {
        self.elements()?.checked_mul(self.element.size() as u64)
    }
}

fn element_and_rank(found: [u8; 4]) -> Result<(ElementType, u8), FormatError> {
    match found {
        [0, 0, code @ 0x08..=0x0e, rank] => match ElementType::of_code(code) {
            Some(_) if rank == 0 => Err(FormatError::NoDimensions),
            Some(element) => Ok((element, rank)),
            None => Err(FormatError::ElementType { found: code }),
        },
        _ => Err(FormatError::Magic { found }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Header, FormatError> {
        Header::read(&mut &bytes[..])
    }

    #[test]
    fn a_header_is_its_bytes() {
        let bytes = [0, 0, 0x0b, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28];
        let header = read(&bytes).unwrap();
        assert_eq!(header.dims, [60_000, 28, 28]);
        assert_eq!(header.elements(), Some(47_040_000));
        assert_eq!(header.bytes(), Some(94_080_000));
        assert_eq!(header.to_bytes(), bytes);
        assert_eq!(header.len(), 16);
    }

    #[test]
    fn a_product_past_64_bits_is_too_large() {
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
