//! What can be wrong with the bytes of an IDX file.

use std::io;

use super::{Content, ElementType};

/// A fault in the bytes of an IDX file: offset, what was expected, what was found, and what to do.
///
/// Offsets count from 0 in the decompressed content, but in the variants about gzip in the file
/// itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The file ends inside its header.
    #[error(
        "ends at byte {found}, but its header takes {expected} bytes or more: \
         fetch or write it again"
    )]
    ShortHeader {
        /// Length of the header; of the shortest one if the file ends before its number of
        /// dimensions.
        expected: u64,
        /// Length of the file.
        found: u64,
    },
    /// No IDX file starts with these bytes.
    #[error(
        "starts with bytes {found:02x?}, expected 00, 00, an element type (08 to 0e) and a number \
         of dimensions: not an IDX file{}; fetch or write it again",
        if found.starts_with(b"<") { " but a web page" } else { "" }
    )]
    Magic {
        /// Bytes 0 to 3.
        found: [u8; 4],
    },
    /// An element type that the format does not define.
    #[error(
        "element type {found:#04x} at byte 2, expected 0x08, 0x09 or 0x0b to 0x0e: \
         fetch or write it again"
    )]
    ElementType {
        /// Byte 2.
        found: u8,
    },
    /// An array without dimensions.
    #[error("0 dimensions at byte 3, expected at least 1: fetch or write it again")]
    NoDimensions,
    /// Labels in place of images, or images in place of labels.
    #[error("holds {found} (byte 3 is {rank}), expected {expected}: swap the files")]
    Swapped {
        /// What was asked for.
        expected: Content,
        /// What the header describes.
        found: Content,
        /// Number of dimensions in the header.
        rank: u8,
    },
    /// An array whose element type or size is not that of images or labels.
    #[error(
        "holds {element} elements in an array of size {}, which cannot be used as {content}: \
         expected {}; convert the data",
        size(.dims), .content.accepted()
    )]
    Unusable {
        /// What was asked for.
        content: Content,
        /// Type of the elements.
        element: ElementType,
        /// Size of each dimension.
        dims: Vec<u32>,
    },
    /// Images without rows or without columns.
    #[error("header at byte 8 says images of {rows}×{cols}, expected at least 1×1: write it again")]
    NoPixels {
        /// Rows in the header.
        rows: u32,
        /// Columns in the header.
        cols: u32,
    },
    /// A header that promises more than [`MAX_PAYLOAD`](super::MAX_PAYLOAD).
    #[error(
        "header at byte 4 says {dims:?}, more than the {limit} bytes allowed: \
         fetch or write it again if the header is damaged, or split the data"
    )]
    TooLarge {
        /// Dimensions in the header.
        dims: Vec<u32>,
        /// The most bytes of elements that are read.
        limit: u64,
    },
    /// Not enough memory for what the header promises.
    #[error("no memory for the {expected} bytes that the header promises: close other programs")]
    Memory {
        /// Length of the elements in bytes.
        expected: u64,
    },
    /// Fewer elements than the header promises.
    #[error(
        "ends at byte {found}, but its header promises {expected} bytes: fetch or write it again"
    )]
    Short {
        /// Length that the header promises.
        expected: u64,
        /// Length found, or the most that a gzip file of this length can hold.
        found: u64,
    },
    /// More bytes than the header promises.
    #[error(
        "goes on at byte {offset}, where its header says it ends: damaged header, \
         or two files in one; fetch or write it again"
    )]
    Trailing {
        /// The first byte after the promised ones.
        offset: u64,
    },
    /// A label that does not fit into a byte.
    #[error("label {found} at byte {offset} ({element}), expected 0 to 255: relabel the data")]
    Label {
        /// Position of the label.
        offset: u64,
        /// The label.
        found: i32,
        /// Element type of the file.
        element: ElementType,
    },
    /// A float that cannot be converted to a pixel.
    #[error(
        "pixel {found} at byte {offset} ({element}), expected {}: \
         convert the data to unsigned bytes",
        if *.unit {
            "k/255 for a whole k from 0 to 255, as no pixel is above 1"
        } else {
            "whole numbers from 0 to 255, as some pixels are above 1"
        }
    )]
    Pixel {
        /// Position of the pixel.
        offset: u64,
        /// The pixel.
        found: f64,
        /// Element type of the file.
        element: ElementType,
        /// Whether no pixel of the file is above 1.
        unit: bool,
    },
    /// A gzip stream that ends before its end mark.
    #[error("gzip stream is cut off at byte {offset}: fetch it again")]
    GzipShort {
        /// Length of the file.
        offset: u64,
    },
    /// A gzip stream that cannot be decompressed, or whose checksum is wrong.
    #[error("gzip stream is damaged before byte {offset} ({reason}): fetch it again")]
    Gzip {
        /// Bytes of the file that had been read when the damage was found.
        offset: u64,
        /// The decompressor's message.
        reason: String,
    },
    /// Bytes after the end of the gzip stream.
    #[error("goes on at byte {offset}, after its gzip stream has ended: fetch it again")]
    AfterGzip {
        /// The first byte other than zero after the stream.
        offset: u64,
    },
    /// The operating system could not read the file.
    #[error("cannot be read: {0}")]
    Read(io::Error),
}

/// Readers return [`io::Error`]: the one that decompresses puts a [`FormatError`] into it.
impl From<io::Error> for FormatError {
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(Self::Read)
    }
}

/// `60000×28×28`, cut off after four dimensions.
fn size(dims: &[u32]) -> String {
    let first: Vec<String> = dims.iter().take(4).map(u32::to_string).collect();
    first.join("×") + if dims.len() > 4 { "×…" } else { "" }
}
