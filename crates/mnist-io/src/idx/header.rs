//! The first 8 or 16 bytes.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

use std::fmt;
use std::io::Read;

use byteorder::{BigEndian, ByteOrder};

use super::FormatError;

/// The largest payload that is read: 1 GiB, twice the largest set of the MNIST family
/// (EMNIST by class, 547 MB).
pub const MAX_PAYLOAD: u64 = 1 << 30;

/// Element type of unsigned bytes.
const UNSIGNED_BYTE: u8 = 0x08;

/// What an IDX file holds, told by its number of dimensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Three dimensions: count, rows, columns. Magic number 0x00000803.
    Images,
    /// One dimension: count. Magic number 0x00000801.
    Labels,
}

impl Content {
    pub(super) fn rank(self) -> u8 {
        match self {
            Self::Images => 3,
            Self::Labels => 1,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Images => Self::Labels,
            Self::Labels => Self::Images,
        }
    }

    fn magic(self) -> [u8; 4] {
        [0, 0, UNSIGNED_BYTE, self.rank()]
    }
}

/// `images` or `labels`.
impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Images => "images",
            Self::Labels => "labels",
        })
    }
}

/// A checked header: its dimensions multiply to at most [`MAX_PAYLOAD`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    content: Content,
    dims: Vec<u32>,
}

impl Header {
    /// # Errors
    ///
    /// When the elements are more than [`MAX_PAYLOAD`], or images have no pixels.
    pub(super) fn new(content: Content, dims: Vec<u32>) -> Result<Self, FormatError> {
        if let [_, rows, cols] = dims[..]
            && (rows == 0 || cols == 0)
        {
            return Err(FormatError::NoPixels { rows, cols });
        }
        let elements = dims.iter().try_fold(1_u64, |product, &dim| product.checked_mul(dim.into()));
        match elements {
            Some(elements) if elements <= MAX_PAYLOAD => Ok(Self { content, dims }),
            _ => Err(FormatError::TooLarge { dims, limit: MAX_PAYLOAD }),
        }
    }

    /// Reads a header of `content`, and not one byte more.
    pub(super) fn read(source: &mut impl Read, content: Content) -> Result<Self, FormatError> {
        let len = u64::from(content.rank()).saturating_add(1).saturating_mul(4);
        let mut bytes = Vec::new();
        source.take(4).read_to_end(&mut bytes).map_err(FormatError::Read)?;
        if let Ok(magic) = <[u8; 4]>::try_from(&bytes[..]) {
            check_magic(magic, content)?;
            source
                .take(len.saturating_sub(4))
                .read_to_end(&mut bytes)
                .map_err(FormatError::Read)?;
        }
        if bytes.len() as u64 != len {
            return Err(FormatError::ShortHeader { expected: len, found: bytes.len() as u64 });
        }
        Self::new(content, bytes.chunks_exact(4).skip(1).map(BigEndian::read_u32).collect())
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let dims = self.dims.iter().flat_map(|dim| dim.to_be_bytes());
        self.content.magic().into_iter().chain(dims).collect()
    }

    /// Elements after the header; at most [`MAX_PAYLOAD`].
    pub(super) fn elements(&self) -> u64 {
        self.dims.iter().fold(1, |product, &dim| product.saturating_mul(dim.into()))
    }

    /// Count, then rows and columns for images.
    pub(super) fn dims(&self) -> &[u32] {
        &self.dims
    }
}

fn check_magic(found: [u8; 4], content: Content) -> Result<(), FormatError> {
    let expected = content.magic();
    match found {
        _ if found == expected => Ok(()),
        _ if found == content.other().magic() => {
            Err(FormatError::Swapped { expected: content, found: content.other() })
        }
        [0, 0, UNSIGNED_BYTE, rank] => Err(FormatError::Rank { content, found: rank }),
        [0, 0, element, rank] if rank == content.rank() => {
            Err(FormatError::ElementType { found: element })
        }
        _ => Err(FormatError::Magic { expected, found }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Header, FormatError> {
        Header::read(&mut &bytes[..], Content::Images)
    }

    #[test]
    fn a_header_is_its_bytes() {
        let bytes = [0, 0, 8, 3, 0, 0, 0xea, 0x60, 0, 0, 0, 28, 0, 0, 0, 28];
        let header = read(&bytes).unwrap();
        assert_eq!(header.dims(), [60_000, 28, 28]);
        assert_eq!(header.elements(), 47_040_000);
        assert_eq!(header.to_bytes(), bytes);
    }

    #[test]
    fn a_product_past_64_bits_is_too_large() {
        let mut bytes = vec![0, 0, 8, 3];
        bytes.resize(16, 0xff);
        assert!(matches!(read(&bytes), Err(FormatError::TooLarge { .. })));
    }

    #[test]
    fn the_limit_itself_is_allowed_and_one_more_is_not() {
        let at = |rows| Header::new(Content::Images, vec![1 << 10, rows, 1]);
        assert!(at(1 << 20).is_ok());
        assert!(at((1 << 20) + 1).is_err());
    }

    #[test]
    fn each_wrong_magic_number_is_named() {
        let fault = |magic: [u8; 4]| read(&magic).unwrap_err().to_string();
        assert_eq!(
            fault([0, 0, 8, 1]),
            "holds labels (byte 3 is 1), expected images: swap the files"
        );
        assert_eq!(
            fault([0, 0, 13, 3]),
            "element type 0x0d at byte 2 (32-bit float), expected 0x08 (unsigned byte): convert the data"
        );
        assert_eq!(
            fault([0, 0, 8, 4]),
            "4 dimensions at byte 3, expected 3 for images: reshape the data"
        );
        assert_eq!(
            fault(*b"<!DO"),
            "starts with bytes [3c, 21, 44, 4f], expected [00, 00, 08, 03]: \
             not an IDX file but a web page; fetch or write it again"
        );
    }
}
