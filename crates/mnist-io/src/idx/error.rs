//! What can be wrong with the bytes of an IDX file.

use std::io;

use super::{Content, ElementType};

/// A fault in the bytes of an IDX file: offset, what was expected, what was found, and what to do.
///
/// Offsets count from 0 in the decompressed payload, except in the gzip variants, where they
/// count in the file itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The file ends inside the header.
    #[error(
        "ends at byte {found}, but its header takes {expected} bytes or more: fetch or write it again"
    )]
    ShortHeader {
        /// Length of the header, or of the shortest where its first four bytes are not there.
        expected: u64,
        /// Length of the payload.
        found: u64,
    },
    /// The first bytes are not those of any IDX file.
    #[error(
        "starts with bytes {found:02x?}, expected 00, 00, an element type (08 to 0e) and a number of \
         dimensions: not an IDX file{}; fetch or write it again",
        web_page(.found)
    )]
    Magic {
        /// The bytes 0 to 3.
        found: [u8; 4],
    },
    /// An element type that no description of the format has.
    #[error(
        "element type {found:#04x} at byte 2, expected 0x08, 0x09 or 0x0b to 0x0e: \
         fetch or write it again"
    )]
    ElementType {
        /// Byte 2 of the file.
        found: u8,
    },
    /// An array without dimensions.
    #[error("0 dimensions at byte 3, expected at least 1: fetch or write it again")]
    NoDimensions,
    /// Labels where images belong, or the other way round.
    #[error("holds {found} (byte 3 is {rank}), expected {expected}: swap the files")]
    Swapped {
        /// What was asked for.
        expected: Content,
        /// What the header says.
        found: Content,
        /// Its number of dimensions.
        rank: u8,
    },
    /// An array that is neither images nor labels, or not of a type that they have.
    #[error(
        "holds {element} elements of {} ({}), which are no {content}: expected {}; convert the data",
        dimensions(.dims), sizes(.dims), .content.accepted()
    )]
    Unusable {
        /// What was asked for.
        content: Content,
        /// What its elements are.
        element: ElementType,
        /// The size of each dimension.
        dims: Vec<u32>,
    },
    /// Images of no rows or no columns.
    #[error("header at byte 8 says images of {rows}×{cols}, expected at least 1×1: write it again")]
    NoPixels {
        /// Rows in the header.
        rows: u32,
        /// Columns in the header.
        cols: u32,
    },
    /// A header that asks for more than [`MAX_PAYLOAD`](super::MAX_PAYLOAD).
    #[error(
        "header at byte 4 says {dims:?}, more than the {limit} bytes allowed: \
         damaged header, or split the data"
    )]
    TooLarge {
        /// The dimensions in the header.
        dims: Vec<u32>,
        /// The largest payload read.
        limit: u64,
    },
    /// No memory for what the header promises.
    #[error("no memory for the {expected} bytes that the header promises: close other programs")]
    Memory {
        /// Bytes after the header.
        expected: u64,
    },
    /// Fewer elements than the header promises.
    #[error(
        "ends at byte {found}, but its header promises {expected} bytes: fetch or write it again"
    )]
    Short {
        /// Length that the header promises.
        expected: u64,
        /// Length of the payload, or the most that a gzip of this size can hold.
        found: u64,
    },
    /// More bytes than the header promises.
    #[error(
        "goes on at byte {offset}, where its header says it ends: damaged header, \
         or two files in one; fetch or write it again"
    )]
    Trailing {
        /// The first byte too many.
        offset: u64,
    },
    /// A label that is not a byte.
    #[error("label {found} at byte {offset} ({element}), expected 0 to 255: relabel the data")]
    Label {
        /// Where it stands.
        offset: u64,
        /// The label.
        found: i32,
        /// What the elements of the file are.
        element: ElementType,
    },
    /// A float that is no pixel.
    #[error(
        "pixel {found} at byte {offset} ({element}), expected {}: convert the data to unsigned bytes",
        if *.unit {
            "k/255 for a whole k from 0 to 255, as no pixel is above 1"
        } else {
            "whole numbers from 0 to 255, as some pixels are above 1"
        }
    )]
    Pixel {
        /// Where it stands.
        offset: u64,
        /// The pixel.
        found: f64,
        /// What the elements of the file are.
        element: ElementType,
        /// Whether all pixels of the file are at most 1.
        unit: bool,
    },
    /// A gzip stream that stops before its end mark.
    #[error("gzip stream is cut off at byte {offset}: fetch it again")]
    GzipShort {
        /// Length of the file.
        offset: u64,
    },
    /// A gzip stream that does not decompress, or whose checksum is wrong.
    #[error("gzip stream is damaged before byte {offset} ({reason}): fetch it again")]
    Gzip {
        /// Bytes taken from the file when the fault was noticed.
        offset: u64,
        /// The decompressor's words.
        reason: String,
    },
    /// Bytes after the end of the gzip stream.
    #[error("goes on at byte {offset}, after its gzip stream has ended: fetch it again")]
    AfterGzip {
        /// The first byte too many.
        offset: u64,
    },
    /// The operating system could not read the file.
    #[error("cannot be read: {0}")]
    Read(io::Error),
}

fn web_page(found: &[u8; 4]) -> &'static str {
    if found.starts_with(b"<") { " but a web page" } else { "" }
}

fn dimensions(dims: &[u32]) -> String {
    match dims.len() {
        1 => "1 dimension".to_owned(),
        rank => format!("{rank} dimensions"),
    }
}

/// `60000×28×28`, of which no more than the first four are said.
fn sizes(dims: &[u32]) -> String {
    let said: Vec<String> = dims.iter().take(4).map(u32::to_string).collect();
    said.join("×") + if dims.len() > 4 { "×…" } else { "" }
}
